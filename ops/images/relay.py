"""A package relay on the loopback address, for the time of a build.

A build container reaches Debian's packages only through it: the machine's mirror, proxy, certificates and resolver
stay on this side and never get into an image or its history. Packages are kept, so that two images do not fetch one
twice.
"""

import os
import shutil
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import partial
from http.client import HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO, Any

from ops.images import sources
from ops.images.failure import ImageError
from ops.images.sources import Mirror

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hft" / "apt"
"""Packages seen by earlier builds; safe to delete."""

_TIMEOUT_SECONDS = 60
# Names below these folders are never given new content: packages carry their version, indexes their hash.
_IMMUTABLE = ("/pool/", "/by-hash/")


class Relay:
    """Serves `/sources.list` and `/<mirror>/…` while the `with` block lasts."""

    def __init__(self, mirrors: Mapping[str, Mirror], cache: Path = CACHE) -> None:
        self._mirrors = dict(mirrors)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._opener = _opener()
        self.cache = cache

    @property
    def url(self) -> str:
        """Where builds on this machine find the relay."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def source_lines(self) -> list[str]:
        """One `deb` line per suite, through the relay."""
        return [
            f"deb {self.url}/{name} {suite} main" for name, mirror in self._mirrors.items() for suite in mirror.suites
        ]

    def __enter__(self) -> "Relay":
        self._check()
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def open(self, path: str) -> HTTPResponse:
        """The mirror's answer to `/<mirror>/…`. Raises OSError (URLError, HTTPError) where it has none."""
        name, _, rest = path.lstrip("/").partition("/")
        mirror = self._mirrors.get(name)
        if mirror is None:
            raise urllib.error.URLError(f"no mirror {name!r}")
        answer: HTTPResponse = self._opener.open(f"{mirror.url}/{rest}", timeout=_TIMEOUT_SECONDS)
        return answer

    def _check(self) -> None:
        for name, mirror in self._mirrors.items():
            for suite in mirror.suites:
                try:
                    self.open(f"/{name}/dists/{suite}/InRelease").close()
                except OSError as error:
                    self._server.server_close()
                    raise ImageError(
                        f"the {name} package mirror of this machine does not serve {suite}: {error}; "
                        "mend the package sources in /etc/apt"
                    ) from None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, relay: Relay, *args: Any) -> None:
        self._relay = relay
        super().__init__(*args)

    def do_GET(self) -> None:
        try:
            if self.path == "/sources.list":
                self._send_bytes(200, "\n".join([*self._relay.source_lines, ""]).encode())
            else:
                self._relay_file()
        except (OSError, HTTPException):
            # Headers may be out already; a cut connection makes apt ask again.
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent: apt itself says what failed."""

    def _relay_file(self) -> None:
        kept = self._relay.cache / self.path.lstrip("/")
        if ".." in self.path or not any(part in self.path for part in _IMMUTABLE):
            return self._fetch(None)
        if not kept.is_file():
            return self._fetch(kept)
        with kept.open("rb") as file:
            self._send_headers(200, kept.stat().st_size)
            shutil.copyfileobj(file, self.wfile)
        return None

    def _fetch(self, keep: Path | None) -> None:
        try:
            answer = self._relay.open(self.path)
        except urllib.error.HTTPError as error:
            return self._send_bytes(error.code, error.reason.encode())
        except OSError as error:
            return self._send_bytes(502, str(error).encode())
        with answer:
            length = answer.headers["Content-Length"]
            if length is None:
                return self._send_bytes(200, answer.read())
            self._send_headers(200, int(length))
            if keep is None:
                return shutil.copyfileobj(answer, self.wfile)
            return self._copy_and_keep(answer, int(length), keep)

    def _copy_and_keep(self, answer: IO[bytes], length: int, keep: Path) -> None:
        keep.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=keep.parent, delete=False) as file:
            scratch = Path(file.name)
            try:
                while chunk := answer.read(1 << 16):
                    file.write(chunk)
                    self.wfile.write(chunk)
                file.flush()
                if scratch.stat().st_size == length:
                    scratch.replace(keep)
            finally:
                scratch.unlink(missing_ok=True)

    def _send_headers(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send_bytes(self, status: int, body: bytes) -> None:
        self._send_headers(status, len(body))
        self.wfile.write(body)


def _opener() -> urllib.request.OpenerDirector:
    """Reach the mirror as apt does: its proxies, else the environment's; its certificates, else the system's."""
    proxies = urllib.request.getproxies()
    for scheme in ("http", "https"):
        proxy = sources.setting(f"Acquire::{scheme}::Proxy")
        if proxy == "DIRECT":
            proxies.pop(scheme, None)
        elif proxy:
            proxies[scheme] = proxy
    trust = ssl.create_default_context()
    authority = sources.setting("Acquire::https::CAInfo")
    if authority:
        trust.load_verify_locations(authority)
    return urllib.request.build_opener(urllib.request.ProxyHandler(proxies), urllib.request.HTTPSHandler(context=trust))
