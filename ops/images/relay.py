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
from collections.abc import Sequence
from functools import cache, partial
from http.client import HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import IO, Any

from ops.images import sources
from ops.images.archives import Archive, choose

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hft" / "apt"
"""Packages seen by earlier builds; safe to delete."""

_TIMEOUT_SECONDS = 60
# Names below these folders are never given new content: packages carry their version, indexes their hash.
_IMMUTABLE = ("/pool/", "/by-hash/")
# Where a build keeps the keys of archives that are not Debian's while it installs; hft-apt fetches them there.
_KEYS = "/tmp/hft-keys"


class Relay:
    """Serves `/sources.list`, `/keys/<archive>…` and `/<archive>/…` while the `with` block lasts."""

    def __init__(self, archives: Sequence[Archive], cache: Path = CACHE) -> None:
        self._archives = {archive.name: archive for archive in archives}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self.cache = cache

    @classmethod
    def of_machine(cls) -> "Relay":
        """A relay to the archives that this machine's apt uses. Raises ImageError where they do not do."""
        return cls(choose(sources.sources(), read))

    @property
    def url(self) -> str:
        """Where builds on this machine find the relay."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def source_lines(self) -> list[str]:
        """One `deb` line per suite, through the relay; for a build, as keys lie where hft-apt puts them."""
        return [line for archive in self._archives.values() for line in self._lines(archive)]

    @property
    def debian_lines(self) -> list[str]:
        """The lines of Debian's own archives, which any Debian keyring will do for."""
        return [line for archive in self._archives.values() if not archive.key for line in self._lines(archive)]

    def made(self, path: str) -> bytes | None:
        """What the relay itself has to say at `path`; None where an archive is meant. Raises OSError."""
        if path == "/sources.list":
            return "\n".join([*self.source_lines, ""]).encode()
        keys = {f"/keys/{_key_name(archive)}": archive.key for archive in self._archives.values() if archive.key}
        return keys[path].read_bytes() if path in keys else None

    def has(self, archive: str) -> bool:
        """Whether the machine has such an archive."""
        return archive in self._archives

    def _lines(self, archive: Archive) -> list[str]:
        return [f"deb {_options(archive)}{self.url}/{archive.name} {suite} main" for suite in archive.suites]

    def __enter__(self) -> "Relay":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def open(self, path: str) -> HTTPResponse:
        """The mirror's answer to `/<archive>/…`. Raises OSError (URLError, HTTPError) where it has none."""
        name, _, rest = path.lstrip("/").partition("/")
        archive = self._archives.get(name)
        if archive is None:
            raise urllib.error.URLError(f"no archive {name!r}")
        return _open(f"{archive.url}/{rest}")


def read(url: str) -> bytes:
    """What is behind an address, reached as apt reaches it. Raises OSError."""
    try:
        with _open(url) as answer:
            return answer.read()
    except HTTPException as error:
        raise OSError(f"no answer that HTTP knows ({type(error).__name__})") from error


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, relay: Relay, *args: Any) -> None:
        self._relay = relay
        super().__init__(*args)

    def do_GET(self) -> None:
        try:
            made = self._relay.made(self.path)
            if made is None:
                self._relay_file()
            else:
                self._send_bytes(200, made)
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
                return self._copy(answer, int(length))
            return self._copy_and_keep(answer, int(length), keep)

    def _copy(self, answer: IO[bytes], length: int, also: IO[bytes] | None = None) -> None:
        """Pass the answer on. Raises OSError where it ends early: apt would wait for the rest of it."""
        passed = 0
        while chunk := answer.read(1 << 16):
            if also:
                also.write(chunk)
            passed += self.wfile.write(chunk)
        if passed != length:
            raise OSError(f"{passed} of {length} bytes came")

    def _copy_and_keep(self, answer: IO[bytes], length: int, keep: Path) -> None:
        keep.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=keep.parent, delete=False) as file:
            scratch = Path(file.name)
            try:
                self._copy(answer, length, file)
                file.flush()
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


def _options(archive: Archive) -> str:
    return f"[signed-by={_KEYS}/{_key_name(archive)}] " if archive.key else ""


def _key_name(archive: Archive) -> str:
    """apt tells the sort of a key by the ending of its file."""
    return archive.name + (archive.key.suffix if archive.key else "")


def _open(url: str) -> HTTPResponse:
    answer: HTTPResponse = _opener().open(url, timeout=_TIMEOUT_SECONDS)
    return answer


@cache
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
