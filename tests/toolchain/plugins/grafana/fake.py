"""A small Grafana over HTTP on loopback: it keeps state per organisation and answers with Grafana's status codes.

Only what the plugin asks for is there. It follows Grafana's HTTP API, but does not prove that a real Grafana answers
so.
"""

import base64
import json
import re
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

PASSWORD = "the-admins-own"
TOKEN = "glsa_token-of-a-service-account"
VIEWER_TOKEN = "glsa_token-of-a-viewer"
Answer = tuple[int, Any]
Handler = Callable[..., Answer]
ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


class Refused(Exception):  # noqa: N818 - reads as what happened
    """The request is answered with an error, in Grafana's form."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Request:
    """What the plugin asked for; the path is without `/api`."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]
    org: int
    user: int
    """Number of the user who asks; 0 for a service account."""


@dataclass
class Org:
    """One organisation."""

    folders: dict[str, Any] = field(default_factory=dict)
    permissions: dict[str, list[Any]] = field(default_factory=dict)
    dashboards: dict[str, Any] = field(default_factory=dict)
    data_sources: dict[str, Any] = field(default_factory=dict)
    accounts: dict[int, Any] = field(default_factory=dict)
    teams: dict[int, Any] = field(default_factory=dict)
    users: list[Any] = field(
        default_factory=lambda: [
            {"userId": 1, "login": "admin", "email": "admin@localhost"},
            {"userId": 2, "login": "ada", "email": "ada@desk.test"},
            {"userId": 3, "login": "bob", "email": "bob@desk.test"},
        ]
    )
    contact_points: list[Any] = field(default_factory=list)
    policy: dict[str, Any] = field(default_factory=dict)
    groups: dict[tuple[str, str], Any] = field(default_factory=dict)
    mute_timings: dict[str, Any] = field(default_factory=dict)
    templates: dict[str, Any] = field(default_factory=dict)


class Fake:
    """The server: what it holds (`org`), what it was asked (`requests`), and what it is told to answer (`failing`)."""

    def __init__(self) -> None:
        self.orgs = {1: Org(), 2: Org()}
        self.requests: list[Request] = []
        self.failing: deque[tuple[int, str]] = deque()
        self.takes_all = False
        """Whether a folder loses every permission where one is to be taken, as of servers since 2026."""
        self.turned_away = 0
        """How often somebody was not let in."""
        self.url = ""
        self._numbers = iter(range(1, 10_000))
        self._lock = threading.Lock()

    @property
    def org(self) -> Org:
        """The main organisation."""
        return self.orgs[1]

    def number(self) -> int:
        return next(self._numbers)

    def uid(self) -> str:
        return f"made-{self.number()}"

    def asked(self, *methods: str) -> list[str]:
        """`METHOD path` of each request so far, of those methods only where some are named."""
        return [f"{one.method} {one.path}" for one in self.requests if not methods or one.method in methods]

    def changes(self) -> list[str]:
        return self.asked("POST", "PUT", "PATCH", "DELETE")

    def answer(self, method: str, target: str, headers: dict[str, str], raw: bytes) -> Answer:
        with self._lock:
            try:
                return self._answer(method, target, headers, raw)
            except Refused as refused:
                return refused.status, {"message": str(refused)}

    def _answer(self, method: str, target: str, headers: dict[str, str], raw: bytes) -> Answer:
        parts = urlsplit(target)
        path = parts.path.removeprefix("/api")
        user, org = self._login(headers)
        body = json.loads(raw) if raw else None
        request = Request(method, path, dict(parse_qsl(parts.query)), body, headers, org, user)
        self.requests.append(request)
        if headers.get("authorization") == f"Bearer {VIEWER_TOKEN}" and method != "GET":
            raise Refused(403, "You'll need additional permissions to perform this action. Permissions needed: …")
        if self.failing:
            raise Refused(*self.failing.popleft())
        for verb, pattern, handler in ROUTES:
            match = pattern.fullmatch(path)
            if match and verb == method:
                return handler(self, self.orgs[org], request, *(unquote(one) for one in match.groups()))
        raise Refused(404, "Not found")

    def _login(self, headers: dict[str, str]) -> tuple[int, int]:
        """The user, 0 for a service account, and the organisation."""
        given = headers.get("authorization", "")
        if given in (f"Bearer {TOKEN}", f"Bearer {VIEWER_TOKEN}"):
            return 0, 1
        if given != "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode():
            self.turned_away += 1
            raise Refused(401, "Invalid username or password")
        return 1, int(headers.get("x-grafana-org-id", "1"))


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Registers a handler; it receives the fake, the organisation, the request and each `:part` of the path."""
    pattern = re.compile(re.sub(r":\w+", "([^/]+)", path))

    def register(handler: Handler) -> Handler:
        ROUTES.append((method, pattern, handler))
        return handler

    return register


def found(things: dict[Any, Any], key: Any, message: str) -> Any:
    """The thing of that key; 404 where there is none."""
    if key not in things:
        raise Refused(404, message)
    return things[key]


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Fake]:
    """A fake that listens on loopback while the block runs."""
    fake = Fake()

    class Handles(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = fake.answer(self.command, self.path, headers, raw)
            text = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handles)
    server.daemon_threads = True
    fake.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
