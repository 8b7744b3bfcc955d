"""The engine's events as lines for people: one per step, with the time it took."""

import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pulumi.automation.events import (
    DiagnosticEvent,
    EngineEvent,
    OpType,
    PolicyEvent,
    StepEventMetadata,
)

from ops import messages

_QUIET_TYPES = re.compile(r"^pulumi:")
_DONE = {
    OpType.CREATE: "created",
    OpType.UPDATE: "updated",
    OpType.DELETE: "deleted",
    OpType.CREATE_REPLACEMENT: "created anew",
    OpType.DELETE_REPLACED: "deleted old",
    OpType.IMPORT: "imported",
}
"""What a finished step is called; operations that are not here change nothing outside the state."""

_PLANNED = {
    OpType.CREATE: "would create",
    OpType.UPDATE: "would update",
    OpType.DELETE: "would delete",
    OpType.REPLACE: "would replace",
    OpType.IMPORT: "would import",
}
_REPLACING = (OpType.REPLACE, OpType.CREATE_REPLACEMENT)
_WAITING = {
    OpType.CREATE: "creating",
    OpType.UPDATE: "updating",
    OpType.DELETE: "deleting",
    OpType.CREATE_REPLACEMENT: "creating",
    OpType.DELETE_REPLACED: "deleting",
    OpType.IMPORT: "importing",
}


class Screen(Protocol):
    """Where lines go."""

    def step(self, what: str, seconds: float | None = None, *, failed: bool = False) -> None:
        """One line for something that ended."""

    def waiting(self, what: str) -> None:
        """What runs now; empty when nothing does."""


class Silence:
    """A screen for operations whose steps change nothing outside the state."""

    def step(self, what: str, seconds: float | None = None, *, failed: bool = False) -> None:
        """Show nothing."""

    def waiting(self, what: str) -> None:
        """Show nothing."""


class Progress:
    """Follows one engine operation; the Automation API calls it from its own thread."""

    def __init__(self, screen: Screen, now: Callable[[], float] = time.monotonic) -> None:
        """Write to `screen`; `now` gives seconds."""
        self._screen = screen
        self._now = now
        self._lock = threading.Lock()
        self._running: dict[tuple[str, OpType], tuple[str, float]] = {}
        self._seen: set[str] = set()
        self.began = threading.Event()
        """Set by the first event."""
        self.ended = threading.Event()
        """Set by the last event."""
        self.changes = 0
        """Resources that were changed, or would be."""
        self.replaced: set[str] = set()
        """URNs of those that were made anew, or would be."""
        self.problems: list[str] = []
        """Errors and mandatory policy violations, each once, in the order of arrival."""
        self.warnings: list[str] = []
        """Warnings and advisory violations."""
        self.outputs: Mapping[str, Any] = {}
        """What the program has exported; in place of secrets stands what the engine shows for one."""

    def __call__(self, event: EngineEvent) -> None:
        """Take one engine event."""
        self.began.set()
        with self._lock:
            if event.cancel_event:
                self.ended.set()
            elif event.resource_pre_event:
                self._begin(event.resource_pre_event.metadata)
            elif event.res_outputs_event:
                self._end(event.res_outputs_event.metadata, planning=bool(event.res_outputs_event.planning))
            elif event.res_op_failed_event:
                self._end(event.res_op_failed_event.metadata, failed=True)
            elif event.diagnostic_event:
                self._diagnose(event.diagnostic_event)
            elif event.policy_event:
                self._judge(event.policy_event)

    def _begin(self, step: StepEventMetadata) -> None:
        if _is_shown(step) and step.op in _WAITING:
            self._running[step.urn, step.op] = (f"{_WAITING[step.op]} {friendly(step.urn)}", self._now())
            self._show_running()

    def _end(self, step: StepEventMetadata, *, planning: bool = False, failed: bool = False) -> None:
        _, began = self._running.pop((step.urn, step.op), ("", None))
        if _is_stack(step.urn) and step.new and not failed:
            self.outputs = step.new.outputs or {}
        verb = (_PLANNED if planning else _DONE).get(step.op)
        if step.op in _REPLACING and not failed:
            self.replaced.add(step.urn)
        if _is_shown(step) and verb:
            self.changes += 1
            seconds = None if planning or began is None else self._now() - began
            self._screen.step(f"{_WAITING[step.op] if failed else verb} {friendly(step.urn)}", seconds, failed=failed)
        self._show_running()

    def _show_running(self) -> None:
        self._screen.waiting(", ".join(what for what, _ in self._running.values()))

    def _diagnose(self, event: DiagnosticEvent) -> None:
        if event.severity not in ("error", "warning"):
            return
        if not (text := messages.readable(event.message)):
            return
        told = f"{friendly(event.urn)}: {text}" if event.urn and not _is_stack(event.urn) else text
        self._tell(told, self.problems if event.severity == "error" else self.warnings)

    def _judge(self, event: PolicyEvent) -> None:
        where = f"{friendly(event.resource_urn)}: " if event.resource_urn and not _is_stack(event.resource_urn) else ""
        told = f"policy {event.policy_name} ({event.enforcement_level}): {where}{messages.violation(event.message)}"
        self._tell(told, self.problems if event.enforcement_level == "mandatory" else self.warnings)

    def _tell(self, text: str, to: list[str]) -> None:
        if text not in self._seen:
            self._seen.add(text)
            to.append(text)


def friendly(urn: str) -> str:
    """A resource as people call it: its kind and its logical name, `container tsdb-node-0`."""
    _, _, qualified, name = urn.rsplit("::", 3) if urn.count("::") >= 3 else ("", "", "", urn)  # noqa: PLR2004
    kind = qualified.rpartition("$")[2].rpartition(":")[2]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
    return f"{words} {name}".strip()


def _is_stack(urn: str) -> bool:
    return "::pulumi:pulumi:Stack::" in urn


def _is_shown(step: StepEventMetadata) -> bool:
    state = step.new or step.old
    return not _QUIET_TYPES.match(step.type) and bool(state and state.custom)
