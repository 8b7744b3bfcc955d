"""What an operator chooses about planned work on a host: when its pages and tickets are not sent."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from components._common.settings import Settings

_HOUR_AND_MINUTE: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")


def _of_the_clock(moment: str) -> str:
    if not _HOUR_AND_MINUTE.fullmatch(moment):
        raise ValueError(f'{moment} is no hour and minute in UTC: write it as "06:00", and the end of a day as "24:00"')
    return moment


Moment = Annotated[str, AfterValidator(_of_the_clock)]
"""Hour and minute, "00:00" to "24:00"; text, as YAML makes a number of 06:00 without quotes."""


class MaintenanceSettings(Settings):
    """Work on one host on one day. What a regulator asks for is sent all the same, and so is what names no host."""

    host: str = Field(min_length=1)
    """Name of the host."""
    day: date
    """The day, in UTC."""
    start: Moment
    """From when on, in UTC, as "06:00"."""
    end: Moment
    """Until when, in UTC; work over midnight is two of these, until "24:00" and from "00:00" on. What fires on then is
    sent."""

    @property
    def name(self) -> str:
        """Name of it in Alertmanager."""
        return f"{self.host}-{self.day}-{self.start}"

    @property
    def until(self) -> datetime:
        """When it ends."""
        hours, minutes = map(int, self.end.split(":"))
        return datetime.combine(self.day, time(), UTC) + timedelta(hours=hours, minutes=minutes)

    @model_validator(mode="after")
    def _it_begins_before_it_ends(self) -> "MaintenanceSettings":
        if self.start >= self.end:
            raise ValueError(
                f"start={self.start} is not before end={self.end}: swap them, or make it two, the first until 24:00"
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


def over(works: Sequence[MaintenanceSettings], now: datetime) -> Iterator[str]:
    """One line for each that is over: it does nothing any more. No mistake, as work may end during a deployment."""
    for at, work in enumerate(works):
        if work.until <= now:
            yield (
                f"monitoring.maintenance[{at}]: work on {work.host} is over since {work.day} {work.end} UTC: remove it"
            )
