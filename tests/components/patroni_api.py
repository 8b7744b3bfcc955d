"""A primary with a stand-in for Patroni's REST API beside it, which notes what it is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from docker.models.containers import Container

from tests.components.authority import Authority, certified
from tests.components.postgres import postgres
from tests.components.programs import execute

URL = "https://127.0.0.1:8008"
"""Of the stand-in."""
_PATRONI = """\
import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer
class Patroni(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        open("/tmp/asked", "a").write(f"{self.command} {self.path} {asked}\\n")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_PATCH = do_POST
    log_message = lambda *ignored: None
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile="/var/lib/hft/tls/ca.crt")
tls.load_cert_chain("/var/lib/hft/tls/tls.crt", "/var/lib/hft/tls/tls.key")
tls.verify_mode = ssl.CERT_REQUIRED
server = HTTPServer(("127.0.0.1", 8008), Patroni)
server.socket = tls.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""


@contextmanager
def primary() -> Iterator[Container]:
    """A primary that may be copied."""
    with (
        certified("timescaledb", Authority().server_files("127.0.0.1")) as mount,
        postgres(settings={"wal_level": "replica", "max_wal_senders": "10"}, mounts=[mount]) as server,
    ):
        server.exec_run(["python3", "-c", _PATRONI], detach=True)
        yield server


def shell(server: Container, script: str) -> str:
    """What a script in a container says; it must succeed."""
    ended = execute(server, ["sh", "-euc", script])
    assert ended.status == 0, ended.output
    return ended.output.strip()


def asked(server: Container) -> str:
    """Method, path and body of each request so far."""
    return shell(server, "cat /tmp/asked 2> /dev/null || true")
