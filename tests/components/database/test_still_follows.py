"""A standby that can never follow has itself copied anew, and one that follows does not."""

import pytest
from docker.models.containers import Container

from components.database.render import DATA_DIR
from tests.components.patroni_api import URL, asked, primary, shell
from tests.components.postgres import PORT
from tests.components.programs import Ended, execute

pytestmark = pytest.mark.images

STANDBY, EARLIER = PORT + 1, PORT + 2


def sql(server: Container, port: int, statement: str) -> str:
    return shell(server, f'psql -XAtqh /run/postgresql -p {port} -c "{statement}" postgres')


def start(server: Container, port: int, *settings: str) -> None:
    flags = " ".join(f"-c {each}" for each in (f"port={port}", "listen_addresses=", "cluster_name=", *settings))
    folder = f"{DATA_DIR}/{port}"
    shell(server, f"pg_ctl -wD {folder} -l /tmp/{port}.log -o '{flags} -k /run/postgresql' start > /dev/null")


def copy(server: Container, port: int) -> None:
    shell(server, f"pg_basebackup -RXs -c fast -h /run/postgresql -p {PORT} -D {DATA_DIR}/{port}")


def looked_after(server: Container, port: int) -> Ended:
    """What the program says of the server at a port, and what it has asked Patroni for; it looks for 25 s."""
    argv = ["hft-after-start", URL, str(port), f"{DATA_DIR}/{port}", "on_start", "replica", "hft"]
    return execute(server, ["timeout", "25", *argv])


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
        assert asked(server) == 'POST /reinitialize {"force": true}'


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
