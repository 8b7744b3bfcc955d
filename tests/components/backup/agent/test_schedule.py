from datetime import UTC, datetime, timedelta

import pytest

from components.backup.agent.schedule import Schedule

# 2026-11-28 is a Saturday.
SUNDAYS = Schedule.parse({"days": ["sun"], "at": "03:00"})
DAILY = Schedule.parse({"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": "03:00"})


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "now", "due"),
    [
        (DAILY, at(28, 3), at(28, 3)),
        (DAILY, at(28, 2, 59), at(27, 3)),
        (SUNDAYS, at(28, 12), at(22, 3)),
        (SUNDAYS, at(29, 2, 59), at(22, 3)),
        (SUNDAYS, at(29, 3), at(29, 3)),
    ],
)
def test_the_newest_time_that_has_come(schedule: Schedule, now: datetime, due: datetime) -> None:
    assert schedule.last_due(now) == due


@pytest.mark.parametrize(
    ("days", "gap"), [(["sun"], 7), (["mon", "thu"], 4), (["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 1)]
)
def test_the_longest_wait_goes_over_the_end_of_the_week(days: list[str], gap: int) -> None:
    assert Schedule.parse({"days": days, "at": "00:00"}).longest_gap == timedelta(days=gap)
