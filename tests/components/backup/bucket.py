"""A bucket behind the real API of S3, over TLS: moto's server, which keeps everything in its memory."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import httpx
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from tests.components.authority import Authority, key

NAME = "hft-backup"
_HOST = "localhost"
_CLOSE_SECONDS = 1


@dataclass(frozen=True)
class Bucket:
    """Where it is, and who signed its certificate."""

    endpoint: str
    authority: Authority

    def keys(self) -> list[str]:
        """Names of the objects in it, as S3 lists them: the first thousand."""
        text = self._ask("GET", params={"list-type": "2"})
        return [found.text or "" for found in ElementTree.fromstring(text).iter() if found.tag.endswith("Key")]

    def make(self) -> None:
        """An empty one."""
        self._ask("PUT")

    def _ask(self, method: str, **options: dict[str, str]) -> str:
        trusted = ssl.create_default_context(cadata=self.authority.pem)
        with httpx.Client(verify=trusted) as client:
            return client.request(method, f"https://{self.endpoint}/{NAME}", **options).raise_for_status().text  # type: ignore[arg-type]


class _Server(ThreadedWSGIServer):
    """Ends a connection as TLS has it: pgBackRest takes any other end for an attack."""

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        if isinstance(request, ssl.SSLSocket):
            with suppress(OSError):
                request.settimeout(_CLOSE_SECONDS)
                request.unwrap()
        super().shutdown_request(request)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """No line for each request."""


@contextmanager
def bucket(folder: Path) -> Iterator[Bucket]:
    """The server with an empty bucket, until the block ends; `folder` takes its certificate."""
    authority = Authority()
    (folder / "key").write_text(pem := key())
    (folder / "certificate").write_text(authority.signed(pem, dnsNames=[_HOST]))
    app = DomainDispatcherApplication(create_backend_app)
    trust = (str(folder / "certificate"), str(folder / "key"))
    with _Server(_HOST, 0, app, _Quiet, ssl_context=trust) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            found = Bucket(f"{_HOST}:{server.port}", authority)
            found.make()
            yield found
        finally:
            server.shutdown()
            thread.join()
