"""What an operator chooses about planned work on a host: when its pages and tickets are not sent."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from pydantic import Field, model_validator

from components._common.settings import Settings


class MaintenanceSettings(Settings):
    """Work on one host on one day. What a regulator asks for is sent all the same, and so is what names no host."""

    host: str = Field(min_length=1)
    """Name of the host."""
    day: date
    """The day, in UTC."""
    start: time
    """From when on, in UTC, as "06:00"."""
    end: time
    """Until when, in UTC; work over midnight is two of these. What fires on then is sent."""

    @property
    def name(self) -> str:
        """Name of it in Alertmanager."""
        return f"{self.host}-{self.day}-{self.start:%H:%M}"

    @model_validator(mode="after")
    def _it_begins_before_it_ends_and_is_not_over(self) -> "MaintenanceSettings":
        for path, moment in (("start", self.start), ("end", self.end)):
            if moment.tzinfo or moment.second or moment.microsecond:
                raise ValueError(f'{path}={moment.isoformat()} is no hour and minute in UTC: write it as "06:00"')
        if self.start >= self.end:
            raise ValueError(
                f"start={self.start:%H:%M} is not before end={self.end:%H:%M}: swap them, or make it two days"
            )
        if datetime.combine(self.day, self.end, UTC) <= now():
            raise ValueError(
                f"work on {self.host} is over since {self.day} {self.end:%H:%M} UTC: remove it, or name another day"
            )
        return self


def check_maintenance(works: Sequence[MaintenanceSettings]) -> None:
    """Raise ValueError where two begin at once on one host."""
    names = [work.name for work in works]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise ValueError(
                f"maintenance[{at}] begins when maintenance[{names.index(name)}] does, on {works[at].host}: "
                "make one of both"
            )


def now() -> datetime:
    """The time by which work is over."""
    return datetime.now(UTC)
