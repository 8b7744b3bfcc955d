"""The timelines of a cluster, and which backups are on the way to its present; pure.

A restore to a point in time begins a new timeline, and what was written after that point is on a branch that leads
nowhere. A backup made on such a branch cannot be replayed into the present: pgBackRest picks backups by their time and
would take it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .info import Backup, lsn


class TargetError(Exception):
    """The time asked for cannot be restored."""


@dataclass(frozen=True)
class History:
    """The newest timeline, and where each earlier one was left on the way to it."""

    newest: int = 1
    left_at: tuple[tuple[int, int], ...] = ()
    """Pairs of timeline and position in the WAL."""

    @classmethod
    def parse(cls, newest: int, text: str) -> "History":
        """From PostgreSQL's history file of the newest timeline."""
        fields = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
        return cls(newest, tuple((int(timeline), lsn(position)) for timeline, position, *_ in fields))

    def leads_here(self, backup: Backup) -> bool:
        """Whether the present can be reached from a backup."""
        return backup.timeline == self.newest or any(
            backup.timeline == timeline and backup.stop_lsn <= position for timeline, position in self.left_at
        )


def newest_timeline(names: Iterable[str]) -> int:
    """The highest timeline of which an archive has a history file; 1 where it has none."""
    return max((int(name[:8], 16) for name in names if name.endswith(".history")), default=1)


def choose(backups: Sequence[Backup], history: History, to: datetime | None, now: datetime) -> Backup:
    """The newest backup from which `to` can be reached; from which the present can, without.

    Raises:
        TargetError: there is none, or `to` has not come yet.
    """
    usable = [each for each in backups if history.leads_here(each)]
    if not usable:
        raise TargetError("there is no backup to restore from: make one with hft backup now")
    if to is None:
        return usable[-1]
    if to > now:
        raise TargetError(f"{_shown(to)} has not come yet: it is {_shown(now)}; nothing was changed")
    before = [each for each in usable if each.ended <= to]
    if not before:
        raise TargetError(
            f"{_shown(to)} is before the oldest backup, which can be restored from {_shown(usable[0].ended)} on: "
            "choose a later time; nothing was changed"
        )
    return before[-1]


def _shown(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M:%S+00")
