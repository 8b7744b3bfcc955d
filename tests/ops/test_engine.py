"""One engine operation: its events are followed to the last, and its failure is told once."""

import io
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pulumi import automation as auto
from pulumi.automation.events import CancelEvent, DiagnosticEvent, EngineEvent, StdoutEngineEvent
from rich.console import Console

from ops import engine
from ops.errors import OpsError
from ops.screen import Screen

Send = Callable[[EngineEvent], None]


def screen() -> Screen:
    console = Console(file=io.StringIO())
    return Screen(out=console, err=console)


def event(**what: Any) -> EngineEvent:
    return EngineEvent(sequence=1, timestamp=1, **what)


def failure(kind: type[auto.CommandError], stderr: str, code: int = 255) -> auto.CommandError:
    return kind(auto.CommandResult(stdout="", stderr=stderr, code=code))


ERROR = event(diagnostic_event=DiagnosticEvent(message="port 80 is taken\n", color="never", severity="error"))
BEGIN = event(stdout_event=StdoutEngineEvent(message="", color="never"))
END = event(cancel_event=CancelEvent())


def problems(operation: Callable[..., None]) -> tuple[str, ...]:
    with pytest.raises(OpsError) as refused:
        engine.operate(operation, screen())
    return refused.value.problems


def test_options_and_quiet_output_reach_the_operation() -> None:
    asked: dict[str, Any] = {}

    def operation(on_event: Send, **options: Any) -> None:
        asked.update(options)
        on_event(END)

    engine.operate(operation, screen(), target=["urn"])
    assert asked == {"color": "never", "suppress_outputs": True, "parallel": 64, "target": ["urn"]}


def test_the_last_event_may_come_after_the_end() -> None:
    def operation(on_event: Send, **options: Any) -> None:
        threading.Timer(0.2, lambda: [on_event(ERROR), on_event(END)]).start()

    assert engine.operate(operation, screen()).problems == ["port 80 is taken"]


def test_what_the_engine_said_is_the_problem() -> None:
    def operation(on_event: Send, **options: Any) -> None:
        on_event(ERROR)
        on_event(END)
        raise failure(auto.CommandError, "error: update failed\n")

    assert problems(operation) == ("port 80 is taken",)


def test_an_engine_that_said_nothing_is_told_by_its_command() -> None:
    def operation(on_event: Send, **options: Any) -> None:
        raise failure(auto.CommandError, "error: no such backend\n")

    began = time.monotonic()
    assert problems(operation) == ("no such backend",)
    assert time.monotonic() - began < engine._LAST_EVENTS_SECONDS


def test_events_that_are_lost_are_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LAST_EVENTS_SECONDS", 0.1)

    def operation(on_event: Send, **options: Any) -> None:
        on_event(BEGIN)
        raise failure(auto.CommandError, "", code=-9)

    assert problems(operation) == ("the engine was ended by signal 9: run the command again, it goes on from there",)


def test_a_stack_that_somebody_else_changes_is_told() -> None:
    def operation(on_event: Send, **options: Any) -> None:
        raise failure(auto.ConcurrentUpdateError, "error: the stack is currently locked by 1 lock(s)\n")

    assert problems(operation) == ("the stack is currently locked by 1 lock(s)",)
