"""What the log of a real node tells of who changed what, and what it does not."""

import re
import time
import uuid

import pytest
from docker.models.containers import Container

from tests.components.database.test_bootstrap import by_socket, by_tcp, node, objects
from tests.components.database.test_roles import AUDIT, OPPORTUNITY, ORDER

__all__ = ["node", "objects"]

pytestmark = [pytest.mark.images, pytest.mark.usefixtures("objects")]

_AUDITED = re.compile(r" (\S*)@(\S*) (\S*) LOG:  AUDIT: (?:SESSION|OBJECT),\d+,\d+,(\w+),([^,]*),(.*)")
_DELIVERED_SECONDS = 10


def told(node: Container, since: str) -> list[tuple[str, str, str]]:
    """Who did what, with which statement, after a marker; once Docker has all that was said."""
    until = marker(node)
    log = node.logs().decode().partition(since)[2].partition(until)[0]
    return [(who, command, rest) for who, _, _, _, command, rest in _AUDITED.findall(log)]


def marker(node: Container) -> str:
    """A word that the log has from now on."""
    word = f"marker_{uuid.uuid4().hex}"
    assert by_socket(node, f"CREATE ROLE {word}; DROP ROLE {word}").status == 0
    deadline = time.monotonic() + _DELIVERED_SECONDS
    while f"DROP ROLE {word}" not in node.logs().decode():
        assert time.monotonic() < deadline, node.logs(tail=20).decode()
        time.sleep(0.1)
    return f"DROP ROLE {word}"


def test_rows_that_are_appended_are_not_told(node: Container) -> None:
    since = marker(node)

    assert by_tcp(node, "hft_writer", ORDER, AUDIT, OPPORTUNITY) == (0, "")

    assert [each for each in told(node, since) if each[0] != "postgres"] == []


@pytest.mark.parametrize(
    ("command", "sql"),
    [
        ("UPDATE", "UPDATE trading.order_events SET venue = 'beta'"),
        ("DELETE", "DELETE FROM trading.order_events WHERE venue = 'nowhere'"),
        ("UPDATE", "UPDATE trading.audit_log SET actor = 'nobody'"),
        ("DELETE", "DELETE FROM trading.audit_log WHERE actor = 'nobody'"),
        ("UPDATE", "UPDATE trading.opportunities SET edge_bps = 0"),
        ("DELETE", "DELETE FROM trading.opportunities WHERE edge_bps < 0"),
    ],
)
def test_a_row_that_its_owner_changes_is_told(node: Container, command: str, sql: str) -> None:
    since = marker(node)

    assert by_tcp(node, "hft_owner", sql) == (0, "")

    table = sql.removeprefix("UPDATE ").removeprefix("DELETE FROM ").split()[0]
    assert ("hft_owner", command, f"TABLE,{table},{sql},<none>") in told(node, since)


def test_a_row_that_is_changed_in_its_chunk_is_told(node: Container) -> None:
    assert by_tcp(node, "hft_writer", ORDER) == (0, "")
    chunk = by_tcp(node, "hft_owner", "SELECT show_chunks('trading.order_events') LIMIT 1").output.strip()
    since = marker(node)

    assert by_tcp(node, "hft_owner", f"DELETE FROM {chunk} WHERE venue = 'nowhere'") == (0, "")

    assert ("hft_owner", "DELETE", f"TABLE,{chunk},DELETE FROM {chunk} WHERE venue = 'nowhere',<none>") in told(
        node, since
    )


@pytest.mark.parametrize("table", ["order_events", "opportunities", "audit_log"])
def test_a_trail_is_not_emptied(node: Container, table: str) -> None:
    refused = by_tcp(node, "hft_owner", f"TRUNCATE trading.{table}")

    assert refused.status == 1
    assert refused.output.startswith(f"ERROR:  trading.{table} is only appended to: delete rows instead")


def test_who_lets_it_be_emptied_is_told(node: Container) -> None:
    since, lets = marker(node), "DROP TRIGGER is_only_appended_to ON trading.audit_log"

    assert by_tcp(node, "hft_owner", "BEGIN", lets, "TRUNCATE trading.audit_log", "ROLLBACK") == (0, "")

    found = [(who, command) for who, command, rest in told(node, since) if lets in rest]
    assert ("hft_owner", "DROP TRIGGER") in found


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM hft.ingest_stops WHERE node = 'none'",
        "SELECT drop_chunks('trading.audit_log', older_than => '2000-01-01'::timestamptz)",
    ],
)
def test_what_the_superuser_writes_is_told(node: Container, sql: str) -> None:
    since = marker(node)

    assert by_socket(node, sql) == (0, "")

    assert {who for who, _, rest in told(node, since) if sql in rest} == {"postgres"}


@pytest.mark.parametrize("sql", ["ALTER ROLE hft_writer PASSWORD 'w'", "CREATE ROLE seen PASSWORD 'w'; DROP ROLE seen"])
def test_a_password_is_told_of_and_not_told(node: Container, sql: str) -> None:
    since = marker(node)

    assert by_tcp(node, "hft_admin", sql) == (0, "")

    statement = sql.partition(" 'w'")[0]
    command = " ".join(sql.split()[:2])
    assert ("hft_admin", command, f",,{statement} <REDACTED>,<none>") in told(node, since)


def test_a_password_that_is_refused_is_not_told(node: Container) -> None:
    assert by_tcp(node, "hft_admin", "ALTER ROLE nobody PASSWORD 'secret-word'").status == 1
    marker(node)

    assert "secret-word" not in node.logs().decode()


def test_a_slow_statement_with_a_password_is_not_told(node: Container) -> None:
    slow = "BEGIN; ALTER ROLE hft_writer PASSWORD 'w'; SELECT pg_sleep(1.2); COMMIT"
    since = marker(node)

    assert by_tcp(node, "hft_admin", slow).status == 0

    log = node.logs().decode().partition(since)[2]
    assert "duration:" not in log
