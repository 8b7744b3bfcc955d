from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from components.monitoring import maintenance
from components.monitoring.maintenance import MaintenanceSettings, check_maintenance

GOOD = {"host": "gamma", "day": "2030-12-05", "start": "06:00", "end": "08:00"}


def work(**changes: str) -> MaintenanceSettings:
    return MaintenanceSettings.model_validate({**GOOD, **changes})


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "now", lambda: datetime(2030, 12, 5, 7, 0, tzinfo=UTC))


def test_work_to_come_and_work_that_goes_on_are_good() -> None:
    assert work().name == "gamma-2030-12-05-06:00"
    assert work(end="07:01").end.isoformat() == "07:01:00"
    assert work(day="2031-01-01", start="00:00", end="00:01").name == "gamma-2031-01-01-00:00"


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"end": "07:00"}, "work on gamma is over since 2030-12-05 07:00 UTC: remove it, or name another day"),
        ({"day": "2030-12-04"}, "work on gamma is over since 2030-12-04 08:00 UTC: remove it, or name another day"),
        ({"start": "08:00"}, "start=08:00 is not before end=08:00: swap them, or make it two days"),
        ({"start": "22:00", "end": "02:00"}, "start=22:00 is not before end=02:00: swap them, or make it two days"),
        ({"start": "06:00:30"}, r"start=06:00:30 is no hour and minute in UTC: write it as \"06:00\""),
        ({"end": "08:00+02:00"}, r"end=08:00:00\+02:00 is no hour and minute in UTC: write it as \"06:00\""),
        ({"day": "Saturday"}, "valid date"),
        ({"host": ""}, "at least 1 character"),
        ({"owner": "trading"}, "Extra inputs are not permitted"),
    ],
)
def test_work_that_is_over_or_never_ends_is_refused(bad: dict[str, str], message: str) -> None:
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


def test_now_is_now() -> None:
    assert maintenance.now().tzinfo is UTC
