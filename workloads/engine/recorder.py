"""Writes what the engine saw and did to the database, off the hot path.

What is guaranteed:

- The hot path only appends to memory; no order ever waits for the database. An order's intent (`submitted`) is
  appended before the order is written to the venue, and all order events and audit rows keep their order.
- Order events and audit rows commit synchronously (`synchronous_commit=on`, so a standby has them), in one
  transaction per batch, and are kept until that commit is known: while the process lives none is lost. After
  a connection broke in a commit, the batch's first row is looked up before it is sent again, so none is written
  twice either, unless the lookup met a primary on which that commit was still waiting for its standby. While the
  oldest row is older than `order_record_bound_ms` the engine is `reducing`, so what is kept is bounded.
- Where a commit would not be synchronous, as the role's setting was lowered or no standby is waited for, nothing is
  written: rows wait, `hft_record_synchronous` is 0 and the engine `reducing`, until it is again.
- A process that dies loses the events of the last flush (`flush_ms` plus one commit). The venue has them: the next
  engine reconciles positions and open orders from there before it is ready.
- Ticks and opportunities have a role of their own and commit asynchronously, by batched COPY, from bounded buffers.
  What does not fit is given up
  and counted in `hft_marketdata_dropped_total{reason="db"}`.

Each role has one connection, made at the start and kept. One that is cut is replaced also when no row waits for it, so
that the next one finds it there. It uses no session state and no prepared statement, so it runs through a pooler in
transaction mode; order rows take the router's route past it where the settings have one.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

import psycopg
from psycopg.conninfo import make_conninfo

from workloads.config import read_secret
from workloads.engine import rows
from workloads.engine.gate import Cap
from workloads.engine.settings import DatabaseSettings, RouteSettings
from workloads.log import Log
from workloads.metrics import EngineMetrics

log = Log("engine.recorder")
_SLICE_ROWS: Final = 50
"""Rows formatted in one go, so that the event loop is held for well under 1 ms."""
_BATCH_ROWS: Final = 5000
_RETRY_SECONDS: Final = 0.5
# PostgreSQL documentation, appendix A: data, integrity, syntax or access, and what a trigger raises.
_REFUSALS: Final = ("22", "23", "42", "P0")
_ASYNCHRONOUS: Final = ("off", "local")
_STANDBYS: Final = "current_setting('synchronous_standby_names')"
_AS_IT_IS: Final = f"SELECT current_setting('synchronous_commit'), {_STANDBYS}"
# For a server connection of the pool that someone else has left lowered.
_RAISED: Final = f"SELECT set_config('synchronous_commit', 'on', true), {_STANDBYS}"


class NotSynchronousError(Exception):
    """A commit of order rows would not be synchronous; the text says why and what to do."""


class Caps(Protocol):
    """Puts a cap on the trading state or takes it off, as `Gate.cap` does."""

    def __call__(self, cap: Cap, *, on: bool) -> None:
        """Put `cap` on or take it off."""


class Buffer:
    """The rows of one table that are not in the database yet."""

    def __init__(self, table: rows.Table, limit: int | None) -> None:
        self.table = table
        self.waiting: deque[rows.Row] = deque()
        self.oldest: float | None = None
        """Monotonic seconds when the first waiting row was added, or None."""
        self._limit = limit

    def add(self, row: rows.Row) -> bool:
        """Keep a row; say whether there was room."""
        if self._limit is not None and len(self.waiting) >= self._limit:
            return False
        if self.oldest is None:
            self.oldest = time.monotonic()
        self.waiting.append(row)
        return True

    def take(self, count: int, taken_at: float) -> None:
        """Forget the first `count` rows: they are in the database. Later ones came after `taken_at`."""
        for _ in range(count):
            self.waiting.popleft()
        self.oldest = taken_at if self.waiting else None


class Recorder:
    """Buffers and writers; raises ConfigError when a password cannot be read.

    `cap` is told when order records come to exceed their bound or cannot be committed synchronously, and when that is
    over.
    """

    def __init__(self, settings: DatabaseSettings | None, metrics: EngineMetrics, cap: Caps) -> None:
        self._settings, self._metrics, self._cap = settings, metrics, cap
        limit = settings.buffer_rows if settings else 0
        self.buffers = {t.name: Buffer(t, None if t.synchronous else limit) for t in rows.TABLES}
        self._dropped = metrics.marketdata_dropped.labels("db")
        for table in rows.TABLES:
            metrics.record_refused.labels(table.name)
        self._writers = _writers(settings) if settings else ()
        self._flush_seconds = settings.flush_ms / 1000 if settings else 0.0
        self._bound_ms = settings.order_record_bound_ms if settings else 0

    def add(self, table: rows.Table, row: rows.Row) -> None:
        """Take a row for a table; returns at once."""
        if self._settings is not None and not self.buffers[table.name].add(row):
            self._dropped.inc()

    async def run(self) -> None:
        """Write until cancelled: one connection for what must not be lost, one for the rest."""
        if self._settings is None:
            log.warning("no database in the settings: nothing is recorded")
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            for writer in self._writers:
                mine = [b for b in self.buffers.values() if b.table.synchronous is writer.synchronous]
                group.create_task(self._write(writer, mine))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            age = self.order_backlog_seconds()
            self._metrics.record_backlog_seconds.set(age)
            for name, buffer in self.buffers.items():
                self._metrics.record_backlog_rows.labels(name).set(len(buffer.waiting))
            self._cap("record_backlog", on=age * 1000 > self._bound_ms)

    def order_backlog_seconds(self) -> float:
        """Return the age of the oldest order or audit row that is not in the database."""
        oldest = [b.oldest for b in self.buffers.values() if b.table.synchronous and b.oldest is not None]
        return max(0.0, time.monotonic() - min(oldest)) if oldest else 0.0

    async def _write(self, writer: "_Writer", buffers: Sequence[Buffer]) -> None:
        while True:
            try:
                async with await writer.connect() as connection:
                    await writer.check(connection)
                    log.info("database connected", synchronous=writer.synchronous)
                    if writer.synchronous:
                        self._commits_synchronously(True)
                    while True:
                        await self._flush(writer, connection, buffers)
            except NotSynchronousError as error:
                log.error("order rows are not written", error=str(error))
                self._commits_synchronously(False)
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("database away", synchronous=writer.synchronous, error=str(error).strip() or repr(error))
            await asyncio.sleep(_RETRY_SECONDS)

    def _commits_synchronously(self, does: bool) -> None:
        self._metrics.record_synchronous.set(does)
        self._cap("not_synchronous", on=not does)

    async def _flush(self, writer: "_Writer", connection: psycopg.AsyncConnection, buffers: Sequence[Buffer]) -> None:
        full = False
        for buffer in buffers:
            batch = list(islice(buffer.waiting, _BATCH_ROWS))
            if batch:
                taken_at = time.monotonic()
                buffer.take(await self._written(writer, connection, buffer.table, batch), taken_at)
                full = full or len(batch) == _BATCH_ROWS
        if not full:
            await _rest(connection, self._flush_seconds)

    async def _written(
        self, writer: "_Writer", connection: psycopg.AsyncConnection, table: rows.Table, batch: Sequence[rows.Row]
    ) -> int:
        try:
            return await writer.write(connection, table, batch)
        except psycopg.Error as error:
            if refused(error):
                self._metrics.record_refused.labels(table.name).inc()
            raise

    async def flushed(self, timeout_seconds: float) -> bool:
        """Wait until nothing waits any more; say whether that came true in time."""
        until = time.monotonic() + timeout_seconds
        while any(buffer.waiting for buffer in self.buffers.values()):
            if time.monotonic() >= until:
                return False
            await asyncio.sleep(0.01)
        return True


async def _rest(connection: psycopg.AsyncConnection, seconds: float) -> None:
    """Wait; raises psycopg.Error as soon as the connection is cut, which a sleep would leave to the next row."""
    async for _ in connection.notifies(timeout=seconds):
        pass


def refused(error: psycopg.Error) -> bool:
    """Say whether the server took offence at rows or role, not at where it stands; by the class of its SQLSTATE."""
    return (error.sqlstate or "")[:2] in _REFUSALS


class _Writer:
    """Writes batches over one connection at a time, and knows of a batch whose commit was never confirmed."""

    def __init__(self, address: str, *, synchronous: bool, standby_confirms: bool) -> None:
        self.synchronous = synchronous
        self._address, self._standby_confirms = address, standby_confirms
        self._doubtful: dict[str, tuple[rows.Row, int]] = {}

    async def connect(self) -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(self._address, prepare_threshold=None)

    async def check(self, connection: psycopg.AsyncConnection) -> None:
        """Raise NotSynchronousError where order rows would be acknowledged by one disk only."""
        if self.synchronous:
            async with connection.transaction():
                await self._check(connection, _AS_IT_IS)

    async def _check(self, connection: psycopg.AsyncConnection, question: str) -> None:
        cursor = await connection.execute(question.encode())
        commit, standbys = await cursor.fetchone() or ("off", "")
        if commit in _ASYNCHRONOUS:
            raise NotSynchronousError(
                f"synchronous_commit={commit} for this role: set it to on, or find out who lowered it"
            )
        if self._standby_confirms and not standbys:
            raise NotSynchronousError(
                "synchronous_standby_names is empty, so commits wait for no standby: look for who changed Patroni's "
                "synchronous_mode"
            )

    async def write(self, connection: psycopg.AsyncConnection, table: rows.Table, batch: Sequence[rows.Row]) -> int:
        """Commit the batch and return how many of its first rows are in the table now; raises psycopg.Error.

        No timeout: cancelling a commit that waits for its standby would make it visible without the standby.
        """
        first, count = self._doubtful.pop(table.name, (None, 0))
        if first is batch[0] and await self._is_there(connection, table, batch[0]):
            return count
        if self.synchronous:
            self._doubtful[table.name] = batch[0], len(batch)
        async with connection.transaction(), connection.cursor() as cursor:
            if self.synchronous:
                await self._check(connection, _RAISED)
            async with cursor.copy(table.copy.encode()) as copy:
                for start in range(0, len(batch), _SLICE_ROWS):
                    await copy.write(rows.copy_text(batch[start : start + _SLICE_ROWS]))
                    await asyncio.sleep(0)
        self._doubtful.pop(table.name, None)
        return len(batch)

    async def _is_there(self, connection: psycopg.AsyncConnection, table: rows.Table, row: rows.Row) -> bool:
        same = " AND ".join(f"{column} IS NOT DISTINCT FROM %s" for column in table.columns[:3])
        query = f"SELECT 1 FROM trading.{table.name} WHERE {same}"
        async with connection.transaction():
            cursor = await connection.execute(query.encode(), row[:3])
            return await cursor.fetchone() is not None


def _writers(settings: DatabaseSettings) -> tuple[_Writer, ...]:
    orders = conninfo(settings, settings.user, settings.password_file, settings.orders_route)
    ticks = conninfo(settings, settings.ticks_user, settings.ticks_password_file)
    return (
        _Writer(orders, synchronous=True, standby_confirms=settings.standby_confirms),
        _Writer(ticks, synchronous=False, standby_confirms=False),
    )


def conninfo(settings: DatabaseSettings, user: str, password_file: Path, route: RouteSettings | None = None) -> str:
    """Return the libpq connection string of a role; raises ConfigError when the password cannot be read."""
    server = route or settings
    return make_conninfo(
        host=server.host,
        port=server.port,
        dbname=settings.dbname,
        user=user,
        password=read_secret(password_file),
        # The route's address is the router's, and the certificate there a node's: no host name can match.
        **_tls(settings.authority_file, "verify-ca" if route else "verify-full"),
        application_name="hft-engine",
        connect_timeout=5,
        # A host that is gone is noticed within 10 s; Linux would take 15 min.
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        tcp_user_timeout=10_000,
    )


def _tls(authority_file: Path | None, sslmode: str) -> dict[str, str]:
    if authority_file is None:
        return {"sslmode": "disable"}
    return {"sslmode": sslmode, "sslrootcert": str(authority_file), "ssl_min_protocol_version": "TLSv1.3"}
