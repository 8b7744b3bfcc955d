"""A standby that can never follow has itself copied anew, and one that follows does not."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from docker.models.containers import Container

from components.database.render import DATA_DIR
from tests.components.authority import Authority, certified
from tests.components.postgres import PORT, postgres
from tests.components.programs import Ended, execute

pytestmark = pytest.mark.images

STANDBY, EARLIER = PORT + 1, PORT + 2
# Patroni's own API, of which only this request is needed.
_PATRONI = """\
import ssl
from http.server import BaseHTTPRequestHandler, HTTPServer
class Patroni(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        open("/tmp/asked", "a").write(f"{self.path} {asked}\\n")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    log_message = lambda *ignored: None
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile="/var/lib/hft/tls/ca.crt")
tls.load_cert_chain("/var/lib/hft/tls/tls.crt", "/var/lib/hft/tls/tls.key")
tls.verify_mode = ssl.CERT_REQUIRED
server = HTTPServer(("127.0.0.1", 8008), Patroni)
server.socket = tls.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""


def shell(server: Container, script: str) -> str:
    ended = execute(server, ["sh", "-euc", script])
    assert ended.status == 0, ended.output
    return ended.output.strip()


def sql(server: Container, port: int, statement: str) -> str:
    return shell(server, f'psql -XAtqh /run/postgresql -p {port} -c "{statement}" postgres')


def start(server: Container, port: int, *settings: str) -> None:
    flags = " ".join(f"-c {each}" for each in (f"port={port}", "listen_addresses=", "cluster_name=", *settings))
    folder = f"{DATA_DIR}/{port}"
    shell(server, f"pg_ctl -wD {folder} -l /tmp/{port}.log -o '{flags} -k /run/postgresql' start > /dev/null")


def copy(server: Container, port: int) -> None:
    shell(server, f"pg_basebackup -RXs -c fast -h /run/postgresql -p {PORT} -D {DATA_DIR}/{port}")


@contextmanager
def primary() -> Iterator[Container]:
    """A primary that may be copied, and beside it a Patroni that notes what it is asked for."""
    with (
        certified("timescaledb", Authority().server_files("127.0.0.1")) as mount,
        postgres(settings={"wal_level": "replica", "max_wal_senders": "10"}, mounts=[mount]) as server,
    ):
        server.exec_run(["python3", "-c", _PATRONI], detach=True)
        yield server


def looked_after(server: Container, port: int, role: str = "replica") -> Ended:
    """What the program says of the server at a port, and what it has asked Patroni for; it looks for 25 s."""
    argv = ["hft-still-follows", "https://127.0.0.1:8008", str(port), "on_start", role, "hft"]
    return execute(server, ["timeout", "25", *argv])


def asked(server: Container) -> str:
    return shell(server, "cat /tmp/asked 2> /dev/null || true")


def test_a_standby_with_more_wal_than_its_primary_is_copied_anew() -> None:
    with primary() as server:
        copy(server, EARLIER)
        copy(server, STANDBY)
        start(server, STANDBY)
        # Whole files, as a standby asks for the next one from its beginning.
        for _ in range(2):
            sql(server, PORT, "SELECT pg_logical_emit_message(false, 'x', 'x'), pg_switch_wal()")
        written = sql(server, PORT, "SELECT pg_current_wal_flush_lsn()")
        sql(server, STANDBY, f"DO 'BEGIN WHILE pg_last_wal_replay_lsn() < ''{written}'' LOOP END LOOP; END'")
        # Its primary from now on: a server of the same history that lacks the last of it.
        shell(server, f"rm {DATA_DIR}/{EARLIER}/standby.signal")
        start(server, EARLIER, "primary_conninfo=")
        sql(server, STANDBY, f"ALTER SYSTEM SET primary_conninfo = 'host=/run/postgresql port={EARLIER} user=postgres'")
        sql(server, STANDBY, "SELECT pg_reload_conf()")

        ended = looked_after(server, STANDBY)

        assert (ended.status, "copying it anew" in ended.output) == (0, True), ended.output
        assert asked(server) == '/reinitialize {"force": true}'


def test_a_standby_that_follows_is_left_alone() -> None:
    with primary() as server:
        copy(server, STANDBY)
        start(server, STANDBY)

        assert looked_after(server, STANDBY) == (124, "")
        assert asked(server) == ""


def test_a_standby_whose_primary_is_gone_is_left_alone() -> None:
    with primary() as server:
        copy(server, STANDBY)
        start(server, STANDBY)
        sql(server, STANDBY, "ALTER SYSTEM SET primary_conninfo = 'host=/run/postgresql port=1'")
        sql(server, STANDBY, "SELECT pg_reload_conf()")

        assert looked_after(server, STANDBY) == (124, "")
        assert asked(server) == ""


def test_a_primary_is_left_alone() -> None:
    with primary() as server:
        assert looked_after(server, PORT, role="primary") == (0, "")
        assert asked(server) == ""
