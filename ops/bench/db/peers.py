"""What the drills have found with the timers that others ship, from build/peers.json, as a table; pure."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ops.bench.db import found
from ops.bench.db.rounds import Middle

FOUND = Path("build/peers.json")
FAULTS: Mapping[str, str] = {
    "killed": "kill -9 of postgres",
    "unplugged": "host of the primary unplugged",
    "moved": "planned switchover",
}
"""Fault as noted → in words."""
_TABLE = """
### Beside others
How long writes stop in s, median, least and most of {rounds} times each, all in one run, and acknowledged rows lost in
all of them. The stack is this project's for all, with its etcd, TLS, pooler and writer. What differs is the timers of
Patroni, HAProxy and PgBouncer that each ships, and what only this project has: witnesses, a crash that wakes Patroni,
and commits that wait for a standby by default. A planned switchover is `hft db switchover`, and Patroni's own for the
others. 15 s is PgBouncer's own `server_login_retry`, which none of them changes: after a refused connection it refuses
every client for so long, and most of their errors are that.

| settings of | {faults} | rows lost | errors at the client |
|---|{rules}---|---|
{rows}"""


def read(root: Path) -> list[dict[str, Any]]:
    """The entries; none where nothing has been measured."""
    return found.read(root / FOUND)


def table(entries: Sequence[Mapping[str, Any]]) -> str:
    """A row for each peer; empty where there are no entries."""
    if not entries:
        return ""
    names = list(dict.fromkeys(entry["peer"] for entry in entries))
    return _TABLE.format(
        rounds=len(entries) // len(names) // len(FAULTS),
        faults=" | ".join(FAULTS.values()),
        rules="---|" * len(FAULTS),
        rows="".join(_row(name, [entry for entry in entries if entry["peer"] == name]) for name in names),
    )


def _row(name: str, entries: Sequence[Mapping[str, Any]]) -> str:
    gaps = [_gaps(entry["gap_seconds"] for entry in entries if entry["fault"] == fault) for fault in FAULTS]
    lost, errors = (str(sum(entry[key] for entry in entries)) for key in ("lost", "errors"))
    return f"| {' | '.join([name, *gaps, lost, errors])} |\n"


def _gaps(seconds: Iterable[float]) -> str:
    if not (gaps := list(seconds)):
        return ""
    middle = Middle.of(gaps)
    return "{:.1f} ({:.1f} to {:.1f})".format(middle.median, *middle.spread)
