"""What pgbench is told, and what its log says; pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

# Fields of a transaction: PostgreSQL 17 documentation, pgbench, per-transaction logging.
_ELAPSED_US, _SCRIPT, _END_SECONDS, _END_US = 2, 3, 4, 5
_US = 1_000_000


@dataclass(frozen=True)
class Target:
    """Where statements go."""

    port: int
    """On loopback."""
    user: str
    database: str = "hft"

    @property
    def arguments(self) -> tuple[str, ...]:
        """As psql and pgbench take them."""
        return ("--host=127.0.0.1", f"--port={self.port}", f"--username={self.user}")


@dataclass(frozen=True)
class Load:
    """Who asks what."""

    scripts: Mapping[str, int]
    """Script → its weight among all."""
    clients: int
    seconds: int
    rate: int | None = None
    """Transactions a second of all clients together, started by the clock; without, each starts when its last ends."""
    transactions: int | None = None
    """Of each client, however long they take; without, as many as the seconds hold."""

    def arguments(self, target: Target, paths: Sequence[str], log: str) -> list[str]:
        """The command line; `paths`: the scripts as files of its container; `log`: what its log files begin with."""
        files = [f"--file={path}@{weight}" for path, weight in zip(paths, self.scripts.values(), strict=True)]
        return [
            *("pgbench", "--no-vacuum", "--protocol=prepared", "--log", f"--log-prefix={log}"),
            *(f"--client={self.clients}", f"--jobs={min(self.clients, 2)}"),
            f"--transactions={self.transactions}" if self.transactions else f"--time={self.seconds}",
            *([f"--rate={self.rate}"] if self.rate else []),
            *(*files, *target.arguments, target.database),
        ]


class Transaction(NamedTuple):
    """One transaction that ended well."""

    script: int
    """Number of its script."""
    elapsed_us: int
    """By the clock, from the time at which it was due."""
    ended_us: int
    """Since 1970."""

    @property
    def began_us(self) -> int:
        """Since 1970."""
        return self.ended_us - self.elapsed_us


@dataclass(frozen=True)
class Run:
    """What a load found."""

    seconds: float
    transactions: Sequence[Transaction]

    @property
    def rate(self) -> float:
        """Transactions a second."""
        return len(self.transactions) / self.seconds

    def ms(self, share: float) -> float:
        """The time within which this share of all transactions ended, in ms."""
        return percentile(sorted(each.elapsed_us for each in self.transactions), share) / 1000


def parse(log: str, seconds: int | None) -> Run:
    """The per-transaction log of one load; without seconds it took as long as its transactions.

    Raises ValueError where it holds no transaction, or one that failed.
    """
    found = [_transaction(line.split()) for line in log.splitlines()]
    if not found:
        raise ValueError("no transaction in this time; is the machine too busy to connect?")
    return Run(seconds or _span_seconds(found), found)


def _span_seconds(transactions: Sequence[Transaction]) -> float:
    return (max(each.ended_us for each in transactions) - min(each.began_us for each in transactions)) / _US


def _transaction(fields: Sequence[str]) -> Transaction:
    ended_us = int(fields[_END_SECONDS]) * _US + int(fields[_END_US])
    return Transaction(int(fields[_SCRIPT]), int(fields[_ELAPSED_US]), ended_us)


def percentile(ordered: Sequence[int], share: float) -> int:
    """The least value that this share of all is at or below; `share` from 0 to 1."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]
