"""Advice from a real server: one table needs an index, and one beside it that is asked the same has it."""

from collections.abc import Iterator, Sequence

import docker
import pytest
from docker import DockerClient
from docker.models.containers import Container

from components._common.endpoint import DatabaseMember
from ops.db.advice.rules import Advice
from ops.db.advise import advise
from ops.db.layout import Layout, Place
from ops.errors import OpsError
from tests.components.postgres import PORT, postgres
from tests.components.programs import execute

pytestmark = pytest.mark.images

WITH_STATEMENTS = {
    "shared_preload_libraries": "timescaledb,pg_stat_statements",
    "log_min_messages": "fatal",
}
TABLES = """
CREATE EXTENSION timescaledb;
CREATE EXTENSION pg_stat_statements;
CREATE ROLE hft_reader LOGIN;
CREATE SCHEMA trading;
GRANT USAGE ON SCHEMA trading TO hft_reader;
ALTER ROLE hft_reader SET search_path = trading, public;
CREATE TABLE trading.bare (ts timestamptz NOT NULL, symbol text NOT NULL, venue text NOT NULL, price float8);
CREATE TABLE trading.indexed (LIKE trading.bare);
SELECT create_hypertable('trading.bare', by_range('ts', INTERVAL '1 hour'), create_default_indexes => false);
SELECT create_hypertable('trading.indexed', by_range('ts', INTERVAL '1 hour'), create_default_indexes => false);
CREATE INDEX bare_venue_ts ON trading.bare (venue, ts DESC);
CREATE INDEX indexed_symbol_ts ON trading.indexed (symbol, ts DESC);
INSERT INTO trading.bare
SELECT timestamptz '2026-01-01 00:00Z' + n * interval '50 ms', 'S' || n % 50, 'V' || n % 4, n
FROM generate_series(1, 200000) AS n;
INSERT INTO trading.indexed SELECT * FROM trading.bare;
GRANT SELECT ON ALL TABLES IN SCHEMA trading TO hft_reader;
ANALYZE;
SELECT pg_stat_statements_reset();
"""
LATEST = "SELECT ts, price FROM {table} WHERE symbol = 'S7' ORDER BY ts DESC LIMIT 1"


@pytest.fixture(scope="module")
def server() -> Iterator[Container]:
    ready = ["psql", "-XAtqh", "/run/postgresql", "-p", str(PORT), "-c", "CREATE DATABASE hft", "postgres"]
    with postgres(settings=WITH_STATEMENTS, ready=ready) as server:
        psql(server, "postgres", TABLES)
        for table in ("bare", "indexed"):
            psql(server, "hft_reader", *[LATEST.format(table=table)] * 20)
        yield server


@pytest.fixture
def client() -> Iterator[DockerClient]:
    client = docker.from_env()
    yield client
    client.close()


def psql(server: Container, role: str, *statements: str) -> None:
    commands = [f"--command={each}" for each in statements]
    login = ["-XAtqh", "/run/postgresql", "-p", str(PORT), "-U", role, "-v", "ON_ERROR_STOP=1"]
    ended = execute(server, ["psql", *login, *commands, "hft"])
    assert ended.status == 0, ended.output


def advised(client: DockerClient, server: Container) -> Sequence[Advice]:
    member = DatabaseMember(name="tsdb-0", address="127.0.0.1", postgres_port=PORT, patroni_port=1)
    nodes = {"tsdb-0": (member, Place("here", str(server.name)))}
    layout = Layout(nodes=nodes, routers=(), poolers=(), node_urns={}, shared_urn="")
    return advise(layout, {"here": client})[1]


def test_the_table_that_needs_an_index_gets_it_and_the_other_does_not(client: DockerClient, server: Container) -> None:
    found = advised(client, server)
    assert [(each.what, each.change) for each in found if "symbol" in each.what] == [
        (
            "trading.bare: an index on (symbol, ts DESC)",
            "database.objects.hypertables, table bare, indexes: add {name: bare_symbol_ts, columns: [symbol, ts DESC]}",
        )
    ]
    assert found[0].evidence.startswith("20 calls, ")
    assert found[0].evidence.endswith(
        "for 1.0 rows: SELECT ts, price FROM bare WHERE symbol = $1 ORDER BY ts DESC LIMIT $2"
    )
    assert not [each for each in found if "trading.indexed" in each.what]


def test_with_the_advised_index_nothing_is_advised_for_it(client: DockerClient, server: Container) -> None:
    psql(server, "postgres", "CREATE INDEX bare_symbol_ts ON trading.bare (symbol, ts DESC)")
    assert not [each for each in advised(client, server) if "symbol" in each.what]


def test_a_server_without_the_statistics_says_so(client: DockerClient, server: Container) -> None:
    psql(server, "postgres", "DROP EXTENSION pg_stat_statements")
    with pytest.raises(OpsError, match='relation "pg_stat_statements" does not exist'):
        advised(client, server)
