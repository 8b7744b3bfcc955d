"""The danger gate: what a preview would take from production for good, and whether exactly that is approved."""

import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ops.errors import OpsError
from ops.gate_files import Approval, Op, Preview, ResourceState, Step, read_approval, read_preview
from ops.progress import friendly
from ops.state import CONTAINER, VOLUME

GUIDE = "docs/guides/pull-requests.md"
HOWS = ("created", "updated", "replaced", "deleted")

_REPLACING: frozenset[Op] = frozenset({"replace", "create-replacement", "import-replacement", "read-replacement"})
_DELETING: frozenset[Op] = frozenset({"delete", "delete-replaced"})
_KEEPING: frozenset[Op] = frozenset({"same", "update", "create", "import", "read", "refresh"})

_DATA = {
    "postgresql:index/database:Database": "its tables go with it",
    "postgresql:index/schema:Schema": "its tables go with it",
    VOLUME: "what is in it goes with it",
}
PARTIAL = (
    "replacements are shown without their steps, so what is deleted for another's sake and not made again is not seen: "
    "preview with --show-replacement-steps"
)
_NODE = "a node of the data tier goes for good"
_SLOTS = ("-blue", "-green")


@dataclass(frozen=True)
class Change:
    """All that a preview says of one resource."""

    urn: str
    steps: Sequence[Step]

    @property
    def type(self) -> str:
        """Type token, without those of its parents."""
        return self.urn.split("::", 3)[2].rpartition("$")[2]

    @cached_property
    def ops(self) -> frozenset[Op]:
        """Operations of its steps."""
        return frozenset(step.op for step in self.steps)

    @property
    def how(self) -> str:
        """One of HOWS, or `unchanged`."""
        if self.ops & _REPLACING:
            return "replaced"
        if self.ops & _DELETING:
            return "deleted"
        return "created" if "create" in self.ops else "updated" if "update" in self.ops else "unchanged"

    @property
    def is_taken(self) -> bool:
        """Whether what is there now would be taken away."""
        return self.how in ("replaced", "deleted")

    @property
    def stays(self) -> bool:
        """Whether it would go on as it is, or be new; also where only an old copy of it is deleted."""
        return bool(self.ops & _KEEPING) and not self.ops & _REPLACING

    def has_tier(self, tier: str) -> bool:
        """Whether its label hft.tier says so, before or after: a change of labels hides nothing."""
        return any(state.labels.get("hft.tier") == tier for state in self._states)

    @property
    def name(self) -> str:
        """Its name on the host, as it is now; else the one in the program."""
        return next((state.name for state in self._states if state.name), self.urn.split("::", 3)[3])

    @property
    def engine(self) -> str | None:
        """Docker name of the engine whose slot it is, without the slot; None for what is no slot."""
        if self.type != CONTAINER or not self.has_tier("engine"):
            return None
        return next((self.name.removesuffix(slot) for slot in _SLOTS if self.name.endswith(slot)), None)

    @property
    def _states(self) -> list[ResourceState]:
        """Old ones first: what is taken away is named as it is now."""
        return [state for step in self.steps for state in (step.old, step.new) if state]


@dataclass(frozen=True)
class Danger:
    """A resource that production cannot get back."""

    urn: str
    how: str
    """`replaced` or `deleted`."""
    why: str

    @property
    def problem(self) -> str:
        """The error."""
        remedy = f"take the change back, or have exactly this approved ({GUIDE})"
        return f"{friendly(self.urn)} would be {self.how} ({self.urn}): {self.why}; {remedy}"


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one preview."""

    stack: str
    counts: Mapping[str, int]
    """Resources by HOWS."""
    dangers: Sequence[Danger] = ()
    """In the order of their URNs; none where the stack is not guarded."""
    approval: Approval | None = None
    faults: Sequence[str] = ()
    """Why the approval does not hold."""
    is_partial: bool = False
    """Whether the preview shows replacements without their steps."""

    @property
    def is_guarded(self) -> bool:
        """Whether the stack is a production stack."""
        return guards(self.stack)

    @property
    def errors(self) -> list[str]:
        """One a fault of preview or approval and one a dangerous resource; none where the change may pass."""
        refused = self.faults or self.approval is None
        unseen = [PARTIAL] if self.is_guarded and self.is_partial else []
        return [*unseen, *self.faults, *(danger.problem for danger in self.dangers if refused)]


def gate(file: Path, approval: Path | None, root: Path) -> Verdict:
    """Judge the preview in `file`; `root` is the checkout that it is of.

    Raises:
        OpsError: a file cannot be read for what it has to be, the preview failed or is not whole.
    """
    preview = read_preview(file)
    if approval is None or not guards(preview.stack):
        return judge(preview)
    return judge(preview, read_approval(approval), source=approval.name, head=_head(root))


def judge(preview: Preview, approval: Approval | None = None, *, source: str = "", head: str = "") -> Verdict:
    """The verdict; the approval was read from `source`, and `head` is the commit that the checkout is at."""
    found = changes(preview)
    dangers = sorted(_dangers(found), key=lambda danger: danger.urn) if guards(preview.stack) else []
    return Verdict(
        stack=preview.stack,
        counts=Counter(change.how for change in found),
        dangers=dangers,
        approval=approval,
        faults=[f"{source}: {fault}" for fault in _faults(approval, dangers, head)] if approval else [],
        is_partial=any("replace" in change.ops and len(change.ops & _REPLACING) == 1 for change in found),
    )


def guards(stack: str) -> bool:
    """Whether it is a production stack: `prod`, or one that begins with `prod-`."""
    return stack == "prod" or stack.startswith("prod-")


def changes(preview: Preview) -> list[Change]:
    """A change a resource."""
    steps: dict[str, list[Step]] = defaultdict(list)
    for step in preview.steps:
        steps[step.urn].append(step)
    return [Change(urn, found) for urn, found in steps.items()]


def _dangers(found: Sequence[Change]) -> Iterable[Danger]:
    # A slot that is made under the name of one that goes is not beside it, but in its place.
    going = {change.name for change in found if change.is_taken and not change.stays}
    going_on = {change.engine for change in found if change.stays and change.name not in going}
    for change in found:
        if change.is_taken and (why := _why(change, going_on)):
            yield Danger(change.urn, change.how, why)


def _why(change: Change, going_on: set[str | None]) -> str | None:
    if why := _DATA.get(change.type):
        return why
    if change.type == CONTAINER and change.has_tier("data") and change.how == "deleted" and not change.stays:
        return _NODE
    if change.engine and change.engine not in going_on:
        return f"no slot of engine {change.engine} goes on meanwhile"
    return None


def _faults(approval: Approval, dangers: Sequence[Danger], head: str) -> Iterable[str]:
    if approval.commit != head:
        yield f"commit={approval.commit} is not what is checked out ({head}): approve the commit that was previewed"
    dangerous = [danger.urn for danger in dangers]
    for urn in dangerous:
        if urn not in approval.urns:
            yield f"urns lacks {urn}: approve all that is dangerous, or nothing"
    for index, urn in enumerate(approval.urns):
        if urn not in dangerous:
            yield f"urns[{index}]={urn}: nothing dangerous happens to it in this preview; leave it out"


def _head(root: Path) -> str:
    try:
        found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise OpsError(f"{root} is no git checkout with a commit, and an approval holds for one commit only") from None
    return found.stdout.strip()
