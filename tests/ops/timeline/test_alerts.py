import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops.errors import OpsError
from ops.timeline import alerts
from ops.timeline.event import Event
from tests.ops.doctor.collect.servers import free_address, pages, plan
from tests.ops.doctor.collect.test_targets import job

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
END = START + timedelta(hours=2)
STEP = 10.0


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def series(*seconds: float, **labels: str) -> dict[str, Any]:
    metric = {"alertname": "EngineDown", **labels}
    return {"metric": metric, "values": [[at(each).timestamp(), "1"] for each in seconds]}


def read(*seconds: float, **labels: str) -> list[Event]:
    return list(alerts.read(series(*seconds, **labels), START, END, STEP))


def test_an_alert_fires_and_is_over() -> None:
    assert read(100, 110, 120, instance="engine-blue") == [
        Event(at(100), "alert", "EngineDown engine-blue fires"),
        Event(at(130), "alert", "EngineDown engine-blue is over"),
    ]


def test_an_alert_of_a_whole_host_names_it() -> None:
    assert read(100, alertname="HostDown", host="a")[0].what == "HostDown a fires"
    assert read(100, instance="engine-blue", host="a")[0].what == "EngineDown engine-blue fires"


def test_an_alert_that_fires_twice_is_told_twice() -> None:
    assert read(100, 110, 300) == [
        Event(at(100), "alert", "EngineDown fires"),
        Event(at(120), "alert", "EngineDown is over"),
        Event(at(300), "alert", "EngineDown fires"),
        Event(at(310), "alert", "EngineDown is over"),
    ]


def test_an_alert_that_fired_before_is_told_so_and_one_that_fires_still_is_not_over() -> None:
    assert read(*range(0, 7201, 10)) == [Event(at(0), "alert", "EngineDown fires, since before")]


def test_the_first_prometheus_that_answers_is_asked() -> None:
    answer = json.dumps({"data": {"result": [series(3600, alertname="VenueDown", venue="alpha")]}})
    with pages({"/api/v1/query_range": answer}) as address:
        targets = (job("prometheus", free_address()), job("prometheus", address))
        found = alerts.look(plan(targets=targets), START, END)

    assert [each.what for each in found] == ["VenueDown alpha fires", "VenueDown alpha is over"]


def test_a_prometheus_that_does_not_answer_is_named() -> None:
    address = free_address()
    with pytest.raises(OpsError) as error:
        alerts.look(plan(targets=(job("prometheus", address),)), START, END)

    assert error.value.problems == (f"Prometheus at http://{address}: Connection refused",)


def test_a_stack_without_prometheus_has_no_alerts() -> None:
    with pytest.raises(OpsError, match="the stack has no Prometheus"):
        alerts.look(plan(), START, END)
