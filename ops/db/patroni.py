"""What Patroni says of a cluster, and which node may lead next; pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ops.errors import OpsError

_SYNCHRONOUS = ("sync_standby", "quorum_standby")
_MOST_LAG_BYTES = 1048576
"""A planned switchover has time: with more to receive, clients would be held back for longer."""


# PostgreSQL 17 documentation, hot standby: a standby needs at least what its primary has.
_AT_LEAST_THE_PRIMARYS = (
    "max_connections",
    "max_locks_per_transaction",
    "max_prepared_transactions",
    "max_wal_senders",
    "max_worker_processes",
)

Changes = Mapping[str, tuple[str, str]]
"""Parameter → the value in force, and the one that waits."""


@dataclass(frozen=True)
class Member:
    """One node as Patroni has it."""

    name: str
    role: str
    state: str
    lag_bytes: int | None
    """WAL that it has still to receive; None for the leader, and where nobody knows."""


@dataclass(frozen=True)
class View:
    """The cluster as one Patroni has it."""

    members: tuple[Member, ...]
    in_maintenance: bool
    """Whether somebody has said `patronictl pause`."""
    planned: bool
    """Whether a switchover is scheduled already."""


def parse(text: str) -> View:
    """The answer of Patroni's GET /cluster."""
    found = json.loads(text)
    members = tuple(
        Member(each["name"], each["role"], each["state"], lag if isinstance(lag := each.get("lag"), int) else None)
        for each in found["members"]
    )
    return View(members, bool(found.get("pause")), bool(found.get("scheduled_switchover")))


def leader(view: View) -> str:
    """Name of the node that leads, in a cluster whose primary may be moved. Raises OpsError where it may not."""
    leading = [member for member in view.members if member.role == "leader"]
    if not leading:
        raise OpsError("no node leads: there is nobody to hand over from; see docs/runbooks/TsdbNoPrimary.md")
    if leading[0].state != "running":
        raise OpsError(f"{leading[0].name} leads, and is {leading[0].state!r}, not 'running': wait until it is")
    if view.in_maintenance:
        raise OpsError("Patroni is in maintenance mode, where it moves nothing by itself: patronictl resume")
    if view.planned:
        raise OpsError("Patroni has a switchover scheduled: patronictl flush hft switchover")
    return leading[0].name


def able(view: View) -> list[Member]:
    """The nodes that may lead next."""
    return [member for member in view.members if _why_not(member) is None]


def candidate(view: View, wanted: str | None) -> str:
    """Name of the synchronous standby that leads next: the wanted one, else the one with the least lag.

    Raises OpsError where there is none, or where the wanted one is none.
    """
    found = able(view)
    if wanted is None:
        if not found:
            raise OpsError(*(f"{member.name} cannot lead: {_why_not(member)}" for member in _others(view.members)))
        return min(found, key=lambda member: (member.lag_bytes, member.name)).name
    chosen = next((member for member in view.members if member.name == wanted), None)
    if chosen is None:
        raise OpsError(f"--to {wanted}: no such node (nodes: {', '.join(member.name for member in view.members)})")
    if reason := _why_not(chosen):
        others = ", ".join(member.name for member in found) or "none"
        raise OpsError(f"--to {wanted}: {reason} (able to lead: {others})")
    return wanted


def follows(view: View, name: str) -> bool:
    """Whether a node is a standby that streams, and that may confirm commits where any does."""
    streaming = [member for member in view.members if member.state == "streaming"]
    confirming = [member for member in streaming if member.role in _SYNCHRONOUS]
    return any(member.name == name for member in confirming or streaming)


def pending(text: str) -> Changes:
    """What waits for a restart, by the answer of a node's GET /patroni; empty where nothing does."""
    found = json.loads(text)
    reasons = found.get("pending_restart_reason", {}) if found.get("pending_restart") else {}
    return {name: (str(reason["old_value"]), str(reason["new_value"])) for name, reason in reasons.items()}


def only_lowered(changes: Changes) -> bool:
    """Whether all that waits may come into force on a standby only after its primary has it."""
    return all(name in _AT_LEAST_THE_PRIMARYS and int(new) < int(old) for name, (old, new) in changes.items())


def _others(members: Sequence[Member]) -> Sequence[Member]:
    return [member for member in members if member.role != "leader"] or members


def _why_not(member: Member) -> str | None:
    if member.role == "leader":
        return "it leads already"
    if member.role not in _SYNCHRONOUS:
        return (
            f"its role is {member.role!r}, not a synchronous standby's, which alone has every acknowledged row: "
            "wait for Patroni to make it one, or raise database.synchronous_standbys"
        )
    if member.state != "streaming":
        return f"its state is {member.state!r}, not 'streaming': wait until it follows"
    if member.lag_bytes is None or member.lag_bytes > _MOST_LAG_BYTES:
        return f"its lag is {member.lag_bytes} bytes, more than {_MOST_LAG_BYTES}: wait until it has caught up"
    return None
