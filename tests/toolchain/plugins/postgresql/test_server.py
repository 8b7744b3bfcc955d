"""Connections, the change lock, and what errors say. Does not prove TLS or client certificates: the server has none."""

import asyncio
import stat
import threading
import time
from pathlib import Path

import pytest

from tests.toolchain.plugins.postgresql.conftest import PASSWORD
from toolchain.plugins.postgresql import server as module
from toolchain.plugins.postgresql.server import Server, ServerError
from toolchain.plugins.postgresql.settings import CONFIGURATION, ClientCertificate, parse


def configuration(**given):
    defaults = {name: shape.default for name, shape in CONFIGURATION.items() if shape.default is not None}
    return parse(defaults | {"host": "127.0.0.1", "password": PASSWORD, "sslmode": "disable"} | given)


@pytest.fixture
def server(postgres):
    return Server(configuration(port=postgres.port))


def failure(settings, database=None):
    with pytest.raises(ServerError) as error, Server(settings).reading(database):
        pass
    return str(error.value)


def test_a_server_without_tls_says_what_to_set(postgres):
    assert failure(configuration(port=postgres.port, sslmode="")) == (
        f"cannot connect to PostgreSQL at 127.0.0.1:{postgres.port}, database postgres: connection failed:"
        f' connection to server at "127.0.0.1", port {postgres.port} failed: server does not support SSL, but SSL was'
        " required; turn TLS on in the server, or set sslmode on the provider (disable, on a network you trust)"
    )


def test_a_server_that_is_not_there_is_named_at_once():
    started = time.monotonic()
    assert "cannot connect to PostgreSQL at 127.0.0.1:1, database market: " in failure(configuration(port=1), "market")
    assert time.monotonic() - started < 2


def test_a_wrong_password_is_not_repeated(postgres):
    text = failure(configuration(port=postgres.port, password="wr0ng"))
    assert 'password authentication failed for user "postgres"' in text
    assert "wr0ng" not in text


def test_a_refused_statement_does_not_quote_itself(server):
    with pytest.raises(ServerError) as error, server.changing() as session:
        session.execute("CREATE ROLE r WITH PASSWORD 'in-clear' NONSENSE")
    assert str(error.value) == 'unrecognized role option "nonsense"'
    assert error.value.sqlstate == "42601"


def test_the_providers_password_never_shows(server):
    with pytest.raises(ServerError) as error, server.changing() as session:
        session.execute(f'SELECT "{PASSWORD}"'.encode())
    assert str(error.value) == 'column "[secret]" does not exist'


def test_a_change_is_all_or_nothing(server, postgres):
    with pytest.raises(ServerError, match='role "half" already exists'), server.changing() as session:
        session.execute("CREATE ROLE half; CREATE ROLE half")
    assert postgres.rows("SELECT 1 FROM pg_roles WHERE rolname = 'half'") == []


def test_changes_wait_for_each_other_also_between_two_runs(server, postgres):
    """The second Server stands for another run: it shares nothing with the first but the database."""
    other, inside, order = Server(configuration(port=postgres.port)), threading.Event(), []

    def second():
        inside.wait(5)
        with other.changing():
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with server.changing():
        inside.set()
        time.sleep(0.3)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_a_change_that_waits_too_long_says_so(server, postgres, monkeypatch):
    monkeypatch.setattr(module, "LOCK_WAIT_MS", 1000)
    other = Server(configuration(port=postgres.port))
    with server.changing(), pytest.raises(ServerError) as error, other.changing():
        pass
    assert str(error.value) == (
        "canceling statement due to lock timeout. Waited 1 s for another change; see pg_locks for who holds it"
    )


@pytest.mark.parametrize("limit", [0, 1, 2, 20])
def test_the_connection_limit_is_kept(postgres, limit):
    limited, most, lock = Server(configuration(port=postgres.port, maxConnections=limit)), [0], threading.Lock()

    def work():
        with limited.changing("postgres") as session:
            row = session.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pulumi-resource-postgresql'"
            ).fetchone()
            with lock:
                most[0] = max(most[0], row[0])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    # A connection that was closed a moment ago may still be counted.
    assert 2 <= most[0] <= 4


async def test_concurrent_grants_on_one_schema_never_collide(plugin, postgres):
    """The case that fails with "tuple concurrently updated" where each grant has a lock of its own."""
    postgres.run("CREATE DATABASE market")
    postgres.run("CREATE SCHEMA trading", "CREATE TABLE trading.t (x int)", database="market")
    roles = [f"r{number}" for number in range(12)]
    postgres.run(*(f"CREATE ROLE {role}" for role in roles))
    base = {"database": "market", "schema": "trading", "withGrantOption": False}
    grants = [
        base | {"role": role, "objectType": kind, "privileges": ["ALL"]}
        for role in roles
        for kind in ("schema", "table")
    ]
    made = await asyncio.gather(*(plugin.create("Grant", inputs) for inputs in grants))
    assert len({resource_id for resource_id, _ in made}) == 24
    acl = postgres.value("SELECT cardinality(nspacl) FROM pg_namespace WHERE nspname = 'trading'", "market")
    assert acl == 13
    await asyncio.gather(*(plugin.delete("Grant", resource_id, state) for resource_id, state in made))
    assert postgres.value("SELECT cardinality(relacl) FROM pg_class WHERE relname = 't'", "market") == 1


def test_inline_certificates_are_files_only_while_connecting():
    certificate = ClientCertificate(cert="C", key="K", inline=True)
    with module._certificate_files(certificate) as files:
        cert, key = Path(files["sslcert"]), Path(files["sslkey"])
        assert (cert.read_text(), key.read_text(), stat.S_IMODE(key.stat().st_mode)) == ("C", "K", 0o600)
    assert not key.exists()
    with module._certificate_files(ClientCertificate(cert="/c", key="/k", inline=False)) as files:
        assert files == {"sslcert": "/c", "sslkey": "/k"}
