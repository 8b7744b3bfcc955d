"""A registry of one small image on loopback, for pulls: no other registry answers in these tests."""

import base64
import gzip
import hashlib
import io
import json
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LOGIN = ("bot", "s3cret")


class Registry:
    """Serves ``address/engine:1`` until closed; with `locked`, only to who logs in."""

    def __init__(self, *, locked: bool = False) -> None:
        self._blobs, self.manifest = _image()
        self.digest = _digest(self.manifest)
        self._locked = locked
        self.logins: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry._answer(self)

            do_HEAD = do_GET  # noqa: N815 - http.server's name

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        given = request.headers.get("Authorization", "")
        self.logins.append(given)
        if self._locked and given != "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode():
            _send(request, 401, b"{}", {"WWW-Authenticate": 'Basic realm="registry"'})
            return
        reference = request.path.rpartition("/")[2]
        if request.path in ("/v2/", "/v2"):
            _send(request, 200, b"{}", {})
        elif "/manifests/" in request.path and reference in ("1", self.digest):
            _send(request, 200, self.manifest, {"Content-Type": MANIFEST, "Docker-Content-Digest": self.digest})
        elif reference in self._blobs:
            _send(request, 200, self._blobs[reference], {"Content-Type": "application/octet-stream"})
        else:
            error = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
            _send(request, 404, json.dumps(error).encode(), {"Content-Type": "application/json"})


def _send(request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    request.send_response(status)
    sent = {"Content-Length": str(len(body)), "Docker-Distribution-Api-Version": "registry/2.0", **headers}
    for name, value in sent.items():
        request.send_header(name, value)
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)


def _image() -> tuple[dict[str, bytes], bytes]:
    """Blobs by digest, and the manifest."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("hello"))
    layer = gzip.compress(buffer.getvalue(), mtime=0)
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [_digest(buffer.getvalue())]},
        }
    ).encode()
    kind = "application/vnd.docker.container.image.v1+json"
    layers = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": kind, "size": len(config), "digest": _digest(config)},
        "layers": [{"mediaType": layers, "size": len(layer), "digest": _digest(layer)}],
    }
    return {_digest(config): config, _digest(layer): layer}, json.dumps(manifest).encode()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
