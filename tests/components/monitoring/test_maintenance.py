import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from components.monitoring.maintenance import MaintenanceSettings, check_maintenance, over

GOOD = {"host": "gamma", "day": "2030-12-05", "start": "06:00", "end": "08:00"}


def work(**changes: Any) -> MaintenanceSettings:
    return MaintenanceSettings.model_validate({**GOOD, **changes})


def test_work_is_of_one_day_whenever_that_is() -> None:
    assert work().name == "gamma-2030-12-05-06:00"
    assert work(day="2020-01-01", start="00:00", end="00:01").until == datetime(2020, 1, 1, 0, 1, tzinfo=UTC)


def test_work_over_midnight_is_two_without_a_gap() -> None:
    before, after = work(start="22:00", end="24:00"), work(day="2030-12-06", start="00:00", end="02:00")

    check_maintenance([before, after])
    assert before.until == datetime(2030, 12, 6, tzinfo=UTC)
    assert after.until - before.until == timedelta(hours=2)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"start": "08:00"}, "start=08:00 is not before end=08:00: swap them, or make it two, the first until 24:00"),
        ({"start": "22:00", "end": "02:00"}, "start=22:00 is not before end=02:00: .* two, the first until 24:00"),
        ({"start": "24:00", "end": "24:00"}, "start=24:00 is not before end=24:00"),
        *(
            (
                {path: bad},
                re.escape(f'{bad} is no hour and minute in UTC: write it as "06:00"'),
            )
            for path in ("start", "end")
            for bad in ("06:00:30", "08:00+02:00", "24:01", "25:00", "12:60", "6:00", "06:00\n", "")
        ),
        # What YAML makes of 22:00 without quotes.
        ({"end": 1320}, "valid string"),
        ({"day": "Saturday"}, "valid date"),
        ({"host": ""}, "at least 1 character"),
        ({"owner": "trading"}, "Extra inputs are not permitted"),
    ],
)
def test_work_that_never_ends_is_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        work(**bad)


@pytest.mark.parametrize("missing", ["day", "start", "end", "host"])
def test_work_without_an_end_or_a_day_is_refused(missing: str) -> None:
    without: dict[str, Any] = {key: value for key, value in GOOD.items() if key != missing}

    with pytest.raises(ValidationError, match="Field required"):
        MaintenanceSettings.model_validate(without)


def test_two_that_begin_at_once_on_one_host_are_refused() -> None:
    check_maintenance([work(), work(start="06:30"), work(host="beta"), work(day="2030-12-06")])

    with pytest.raises(
        ValueError, match=r"^maintenance\[1\] begins when maintenance\[0\] does, on gamma: make one of both$"
    ):
        check_maintenance([work(), work(end="09:00")])


def test_work_that_is_over_is_told_and_no_other() -> None:
    works = [work(), work(start="06:30", end="07:00"), work(end="07:01"), work(day="2030-12-04", end="24:00")]

    assert list(over(works, datetime(2030, 12, 5, 7, 0, tzinfo=UTC))) == [
        "monitoring.maintenance[1]: work on gamma is over since 2030-12-05 07:00 UTC: remove it",
        "monitoring.maintenance[3]: work on gamma is over since 2030-12-04 24:00 UTC: remove it",
    ]
