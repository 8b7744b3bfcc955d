"""Whom a new cluster lets in: the superuser by the socket of its node, and by TCP hft_admin, who is none."""

from collections.abc import Iterator
from typing import Any

import pytest
from docker.models.containers import Container
from psycopg.sql import SQL, Composed, Literal

from components.database import DatabaseObjectsSettings
from components.database.hypertables import hypertables_json
from components.database.render import PASSWORDS_DIR, roles_json
from components.database.settings import TRADING_HYPERTABLES
from tests.components.authority import certified
from tests.components.database.hypertables.conftest import MIGRATIONS
from tests.components.database.test_objects import DEFAULT_PRIVILEGES, GRANT, GRANT_ROLE, ROLE, build
from tests.components.etcd import AUTHORITY
from tests.components.node import BOOTSTRAP, MEMBER, secrets, smallest_node
from tests.components.node import PASSWORDS as SECRETS
from tests.components.programs import Ended, beside, execute, run
from tests.conftest import Recorder
from toolchain.plugins.postgresql import default_privileges, grant_roles, grant_sql, role_sql

pytestmark = pytest.mark.images

PASSWORDS = {"hft_admin": "a", "hft_owner": "o", "hft_writer": "w", "hft_guard": "g", "stranger": "x"}
_FLAGS = ("-XAtq", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse")
_DEFAULTS = {**dict.fromkeys(role_sql.FLAGS, False), "inherit": True, "validUntil": "infinity"}
ROW = "(now(), 'sim', 'BTC-USD', 1, 1, 2, 1)"
INSERT = f"INSERT INTO trading.ticks (ts, venue, symbol, bid, bid_size, ask, ask_size) VALUES {ROW}"


@pytest.fixture(scope="module")
def node() -> Iterator[Container]:
    with certified("timescaledb", AUTHORITY.server_files(MEMBER.address)) as mount, smallest_node(mount) as container:
        yield container


@pytest.fixture
def objects(node: Container, recorder: Recorder) -> None:
    """What `DatabaseObjects` has made by the provider and by the migrations, unless another test has had it made."""
    if by_socket(node, "SELECT 1 FROM pg_roles WHERE rolname = 'hft_owner'").output == "1\n":
        return
    recorder.run(lambda: build() and None)
    made = by_tcp(node, "hft_admin", *(each.as_string(None) for each in statements(recorder)))
    assert made.status == 0, made.output
    migrated = migrate(node)
    assert migrated.status == 0, migrated.output


def statements(recorder: Recorder) -> Iterator[Composed]:
    """What the stand-in provider sends the server for every object of the component."""
    for inputs in given(recorder, ROLE):
        yield from role_sql.create(
            {**_DEFAULTS, **inputs}, SQL("PASSWORD {}").format(Literal(inputs["password"].value))
        )
        yield from (grant_roles.grant({"role": inputs["name"], "grantRole": of}) for of in inputs.get("roles", []))
    yield SQL("CREATE SCHEMA trading AUTHORIZATION hft_owner").format()
    for inputs in given(recorder, GRANT):
        yield from filter(None, (grant_sql.revoke(inputs), grant_sql.grant(inputs)))
    for inputs in given(recorder, DEFAULT_PRIVILEGES):
        yield from default_privileges.statements(inputs)
    for inputs in given(recorder, GRANT_ROLE):
        yield from (grant_roles.revoke(inputs), grant_roles.grant(inputs))


def given(recorder: Recorder, kind: str) -> list[dict[str, Any]]:
    """The inputs of the resources of a kind."""
    found = [recorder.inputs(kind, name) for name in recorder.names(kind)]
    # The engine knows one kind of number.
    return [{key: int(value) if isinstance(value, float) else value for key, value in each.items()} for each in found]


def by_socket(node: Container, sql: str, role: str = "postgres") -> Ended:
    """What a role is told that comes by the socket of the node, in its container."""
    return execute(
        node, ["psql", *_FLAGS, f"--command={sql}", f"host=/run/postgresql port=15432 user={role} dbname=hft"]
    )


def by_tcp(
    node: Container, role: str, *sql: str, password: str | None = None, options: str = "sslmode=require"
) -> Ended:
    """What a role is told that comes by TCP, with its own password or another one."""
    shown = PASSWORDS[role] if password is None else password
    login = f"host={MEMBER.address} port=15432 user={role} password='{shown}' dbname=hft {options}"
    commands = [f"--command={each}" for each in sql]
    return run("migrate", ["psql", *_FLAGS, *commands, login], {}, network_mode=beside(node))


def migrate(node: Container) -> Ended:
    """Run the migrate image as the component does."""
    files = {
        **MIGRATIONS,
        "/run/secrets/db-owner": PASSWORDS["hft_owner"],
        "/etc/hft/hypertables.json": hypertables_json(TRADING_HYPERTABLES, schema="trading", node_memory_mib=512),
        "/etc/hft/roles.json": roles_json(DatabaseObjectsSettings()),
    }
    argv = ["hft-migrate", MEMBER.address, "15432", "hft", "hft_owner", "20", "apache"]
    return run("migrate", argv, files, network_mode=beside(node))


def test_the_superuser_comes_by_the_socket_of_the_node(node: Container) -> None:
    assert by_socket(node, "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user") == (
        0,
        "postgres|t\n",
    )


def test_another_role_does_not(node: Container) -> None:
    ended = by_socket(node, "SELECT 1", role="hft_admin")

    assert (ended.status, 'no pg_hba.conf entry for host "[local]", user "hft_admin"' in ended.output) == (2, True)


@pytest.mark.parametrize("options", ["sslmode=require", "sslmode=disable"])
@pytest.mark.parametrize("password", ["a", "r", "w", ""])
def test_the_superuser_does_not_come_by_tcp_whatever_the_password(node: Container, password: str, options: str) -> None:
    ended = by_tcp(node, "postgres", "SELECT 1", password=password, options=options)

    assert (ended.status, 'pg_hba.conf rejects connection for host "127.0.0.' in ended.output) == (2, True), (
        ended.output
    )


def test_hft_admin_does(node: Container) -> None:
    assert by_tcp(node, "hft_admin", "SELECT current_user") == (0, "hft_admin\n")


def test_hft_admin_does_not_with_another_password(node: Container) -> None:
    ended = by_tcp(node, "hft_admin", "SELECT 1", password="b")

    assert (ended.status, "password authentication failed" in ended.output) == (2, True), ended.output


def test_the_superuser_has_no_password(node: Container) -> None:
    assert by_socket(node, "SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'postgres'").output == "t\n"


def test_no_password_is_among_the_counted_statements(node: Container, objects: None) -> None:
    with_password = "count(*) FILTER (WHERE query ILIKE '%role%password%')"

    assert by_socket(node, f"SELECT count(*) > 0, {with_password} FROM pg_stat_statements") == (0, "t|0\n")


def test_the_database_has_its_extensions_and_is_nobodys_but_the_superusers(node: Container) -> None:
    assert by_socket(node, "SELECT extname FROM pg_extension ORDER BY 1").output.split() == [
        "pg_cron",
        "pg_stat_statements",
        "plpgsql",
        "timescaledb",
    ]
    owner = "SELECT pg_get_userbyid(datdba), datcollate, pg_encoding_to_char(encoding) FROM pg_database"
    assert by_socket(node, f"{owner} WHERE datname = 'hft'") == (0, "postgres|C.UTF-8|UTF8\n")


def test_hft_admin_makes_the_objects_and_the_owner_the_tables(node: Container, objects: None) -> None:
    assert by_tcp(node, "hft_writer", INSERT).status == 0
    assert by_tcp(node, "hft_owner", "SELECT count(*) FROM trading.ticks") == (0, "1\n")
    assert by_tcp(node, "hft_guard", "SELECT hft.resume_ingest('tsdb-0')") == (0, "t\n")
    assert by_tcp(node, "hft_owner", "CALL hft.maintain()").status == 0


def test_the_migrations_run_again(node: Container, objects: None) -> None:
    assert migrate(node).status == 0


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER ROLE hft_writer PASSWORD 'w' CONNECTION LIMIT 30",
        "ALTER ROLE hft_owner SET statement_timeout TO 1000",
        "ALTER ROLE hft_owner RESET statement_timeout",
        "REVOKE ALL ON SCHEMA cron FROM hft_owner; GRANT USAGE ON SCHEMA cron TO hft_owner",
        "CREATE ROLE desk LOGIN; GRANT hft_reader TO desk; GRANT pg_monitor TO desk; DROP ROLE desk",
        "SELECT sync_state FROM pg_stat_replication",
    ],
)
def test_hft_admin_may_change_what_it_has_made(node: Container, objects: None, sql: str) -> None:
    ended = by_tcp(node, "hft_admin", sql)

    assert ended.status == 0, ended.output


@pytest.mark.parametrize(
    ("sql", "refused"),
    [
        ("SET ROLE postgres", "permission denied to set role"),
        ("ALTER ROLE postgres PASSWORD 'x'", "permission denied to alter role"),
        ("ALTER ROLE rewind_user PASSWORD 'x'", "permission denied to alter role"),
        ("ALTER ROLE hft_admin SUPERUSER", "permission denied to alter role"),
        ("CREATE ROLE root SUPERUSER", "permission denied to create role"),
        ("CREATE ROLE copy REPLICATION", "permission denied to create role"),
        ("GRANT pg_execute_server_program TO hft_admin", "permission denied to grant role"),
        ("COPY (SELECT 1) TO PROGRAM 'true'", "permission denied to COPY to or from an external program"),
        ("SELECT pg_read_file('/run/secrets/db-rewind')", "permission denied for function pg_read_file"),
        ("SELECT rolpassword FROM pg_authid", "permission denied for table pg_authid"),
        ("ALTER SYSTEM SET archive_command = 'true'", "permission denied to set parameter"),
        ("CREATE EXTENSION pg_buffercache", "permission denied to create extension"),
        ("CREATE DATABASE other", "permission denied to create database"),
        ("ALTER DATABASE hft OWNER TO hft_admin", "must be owner of database hft"),
    ],
)
def test_hft_admin_may_nothing_that_takes_a_superuser(node: Container, sql: str, refused: str) -> None:
    ended = by_tcp(node, "hft_admin", sql)

    assert (ended.status, ended.output.startswith(f"ERROR:  {refused}")) == (1, True), ended.output


def test_a_role_without_a_grant_does_not_come_into_the_database(node: Container) -> None:
    assert by_tcp(node, "hft_admin", "CREATE ROLE stranger LOGIN PASSWORD 'x'") == (0, "")
    ended = by_tcp(node, "stranger", "SELECT 1")

    assert (ended.status, 'permission denied for database "hft"' in ended.output) == (2, True), ended.output


def test_a_second_call_takes_the_secret_of_then_and_changes_nothing_else(node: Container) -> None:
    again = ["sh", "/etc/hft/bootstrap.sh", PASSWORDS_DIR, "host=/run/postgresql port=15432 dbname=postgres"]

    assert execute(node, again) == (0, "")
    assert by_tcp(node, "hft_admin", "SELECT 1") == (0, "1\n")


@pytest.mark.parametrize("secret", SECRETS)
def test_without_a_secret_nothing_is_made(secret: str) -> None:
    script = ["sh", "/etc/hft/bootstrap.sh", "/run/secrets", "dbname=postgres"]
    files = {"/etc/hft/bootstrap.sh": BOOTSTRAP.read_text(), **secrets({**SECRETS, secret: ""})}

    assert run("timescaledb", script, files) == (1, f"bootstrap.sh: /run/secrets/{secret} is missing or empty\n")
