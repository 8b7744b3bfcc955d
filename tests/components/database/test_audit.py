"""What the log of a real node tells of who changed what, and what it does not."""

import re
import time
import uuid
from collections.abc import Callable

import pytest
from docker.models.containers import Container

from tests.components.database.test_bootstrap import by_socket, by_tcp, node, objects
from tests.components.database.test_roles import AUDIT, OPPORTUNITY, ORDER
from tests.components.postgres import postgres
from tests.components.programs import execute

__all__ = ["node", "objects"]

pytestmark = [pytest.mark.images, pytest.mark.usefixtures("objects")]

TRAIL = ("trading.order_events", "trading.opportunities", "trading.audit_log")
_LINE = re.compile(r"\] (\S*)@\S* \S* LOG:  (.*)")
_CHANGE = re.compile(r"AUDIT: (\w+) of a row of (\S+) by (\w+): was (.*), is (.*)")
_DELIVERED_SECONDS = 10
_STATISTICS_SECONDS = 3
"""A session hands its counts over when it ends, and once a second before."""


def told(node: Container, since: str) -> list[tuple[str, str]]:
    """Who, and what the log tells of it, after a marker; once Docker has all that was said."""
    until = marker(node)
    log = node.logs().decode().partition(since)[2].partition(until)[0]
    return _LINE.findall(log)


def marker(node: Container) -> str:
    """A word that the log has from now on."""
    word = f"marker_{uuid.uuid4().hex}"
    assert by_socket(node, f"SELECT '{word}'").status == 0
    deadline = time.monotonic() + _DELIVERED_SECONDS
    while word not in node.logs().decode():
        assert time.monotonic() < deadline, node.logs(tail=20).decode()
        time.sleep(0.1)
    return word


def changes(node: Container, since: str) -> list[tuple[str, str, str]]:
    """Command, table and role of each changed row."""
    found = (_CHANGE.fullmatch(line) for _, line in told(node, since))
    return [(each[1], each[2], each[3]) for each in found if each]


def test_rows_that_are_appended_are_not_told(node: Container) -> None:
    since = marker(node)

    assert by_tcp(node, "hft_writer", ORDER, AUDIT, OPPORTUNITY) == (0, "")

    assert [each for each in told(node, since) if each[0] == "hft_writer"] == []


@pytest.mark.parametrize("table", TRAIL)
@pytest.mark.parametrize(("command", "sql"), [("UPDATE", "UPDATE {} SET ts = ts"), ("DELETE", "DELETE FROM {}")])
def test_a_row_that_its_owner_changes_is_told(node: Container, table: str, command: str, sql: str) -> None:
    assert by_tcp(node, "hft_writer", ORDER, AUDIT, OPPORTUNITY) == (0, "")
    since = marker(node)

    assert by_tcp(node, "hft_owner", sql.format(table)) == (0, "")

    chunk = r"_timescaledb_internal\._hyper_\d+_\d+_chunk"
    found = changes(node, since)
    assert found
    assert {(each[0], each[2]) for each in found} == {(command, "hft_owner")}
    assert all(re.fullmatch(f"{table}|{chunk}", each[1]) for each in found)


@pytest.mark.parametrize("table", TRAIL)
@pytest.mark.parametrize("sql", ["UPDATE {} SET ts = ts", "DELETE FROM {}", "BEGIN; DELETE FROM {}; ROLLBACK"])
def test_changed_rows_are_counted_also_where_it_is_taken_back(node: Container, table: str, sql: str) -> None:
    assert by_tcp(node, "hft_writer", ORDER, AUDIT, OPPORTUNITY) == (0, "")
    before = counted(node)

    assert by_tcp(node, "hft_owner", sql.format(table)).status == 0

    _await(lambda: counted(node)[table] > before[table])
    assert {name: count for name, count in counted(node).items() if name != table} == {
        name: count for name, count in before.items() if name != table
    }


def test_rows_that_are_appended_are_not_counted(node: Container) -> None:
    before = counted(node)

    assert by_tcp(node, "hft_writer", ORDER, AUDIT, OPPORTUNITY) == (0, "")

    time.sleep(_STATISTICS_SECONDS)
    assert counted(node) == before


def test_a_chunk_that_is_made_ahead_is_neither_told_nor_counted(node: Container) -> None:
    ahead = f"SELECT drop_chunks('{TRAIL[0]}', newer_than => now() + interval '1 minute')"
    assert by_tcp(node, "hft_owner", ahead).status == 0
    before, since = counted(node), marker(node)

    assert by_tcp(node, "hft_owner", "CALL hft.maintain()") == (0, "")

    made = f"SELECT count(*) FROM show_chunks('{TRAIL[0]}', newer_than => now() + interval '1 minute')"
    assert by_tcp(node, "hft_owner", made) == (0, "1\n")
    time.sleep(_STATISTICS_SECONDS)
    assert (changes(node, since), counted(node)) == ([], before)


def counted(node: Container) -> dict[str, int]:
    """Table → changed rows."""
    lines = by_tcp(node, "hft_owner", "SELECT * FROM hft.audit_report()").output.splitlines()
    return {table: int(count) for table, _, count in (line.partition("|") for line in lines)}


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _STATISTICS_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_a_row_was_and_is_is_told(node: Container) -> None:
    assert by_tcp(node, "hft_writer", AUDIT) == (0, "")
    since = marker(node)

    assert by_tcp(node, "hft_owner", "UPDATE trading.audit_log SET actor = 'nobody' WHERE actor = 'test'") == (0, "")

    *_, found = filter(None, (_CHANGE.fullmatch(line) for _, line in told(node, since)))
    assert ('"actor": "test"' in found[4], '"actor": "nobody"' in found[5]) == (True, True)


def test_a_row_that_is_changed_in_its_chunk_is_told(node: Container) -> None:
    assert by_tcp(node, "hft_writer", ORDER) == (0, "")
    chunk = by_tcp(node, "hft_owner", "SELECT show_chunks('trading.order_events') LIMIT 1").output.strip()
    since = marker(node)

    assert by_tcp(node, "hft_owner", f"DELETE FROM {chunk}") == (0, "")

    assert ("DELETE", chunk, "hft_owner") in changes(node, since)


@pytest.mark.parametrize("table", TRAIL)
def test_a_trail_is_not_emptied(node: Container, table: str) -> None:
    refused = by_tcp(node, "hft_owner", f"TRUNCATE {table}")

    assert refused.status == 1
    assert refused.output.startswith(f"ERROR:  {table} is only appended to: delete rows instead")


def test_neither_is_a_chunk_of_it(node: Container) -> None:
    # The first row of a table has made its chunk, the others are made ahead.
    assert by_tcp(node, "hft_writer", ORDER) == (0, "")
    assert by_tcp(node, "hft_owner", "CALL hft.maintain()") == (0, "")
    chunks = by_tcp(node, "hft_owner", f"SELECT show_chunks('{TRAIL[0]}')").output.split()

    refused = [by_tcp(node, "hft_owner", f"TRUNCATE {chunk}") for chunk in chunks]

    assert len(chunks) >= 2
    assert {each.status for each in refused} == {1}
    assert [each.output.partition(" is only")[0] for each in refused] == [f"ERROR:  {chunk}" for chunk in chunks]


def test_chunks_of_a_trail_are_dropped_when_they_are_old(node: Container) -> None:
    old = ORDER.replace("now()", "now() - interval '400 days'")
    assert by_tcp(node, "hft_writer", old) == (0, "")
    assert by_tcp(node, "hft_owner", "CALL hft.maintain()") == (0, "")

    dropped = f"SELECT count(*) FROM drop_chunks('{TRAIL[0]}', older_than => now() - interval '399 days')"

    assert by_tcp(node, "hft_owner", dropped) == (0, "1\n")


def test_who_lets_it_be_emptied_is_told(node: Container) -> None:
    since, lets = marker(node), "DROP TRIGGER is_only_appended_to ON trading.audit_log"

    assert by_tcp(node, "hft_owner", "BEGIN", lets, "TRUNCATE trading.audit_log", "ROLLBACK") == (0, "")

    assert ("hft_owner", f"statement: {lets}") in told(node, since)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM hft.ingest_stops WHERE node = 'none'",
        "SELECT drop_chunks('trading.audit_log', older_than => '2000-01-01'::timestamptz)",
    ],
)
def test_what_the_superuser_does_is_told(node: Container, sql: str) -> None:
    since = marker(node)

    assert by_socket(node, sql) == (0, "")

    assert ("postgres", f"statement: {sql}") in told(node, since)


def test_a_password_is_not_told(node: Container) -> None:
    sql = "CREATE ROLE seen PASSWORD 'secret-word'; ALTER ROLE seen PASSWORD 'secret-word'; DROP ROLE seen"

    assert by_tcp(node, "hft_admin", sql) == (0, "")
    marker(node)

    assert "secret-word" not in node.logs().decode()


def test_a_password_that_is_refused_is_not_told(node: Container) -> None:
    assert by_tcp(node, "hft_admin", "ALTER ROLE nobody PASSWORD 'secret-word'").status == 1
    marker(node)

    assert "secret-word" not in node.logs().decode()


def test_a_slow_statement_with_a_password_is_not_told(node: Container) -> None:
    slow = "BEGIN; ALTER ROLE hft_writer PASSWORD 'w'; SELECT pg_sleep(1.2); COMMIT"
    since = marker(node)

    assert by_tcp(node, "hft_admin", slow).status == 0

    assert [line for _, line in told(node, since) if "duration:" in line] == []


def test_pgaudit_would_end_the_server_when_somebody_copies_into_a_hypertable() -> None:
    # timescale/timescaledb#7667, with pgaudit 17.0: why a node does without it.
    hypertable = "CREATE TABLE t (ts timestamptz NOT NULL); SELECT create_hypertable('t', by_range('ts'))"
    with postgres(settings={"shared_preload_libraries": "timescaledb,pgaudit", "pgaudit.log": "ddl"}) as server:
        psql = ["psql", "-XAtq", "--port=15000", "--host=/run/postgresql", "--username=postgres", "--dbname=postgres"]
        made = execute(server, [*psql, "-c", f"CREATE EXTENSION timescaledb; {hypertable}"])
        ended = execute(server, [*psql, "-c", "COPY t FROM PROGRAM 'echo now'"])

    assert made.status == 0, made.output
    assert (ended.status, "server closed the connection unexpectedly" in ended.output) == (2, True), ended.output
