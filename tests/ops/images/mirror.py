"""A package mirror on the loopback address: an HTTP server over a dictionary, which counts what it is asked."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

DEBIAN = b"Origin: Debian\nLabel: Debian\nCodename: trixie\n"
SECURITY = b"Origin: Debian\nLabel: Debian-Security\nCodename: trixie-security\n"
VENDOR = b"Origin: vendor\nLabel: TimescaleDB packages\nCodename: trixie\n"


class Mirror:
    """What it serves, by path; `cut` paths end after half of their body."""

    def __init__(self, url: str, files: dict[str, bytes]) -> None:
        self.url = url
        self.files = files
        self.cut: set[str] = set()
        self.unsized: set[str] = set()
        """Paths that are answered without a length."""
        self.asked: Counter[str] = Counter()


@contextmanager
def mirror(files: dict[str, bytes]) -> Iterator[Mirror]:
    """Serve `files` while the `with` block lasts."""
    found: list[Mirror] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, found)) as server:
        found.append(Mirror(f"http://127.0.0.1:{server.server_port}", files))
        Thread(target=server.serve_forever, daemon=True).start()
        yield found[0]
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, found: list[Mirror], *args: Any) -> None:
        self._mirror = found[0]
        super().__init__(*args)

    def do_GET(self) -> None:
        self._mirror.asked[self.path] += 1
        body = self._mirror.files.get(self.path)
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        if self.path not in self._mirror.unsized:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.path in self._mirror.cut else body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""
