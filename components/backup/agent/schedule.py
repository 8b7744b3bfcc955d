"""When something is due, from what has been done: nothing else is remembered, so a restart or a failover loses
nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Schedule:
    """Days of the week (0 = Monday) and a time of day in UTC."""

    days: frozenset[int]
    at: time

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> "Schedule":
        """From {"days": ["mon"], "at": "03:00"}."""
        return cls(frozenset(_DAYS.index(day) for day in found["days"]), time.fromisoformat(found["at"]))

    def last_due(self, now: datetime) -> datetime:
        """The newest of its times that is not after `now` (UTC)."""
        today = datetime.combine(now.date(), self.at, UTC)
        found = (today - timedelta(days=back) for back in range(len(_DAYS) + 1))
        return next(due for due in found if due <= now and due.weekday() in self.days)

    @property
    def longest_gap(self) -> timedelta:
        """Between two of its times, at most."""
        found = sorted(self.days)
        pairs = zip(found, [*found[1:], found[0] + len(_DAYS)], strict=True)
        return timedelta(days=max(later - earlier for earlier, later in pairs))
