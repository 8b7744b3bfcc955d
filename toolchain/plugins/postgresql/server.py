"""One PostgreSQL server: short connections, changes one at a time, errors that name the fix and hold no secret.

Nothing connects before a resource is created, read or changed: a preview of creates needs no server.

Every change holds one advisory lock, taken in the provider's own database, from before its first statement until
after its commit. Concurrent changes of one server therefore wait for each other instead of failing with
"tuple concurrently updated", within one operation and between two of them.
"""

import contextlib
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from psycopg import Connection, Cursor
from psycopg.conninfo import make_conninfo

from toolchain.plugins.framework import ProviderError
from toolchain.plugins.postgresql.settings import ClientCertificate, Settings

Session: TypeAlias = Cursor[tuple[Any, ...]]

OLDEST_SERVER = 130000
"""PostgreSQL 13, the first with DROP DATABASE … WITH (FORCE); as `server_version_num`."""

LOCK_KEY = 0x6866745F7067
"""Key of the advisory lock around changes: the letters `hft_pg`."""

LOCK_WAIT_MS = 300_000
"""How long a change waits for another one, and for any other lock, before it fails."""


DUPLICATE = ("42710", "42P04", "42P06")
"""SQLSTATE of an object, database or schema that exists already."""


class ServerError(ProviderError):
    """What the server refused or why it could not be reached; the text is for the user and holds no secret."""

    def __init__(self, message: str, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class Server:
    """Opens sessions on one server; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._one_change = threading.Lock()
        # One connection beside these holds the change lock, so a limit of 1 still means two.
        limit = settings.max_connections
        self._slots = threading.BoundedSemaphore(limit - 1) if limit > 1 else threading.BoundedSemaphore(1)
        self._unlimited = limit <= 0

    @contextlib.contextmanager
    def reading(self, database: str | None = None) -> Iterator[Session]:
        """A session to look things up in `database` (default: the provider's own).

        Raises:
            ServerError: the server cannot be reached or refuses a statement.
        """
        with self._slot(), self._session(database) as session:
            yield session

    @contextlib.contextmanager
    def changing(self, database: str | None = None, *, transaction: bool = True) -> Iterator[Session]:
        """A session for one change: all of its statements take effect, or none.

        Args:
            database: where the statements run (default: the provider's own database).
            transaction: False for what PostgreSQL refuses inside a transaction (CREATE DATABASE) and for what must
                be the first statement of its session (updates of the timescaledb extension).

        Raises:
            ServerError: the server cannot be reached or refuses a statement.
        """
        with self._one_change, self._session(None) as holder:
            holder.execute("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")
            holder.execute("SELECT set_config('statement_timeout', '0', true)")
            holder.execute("SELECT set_config('lock_timeout', %s, true)", (str(LOCK_WAIT_MS),))
            holder.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK_KEY,))
            with self._slot(), self._session(database, autocommit=not transaction) as session:
                if transaction:
                    session.execute("SELECT set_config('lock_timeout', %s, true)", (str(LOCK_WAIT_MS),))
                yield session

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        with contextlib.nullcontext() if self._unlimited else self._slots:
            yield

    @contextlib.contextmanager
    def _session(self, database: str | None, *, autocommit: bool = False) -> Iterator[Session]:
        try:
            with self._connect(database or self.settings.database, autocommit) as connection, connection.cursor() as it:
                yield it
        except psycopg.Error as error:
            raise ServerError(self._explain(error), error.sqlstate) from None

    def _connect(self, database: str, autocommit: bool) -> Connection[tuple[Any, ...]]:
        try:
            with _certificate_files(self.settings.client_certificate) as files:
                parameters = self.settings.parameters(database) | files
                connection = psycopg.connect(make_conninfo(**parameters), autocommit=autocommit, prepare_threshold=None)
        except psycopg.Error as error:
            raise ServerError(self._explain_connection(error, database), error.sqlstate) from None
        if connection.info.server_version < OLDEST_SERVER:
            version = connection.info.parameter_status("server_version")
            connection.close()
            raise ServerError(
                f"PostgreSQL {version} at {self.settings.address}: the stand-in provider needs 13 or later"
            )
        return connection

    def _explain(self, error: psycopg.Error) -> str:
        # Never str(error): for a syntax error it quotes the statement, which may hold a password verifier.
        diag = error.diag
        parts = [diag.message_primary or "the connection to the server broke off"]
        if diag.message_detail:
            parts.append(diag.message_detail)
        if diag.message_hint:
            parts.append(f"Hint: {diag.message_hint}")
        if diag.sqlstate == "55P03":
            parts.append(f"Waited {LOCK_WAIT_MS // 1000} s for another change; see pg_locks for who holds it")
        return self._without_password(". ".join(part.rstrip(".") for part in parts))

    def _explain_connection(self, error: psycopg.Error, database: str) -> str:
        reason = self._without_password(" ".join(str(error).split()))
        fix = ""
        if "does not support SSL" in reason:
            fix = "; turn TLS on in the server, or set sslmode on the provider (disable, on a network you trust)"
        return f"cannot connect to PostgreSQL at {self.settings.address}, database {database}: {reason}{fix}"

    def _without_password(self, text: str) -> str:
        return text.replace(self.settings.password, "[secret]") if self.settings.password else text


def adopt_hint(token: str, resource_id: str) -> str:
    """How to take an object that exists into a stack."""
    return f"adopt it with `pulumi import {token} <resource name> {resource_id}`, or choose another name"


@contextlib.contextmanager
def _certificate_files(certificate: ClientCertificate | None) -> Iterator[dict[str, str]]:
    """libpq reads client certificates from files only: inline ones get files for as long as connecting takes."""
    if certificate is None:
        yield {}
    elif not certificate.inline:
        yield {"sslcert": certificate.cert, "sslkey": certificate.key}
    else:
        with tempfile.TemporaryDirectory(prefix="pulumi-postgresql-") as folder:
            cert, key = Path(folder, "cert.pem"), Path(folder, "key.pem")
            cert.write_text(certificate.cert)
            key.touch(mode=0o600)
            key.write_text(certificate.key)
            yield {"sslcert": str(cert), "sslkey": str(key)}
