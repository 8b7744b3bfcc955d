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
_WRITTEN = ("urn", "parent", "provider", "protect", "retain_on_delete", "inputs")
"""What events tell of an unchanged resource that a deployment may still write otherwise."""

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


class Notices:
    """Texts for people, each once, in the order of arrival; what one rule finds stands together under its name."""

    def __init__(self) -> None:
        """None yet."""
        self._found: dict[str, dict[str, None]] = {}

    def add(self, head: str, finding: str = "") -> None:
        """A text, or a finding under one."""
        self._found.setdefault(head, {}).update({finding: None} if finding else {})

    @property
    def texts(self) -> list[str]:
        """Each head with its findings, a line each."""
        return ["\n  - ".join((head, *findings)) for head, findings in self._found.items()]


class Progress:
    """Follows one engine operation; the Automation API calls it from its own thread."""

    def __init__(self, screen: Screen, now: Callable[[], float] = time.monotonic) -> None:
        """Write to `screen`; `now` gives seconds."""
        self._screen = screen
        self._now = now
        self._lock = threading.Lock()
        self._running: dict[tuple[str, OpType], tuple[str, float]] = {}
        self._problems, self._warnings = Notices(), Notices()
        self.began = threading.Event()
        """Set by the first event."""
        self.ended = threading.Event()
        """Set by the last event."""
        self.changes = 0
        """Resources that were changed, or would be."""
        self.replaced: set[str] = set()
        """URNs of those that were made anew, or would be."""
        self.deleted: set[str] = set()
        """URNs of those that were removed and not made anew, or would be."""
        self.rewritten: set[str] = set()
        """URNs of those that the state has otherwise now, or would have, as far as events tell: changed, or only known
        otherwise."""
        self.outputs: Mapping[str, Any] = {}
        """What the program has exported; in place of secrets stands what the engine shows for one."""

    @property
    def problems(self) -> list[str]:
        """Errors and mandatory policy violations."""
        with self._lock:
            return self._problems.texts

    @property
    def warnings(self) -> list[str]:
        """Warnings and advisory violations."""
        with self._lock:
            return self._warnings.texts

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
        # A component comes twice, the second time with its outputs.
        note = self.rewritten.add if _is_rewritten(step) else self.rewritten.discard
        note(step.urn)
        verb = (_PLANNED if planning else _DONE).get(step.op)
        if step.op in _REPLACING and not failed:
            self.replaced.add(step.urn)
        if step.op is OpType.DELETE and not failed:
            self.deleted.add(step.urn)
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
        (self._problems if event.severity == "error" else self._warnings).add(told)

    def _judge(self, event: PolicyEvent) -> None:
        description, found = messages.violation(event.message)
        head = f"policy {event.policy_name} ({event.enforcement_level})"
        notices = self._problems if event.enforcement_level == "mandatory" else self._warnings
        notices.add("\n  ".join(filter(None, (head, description))), _with_resource(found, event.resource_urn or ""))


def _with_resource(found: str, urn: str) -> str:
    """A finding after its resource by its logical name; where the pack has called it otherwise, that stands beside."""
    if not urn or _is_stack(urn):
        return found
    called = friendly(urn)
    kind, _, name = called.rpartition(" ")
    own = re.match(rf"{re.escape(kind)} (\S+): ", found)
    if not own:
        return f"{called}: {found}"
    return found if own[1] == name else f"{called} ({own[1]}): {found[own.end() :]}"


def friendly(urn: str) -> str:
    """A resource as people call it: its kind and its logical name, `container tsdb-node-0`."""
    _, _, qualified, name = urn.rsplit("::", 3) if urn.count("::") >= 3 else ("", "", "", urn)  # noqa: PLR2004
    kind = qualified.rpartition("$")[2].rpartition(":")[2]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
    return f"{words} {name}".strip()


def _is_rewritten(step: StepEventMetadata) -> bool:
    old, new = step.old, step.new
    if step.op is not OpType.SAME or old is None or new is None:
        return True
    differs = any(getattr(old, name) != getattr(new, name) for name in _WRITTEN)
    return differs or (not new.custom and (old.outputs or {}) != (new.outputs or {}))


def _is_stack(urn: str) -> bool:
    return "::pulumi:pulumi:Stack::" in urn


def _is_shown(step: StepEventMetadata) -> bool:
    state = step.new or step.old
    return not _QUIET_TYPES.match(step.type) and bool(state and state.custom)
