"""Rows that a restore must have: counted when a backup begins, kept with it in the repository, looked for by drills.

Tables of the trading schema are appended to, so a copy has at least the rows that were there. What is counted is
bounded: the last minutes before the backup, which lie in the newest chunks.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg import sql

from .config import Node

DATABASE = "hft"
SCHEMA = "trading"
ANNOTATION = "rows"
"""Name under which pgBackRest keeps it."""

_MINUTES = 10
_BOUNDS = "-c statement_timeout=30s -c lock_timeout=5s"
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'ts' AND NOT a.attisdropped
WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind = 'r' ORDER BY c.relname
"""


@dataclass(frozen=True)
class Counted:
    """Rows of each table in a span of time."""

    since: datetime
    until: datetime
    rows: Mapping[str, int]

    def as_text(self) -> str:
        """For the annotation."""
        return json.dumps([self.since.isoformat(), self.until.isoformat(), dict(self.rows)], separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> "Counted":
        """From an annotation."""
        since, until, rows = json.loads(text)
        return cls(datetime.fromisoformat(since), datetime.fromisoformat(until), rows)

    def missing(self, found: "Counted") -> list[str]:
        """A line for each table that has fewer rows in `found`."""
        return [
            f"{table} has {found.rows.get(table, 0)} of the {wanted} rows from {self.since} to {self.until}"
            for table, wanted in self.rows.items()
            if found.rows.get(table, 0) < wanted
        ]


def before(node: Node, now: datetime) -> Counted:
    """The rows of the last minutes. Raises psycopg.Error; no table where the database is not there yet."""
    return between(node, now - timedelta(minutes=_MINUTES), now)


def between(node: Node, since: datetime, until: datetime) -> Counted:
    """The rows of a span of time. Raises psycopg.Error."""
    login = {"host": node.socket, "port": node.port, "user": "postgres", "dbname": DATABASE}
    with psycopg.connect(**login, connect_timeout=5, options=_BOUNDS) as connection:  # type: ignore[arg-type]
        tables = [str(name) for (name,) in connection.execute(_TABLES, [SCHEMA])]
        count = sql.SQL("SELECT count(*) FROM {}.{} WHERE ts >= %s AND ts < %s")
        queries = {table: count.format(sql.Identifier(SCHEMA), sql.Identifier(table)) for table in tables}
        found = {table: connection.execute(query, [since, until]).fetchone() for table, query in queries.items()}
    return Counted(since, until, {table: row[0] for table, row in found.items() if row})
