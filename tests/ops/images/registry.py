"""A registry on the loopback address that publishes one image of one empty layer, `hft-opstest/upstream:1`."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

NAME = "hft-opstest/upstream"
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


class Registry:
    """The address of the image, and what a client should come to know of it."""

    def __init__(self, address: str) -> None:
        self.reference = f"{address}/{NAME}:1"
        layer = _layer()
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {"Labels": {"hft.test": "opstest"}},
                "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
            }
        ).encode()
        packed = gzip.compress(layer, mtime=0)
        self.id = _digest(config)
        self.manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": _blob(_CONFIG, config),
                "layers": [_blob(_LAYER, packed)],
            }
        ).encode()
        self.digest = _digest(self.manifest)
        self.blobs = {_digest(blob): blob for blob in (config, packed)}


@contextmanager
def registry() -> Iterator[Registry]:
    """Publish the image while the `with` block lasts."""
    found: list[Registry] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, found)) as server:
        found.append(Registry(f"127.0.0.1:{server.server_port}"))
        Thread(target=server.serve_forever, daemon=True).start()
        yield found[0]
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, found: list[Registry], *args: Any) -> None:
        self._registry = found[0]
        super().__init__(*args)

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self.wfile.write(self._answer())

    def _answer(self) -> bytes:
        kind, body = self._found()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Docker-Content-Digest", _digest(body))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return body

    def _found(self) -> tuple[str, bytes]:
        if self.path == "/v2/":
            return "application/json", b"{}"
        if self.path in (f"/v2/{NAME}/manifests/1", f"/v2/{NAME}/manifests/{self._registry.digest}"):
            return _MANIFEST, self._registry.manifest
        return "application/octet-stream", self._registry.blobs.get(self.path.rpartition("/")[2], b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""


def _layer() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("opstest"))
    return buffer.getvalue()


def _blob(kind: str, content: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": _digest(content), "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
