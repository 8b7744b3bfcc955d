"""What each role may, and its settings, on a server of the timescaledb image with the migrations of the migrate image.

The server has the roles that `DatabaseObjects` makes; that this is so is for the engine tier.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from docker.models.containers import Container

from components.database import DatabaseObjectsSettings
from components.database.render import roles_json
from tests.components.database.test_migrations import MIGRATIONS
from tests.components.postgres import postgres
from tests.components.programs import Ended, beside, execute, run

pytestmark = pytest.mark.images

ROLES = """
CREATE ROLE hft_owner LOGIN CREATEROLE;
CREATE ROLE hft_writer LOGIN;
CREATE ROLE hft_ticks LOGIN;
CREATE ROLE hft_reader LOGIN;
CREATE ROLE hft_monitoring LOGIN;
CREATE ROLE hft_guard LOGIN;
GRANT hft_writer, hft_ticks, hft_reader, hft_monitoring, hft_guard TO hft_owner WITH ADMIN OPTION;
"""
PREPARE = """
CREATE EXTENSION timescaledb SCHEMA public;
CREATE SCHEMA trading AUTHORIZATION hft_owner;
GRANT USAGE ON SCHEMA trading TO hft_writer, hft_ticks, hft_reader;
SET ROLE hft_owner;
ALTER DEFAULT PRIVILEGES IN SCHEMA trading GRANT INSERT, SELECT ON TABLES TO hft_writer;
ALTER DEFAULT PRIVILEGES IN SCHEMA trading GRANT SELECT ON TABLES TO hft_reader;
"""
TICK = "INSERT INTO trading.ticks (ts, venue, symbol) VALUES (now(), 'alpha', 'BTC-USD')"
OPPORTUNITY = (
    "INSERT INTO trading.opportunities (ts, opportunity_id, symbol, buy_venue, sell_venue, edge_bps, state)"
    " VALUES (now(), gen_random_uuid(), 'BTC-USD', 'alpha', 'beta', 3, 'detected')"
)
ORDER = (
    "INSERT INTO trading.order_events (ts, order_id, event, venue, symbol, side)"
    " VALUES (now(), gen_random_uuid(), 'submitted', 'alpha', 'BTC-USD', 'buy')"
)
AUDIT = "INSERT INTO trading.audit_log (ts, actor, action, subject) VALUES (now(), 'test', 'write', 'x')"
COPIED_AUDIT = "COPY trading.audit_log (ts, actor, action, subject) FROM PROGRAM 'printf \"now\\tme\\tdid\\tx\\n\"'"


@pytest.fixture(scope="module")
def server() -> Iterator[Container]:
    with postgres() as container:
        asked(container, ROLES, database="postgres")
        asked(container, "CREATE DATABASE hft OWNER hft_owner", database="postgres")
        asked(container, PREPARE)
        ended = migrate(container, roles_json(DatabaseObjectsSettings()))
        assert ended.status == 0, ended.output
        yield container


def migrate(server: Container, roles: str) -> Ended:
    files = {**MIGRATIONS, "/etc/hft/roles.json": roles, "/run/secrets/db-owner": "x"}
    argv = ["hft-migrate", "127.0.0.1", "15000", "hft", "hft_owner", "5", "apache"]
    return run("migrate", argv, files, network_mode=beside(server))


def argv(sql: str, role: str, database: str) -> list[str]:
    shape = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"]
    login = ["--port=15000", "--host=/run/postgresql", f"--dbname={database}", f"--username={role}"]
    return ["psql", *shape, "--set=VERBOSITY=terse", *login, f"--command={sql}"]


def psql(server: Container, sql: str, role: str = "postgres", database: str = "hft") -> Ended:
    return execute(server, argv(sql, role, database))


def asked(server: Container, sql: str, role: str = "postgres", database: str = "hft") -> list[str]:
    """The lines of the answer to a statement that must succeed."""
    ended = psql(server, sql, role, database)
    assert ended.status == 0, ended.output
    return ended.output.splitlines()


def refusal(server: Container, sql: str, role: str) -> str:
    """The last line with which a statement is refused."""
    ended = psql(server, sql, role)
    assert ended.status != 0
    return ended.output.splitlines()[-1]


@contextmanager
def with_setting(server: Container, role: str, **setting: str) -> Iterator[None]:
    """A role with a setting until the block ends."""
    ((name, value),) = setting.items()
    before = asked(server, f"SELECT unnest(rolconfig) FROM pg_roles WHERE rolname = '{role}'")
    asked(server, f"ALTER ROLE {role} SET {name} = '{value}'")
    try:
        yield
    finally:
        known = dict(line.split("=") for line in before)
        asked(server, f"ALTER ROLE {role} " + (f"SET {name} = '{known[name]}'" if name in known else f"RESET {name}"))


@contextmanager
def at_work(server: Container, sql: str, role: str) -> Iterator[Any]:
    """A statement that runs while the block does; how it ended is to be asked with `ended`."""
    api = server.client.api  # type: ignore[union-attr]
    started = api.exec_create(server.id, argv(sql, role, "hft"))["Id"]
    api.exec_start(started, detach=True)
    yield lambda: api.exec_inspect(started)["ExitCode"]


@contextmanager
def nobody_confirming(server: Container) -> Iterator[None]:
    """Synchronous commits wait for a standby that is not there, until the block ends."""
    names = "current_setting('synchronous_standby_names')"
    try:
        for statement in ("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()"):
            asked(server, statement)
        until("commits wait", server, f"SELECT {names} = 'nobody'")
        yield
    finally:
        for statement in ("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()"):
            asked(server, statement)


def until(what: str, server: Container, question: str) -> None:
    """Wait until the answer to a question is yes."""
    end = time.monotonic() + 20
    while asked(server, question) != ["t"]:
        assert time.monotonic() < end, f"not within 20 s: {what}"
        time.sleep(0.1)


def test_sessions_have_the_settings_of_their_role(server: Container) -> None:
    shown = "SELECT current_setting('lock_timeout'), current_setting('synchronous_commit')"

    assert {role: asked(server, shown, role) for role in ("hft_owner", "hft_writer", "hft_ticks", "hft_reader")} == {
        "hft_owner": ["5s|on"],
        "hft_writer": ["5s|on"],
        "hft_ticks": ["5s|off"],
        "hft_reader": ["5s|on"],
    }


def test_changed_settings_are_taken_over_by_the_next_run(server: Container) -> None:
    settings = DatabaseObjectsSettings.model_validate(
        {"ticks": {"connection_limit": 5, "statement_timeout_seconds": 10, "lock_timeout_seconds": 7}}
    )

    assert migrate(server, roles_json(settings)).status == 0
    assert asked(server, "SHOW lock_timeout", "hft_ticks") == ["7s"]
    assert migrate(server, roles_json(DatabaseObjectsSettings())).status == 0
    assert asked(server, "SHOW lock_timeout", "hft_ticks") == ["5s"]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"postgres": {"lock_timeout": "5s"}}, "permission denied to alter role"),
        (
            {"hft_ticks": {"lock_timeout": "6s"}, "hft_nobody": {"lock_timeout": "5s"}},
            'role "hft_nobody" does not exist',
        ),
        ({"hft_ticks": {"lock_timeout": "soon"}}, 'invalid value for parameter "lock_timeout": "soon"'),
    ],
)
def test_a_role_that_is_not_ours_or_a_wrong_value_ends_the_run_and_changes_nothing(
    server: Container, document: dict[str, dict[str, str]], problem: str
) -> None:
    ended = migrate(server, json.dumps(document))

    assert (ended.status != 0, f"ERROR:  {problem}" in ended.output) == (True, True), ended.output
    assert asked(server, "SHOW lock_timeout", "hft_ticks") == ["5s"]


@pytest.mark.parametrize("statement", [TICK, OPPORTUNITY])
@pytest.mark.parametrize("role", ["hft_ticks", "hft_writer"])
def test_ticks_and_opportunities_are_taken(server: Container, role: str, statement: str) -> None:
    assert asked(server, statement, role) == []


@pytest.mark.parametrize("statement", [ORDER, AUDIT])
def test_orders_and_audit_are_taken_from_the_writer(server: Container, statement: str) -> None:
    assert asked(server, statement, "hft_writer") == []


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        (ORDER, "order_events"),
        (AUDIT, "audit_log"),
        ("SELECT 1 FROM trading.order_events", "order_events"),
        ("SELECT 1 FROM trading.audit_log", "audit_log"),
        ("SELECT 1 FROM trading.ticks", "ticks"),
        ("UPDATE trading.ticks SET bid = 1", "ticks"),
        ("DELETE FROM trading.opportunities", "opportunities"),
        ("TRUNCATE trading.ticks", "ticks"),
    ],
)
def test_the_role_of_ticks_may_nothing_else(server: Container, statement: str, table: str) -> None:
    assert refusal(server, statement, "hft_ticks") == f"ERROR:  permission denied for table {table}"


@pytest.mark.parametrize("commit", ["off", "local"])
@pytest.mark.parametrize(("statement", "table"), [(ORDER, "order_events"), (AUDIT, "audit_log")])
def test_a_session_that_lowered_its_commit_is_refused(
    server: Container, statement: str, table: str, commit: str
) -> None:
    message = (
        f"ERROR:  trading.{table} takes rows from synchronous commits only, and this session has "
        f"synchronous_commit={commit}: set it to on, or find out who lowered it"
    )

    assert refusal(server, f"SET synchronous_commit = {commit}; {statement}", "hft_writer") == message
    with with_setting(server, "hft_writer", synchronous_commit=commit):
        assert refusal(server, statement, "hft_writer") == message


def test_so_is_a_copy(server: Container) -> None:
    assert refusal(server, f"SET synchronous_commit = off; {COPIED_AUDIT}", "postgres").endswith(
        "synchronous_commit=off: set it to on, or find out who lowered it"
    )
    assert asked(server, COPIED_AUDIT) == []


@pytest.mark.parametrize("commit", ["on", "remote_write", "remote_apply"])
@pytest.mark.parametrize("statement", [ORDER, AUDIT])
def test_a_commit_that_waits_for_a_standby_is_taken(server: Container, statement: str, commit: str) -> None:
    assert asked(server, f"SET synchronous_commit = {commit}; {statement}", "hft_writer") == []


def test_a_statement_that_takes_too_long_ends(server: Container) -> None:
    with with_setting(server, "hft_ticks", statement_timeout="1s"):
        assert asked(server, "SELECT pg_sleep(0.5)", "hft_ticks") == [""]
        assert refusal(server, "SELECT pg_sleep(3)", "hft_ticks") == (
            "ERROR:  canceling statement due to statement timeout"
        )


def test_a_lock_that_is_not_to_be_had_ends_the_wait(server: Container) -> None:
    locking = "BEGIN; LOCK TABLE trading.ticks IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(4)"
    held = "mode = 'AccessExclusiveLock' AND relation = 'trading.ticks'::regclass"
    locked = f"SELECT EXISTS (SELECT FROM pg_locks WHERE {held})"
    with with_setting(server, "hft_ticks", lock_timeout="500ms"), at_work(server, locking, "hft_owner") as ended:
        until("the table is locked", server, locked)

        assert refusal(server, TICK, "hft_ticks") == "ERROR:  canceling statement due to lock timeout at character 13"
        assert asked(server, ORDER, "hft_writer") == []
        assert ended() is None
        until("the lock is gone", server, f"SELECT NOT ({locked})")
        assert asked(server, TICK, "hft_ticks") == []


def test_a_session_that_says_nothing_in_a_transaction_ends(server: Container) -> None:
    script = f"BEGIN;\n{ORDER};\n\\! sleep 2\nCOMMIT;\n"
    login = argv("", "hft_writer", "hft")[:-1]

    def ran() -> Ended:
        return execute(server, ["sh", "-c", 'script=$0; printf %s "$script" | "$@"', script, *login])

    assert ran() == Ended(0, "")
    with with_setting(server, "hft_writer", idle_in_transaction_session_timeout="1s"):
        assert "terminating connection due to idle-in-transaction timeout" in ran().output


def test_a_commit_that_waits_for_its_standby_is_not_cut_off_by_a_timeout_and_ticks_wait_for_none(
    server: Container,
) -> None:
    waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'hft_writer' AND wait_event = 'SyncRep')"
    rows = "SELECT count(*) FROM trading.audit_log WHERE actor = 'test'"
    # In this order: ALTER ROLE is a commit too, and would wait for the standby.
    with with_setting(server, "hft_writer", statement_timeout="1s"), nobody_confirming(server):
        before = asked(server, rows)
        with at_work(server, AUDIT, "hft_writer") as ended:
            until("a commit waits", server, waits)
            time.sleep(2)
            assert (ended(), asked(server, waits), asked(server, rows)) == (None, ["t"], before)
            assert asked(server, TICK, "hft_ticks") == []
    until("the commit has ended", server, f"SELECT NOT ({waits})")
    assert int(asked(server, rows)[0]) == int(before[0]) + 1
