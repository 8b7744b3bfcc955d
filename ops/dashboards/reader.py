"""Asks the database as `hft_reader`, who reads only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from ops.dashboards.answers import QueryError, Rows
from ops.errors import OpsError

_ROLE, _DATABASE = "hft_reader", "hft"
_CONNECT_SECONDS, _STATEMENT = 5, "30s"


@dataclass(frozen=True)
class Reader:
    """A session of the read-only role."""

    connection: psycopg.Connection[tuple[object, ...]]

    def rows(self, statement: str) -> Rows:
        """What a statement answers. Raises QueryError where the database refuses it."""
        try:
            # Bytes, since it is no literal of ours; without parameters nothing in it is taken for a placeholder.
            cursor = self.connection.execute(statement.encode())
            return Rows(tuple(column.name for column in cursor.description or ()), tuple(cursor.fetchall()))
        except psycopg.Error as error:
            raise QueryError(str(error).strip().splitlines()[0]) from None


@contextmanager
def reading(endpoint: str, password_file: Path) -> Iterator[Reader]:
    """A session at `address:port`; raises OpsError where it is not to be had."""
    host, _, port = endpoint.rpartition(":")
    try:
        with psycopg.connect(
            host=host,
            port=int(port),
            user=_ROLE,
            dbname=_DATABASE,
            passfile=str(password_file),
            sslmode="require",
            connect_timeout=_CONNECT_SECONDS,
            options=f"-c default_transaction_read_only=on -c statement_timeout={_STATEMENT}",
            autocommit=True,
        ) as connection:
            yield Reader(connection)
    except psycopg.OperationalError as error:
        raise OpsError(
            f"the database at {endpoint} does not let {_ROLE} in ({str(error).strip().splitlines()[0]}): see hft status"
        ) from None
