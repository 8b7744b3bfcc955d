from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ops.errors import OpsError
from ops.timeline.event import Event
from ops.timeline.run import gathered
from ops.timeline.view import merged, rows

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
END = START + timedelta(hours=2)


def event(minutes: float, what: str = "update begins") -> Event:
    return Event(START + timedelta(minutes=minutes), "deploy", what)


def test_events_of_all_sources_are_in_the_order_of_their_times() -> None:
    alert = Event(START + timedelta(minutes=1), "alert", "EngineDown fires")

    assert merged([event(5), alert, event(1)], START, END) == [alert, event(1), event(5)]


def test_what_is_outside_of_the_span_or_told_twice_is_left_out() -> None:
    assert merged([event(-1), event(0), event(0), event(120), event(121)], START, END) == [event(0), event(120)]


def test_times_are_shown_in_utc() -> None:
    other = Event(datetime.fromisoformat("2026-03-01T12:00:00+02:00"), "deploy", "update begins")

    assert rows([other]) == [("2026-03-01 10:00:00", "deploy", "update begins")]


def test_a_source_that_does_not_answer_is_named_and_the_rest_is_shown() -> None:
    def silent() -> list[Event]:
        raise OpsError("Prometheus at http://127.0.0.1:1: Connection refused")

    assert gathered({"alerts": silent, "deployments": lambda: [event(1)]}) == (
        [event(1)],
        ["without alerts: Prometheus at http://127.0.0.1:1: Connection refused"],
    )


def test_what_a_source_tells_before_its_problems_is_shown() -> None:
    def half() -> Iterator[Event]:
        yield event(1)
        raise OpsError("far: it does not answer", "hft-dev-cache on local: No such container: hft-dev-cache")

    assert gathered({"logs": half, "deployments": lambda: [event(2)]}) == (
        [event(1), event(2)],
        [
            "without logs: far: it does not answer",
            "without logs: hft-dev-cache on local: No such container: hft-dev-cache",
        ],
    )
