"""The order in which nodes are restarted; Patroni and the programs are played, the drill has the real ones."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from rich.console import Console

from ops.db import patroni, restart
from ops.db.held import Outcome
from ops.db.patroni import Changes, Member, View
from ops.db.restart import _restarted
from ops.db.switchover import Plan
from ops.errors import OpsError
from ops.screen import Screen
from tests.ops.db.test_switchover import Log, Played

RAISED: Changes = {"max_connections": ("100", "120")}
LOWERED: Changes = {"max_connections": ("120", "100")}
NODES = ("tsdb-0", "tsdb-1", "tsdb-2")


@dataclass
class Cluster:
    """Three nodes, the second of which leads; a lowered parameter stays with a standby until its primary has it."""

    waiting: dict[str, Changes]
    leader: str = "tsdb-1"
    standby: str = "quorum_standby"
    log: Log = field(default_factory=list)
    layout: Any = None
    docker: Any = None

    def cluster(self) -> View:
        roles = {name: ("leader", "running") if name == self.leader else (self.standby, "streaming") for name in NODES}
        return View(tuple(Member(name, *role, 0) for name, role in roles.items()), in_maintenance=False, planned=False)

    def pending(self) -> dict[str, Changes]:
        return dict(self.waiting)

    def request(self, name: str, path: str, _: Any) -> None:
        self.log.append(f"{path} {name}")
        self._start(name)

    def hold_and_restart(self, _: Any, __: Any, leader: str, ___: Any) -> Outcome:
        self.log.append(f"hold and restart {leader}")
        del self.waiting[leader]
        return Outcome(0.5, ("pooler: ended",))

    def move(self, _: Any, __: Any, chosen: Plan, ___: Any) -> Outcome:
        self.log.append(f"{chosen.candidate} for {chosen.leader}")
        self.leader = chosen.candidate
        self._start(chosen.leader)
        return Outcome(0.5, ("router: ended",))

    def _start(self, name: str) -> None:
        """Everything is in force but what the primary has still more of."""
        lowered = {
            parameter: change
            for parameter, change in self.waiting.pop(name, {}).items()
            if patroni.only_lowered({parameter: change}) and parameter in self.waiting.get(self.leader, {})
        }
        if lowered:
            self.waiting[name] = lowered


def screen() -> Screen:
    console = Console(file=io.StringIO())
    return Screen(out=console, err=console)


def restarted(
    monkeypatch: pytest.MonkeyPatch, waiting: dict[str, Changes], standby: str = "quorum_standby"
) -> tuple[Log, Sequence[str]]:
    found = Cluster(waiting, standby=standby)
    monkeypatch.setattr(restart, "Patronis", lambda _layout, _docker: found)
    monkeypatch.setattr(restart, "_restart_primary", found.hold_and_restart)
    monkeypatch.setattr(restart.switchover, "carry_out", found.move)
    problems = restart.restart(None, {}, screen())  # type: ignore[arg-type]
    assert found.waiting == {}
    return found.log, problems


def test_a_raised_parameter_is_in_force_on_the_standbys_first_and_then_one_of_them_leads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert restarted(monkeypatch, dict.fromkeys(NODES, RAISED)) == (
        ["restart tsdb-0", "restart tsdb-2", "tsdb-0 for tsdb-1"],
        ("router: ended",),
    )


def test_a_lowered_parameter_is_in_force_on_the_primary_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert restarted(monkeypatch, dict.fromkeys(NODES, LOWERED)) == (
        ["hold and restart tsdb-1", "restart tsdb-0", "restart tsdb-2"],
        ("pooler: ended",),
    )


def test_of_two_parameters_the_raised_one_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    both = {**RAISED, "max_worker_processes": ("25", "24")}

    assert restarted(monkeypatch, dict.fromkeys(NODES, both))[0] == [
        "restart tsdb-0",
        "restart tsdb-2",
        "tsdb-0 for tsdb-1",
        "hold and restart tsdb-0",
        "restart tsdb-1",
        "restart tsdb-2",
    ]


def test_where_no_standby_may_lead_the_primary_restarts_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    assert restarted(monkeypatch, dict.fromkeys(NODES, RAISED), standby="replica")[0] == [
        "restart tsdb-0",
        "restart tsdb-2",
        "hold and restart tsdb-1",
    ]


def test_standbys_that_wait_alone_leave_the_primary_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert restarted(monkeypatch, {"tsdb-2": RAISED}) == (["restart tsdb-2"], ())


PARTS = ["stopper", "router", "pooler"]


def held_back(**answers: Sequence[str | None]) -> tuple[Log, Any]:
    log: Log = []
    usual: dict[str, Sequence[str | None]] = {
        "stopper": ("stopping", "restarted successfully"),
        "router": ("routed",),
        "pooler": ("paused", "resumed"),
    }
    stopper, router, pooler = (Played(part, list({**usual, **answers}[part]), log) for part in PARTS)
    return log, lambda: _restarted(stopper, [router], [pooler])  # type: ignore[arg-type, list-item]


def test_clients_are_held_back_while_the_primary_restarts() -> None:
    log, run = held_back()

    assert run().problems == ()
    assert log == ["stopper go", "pooler pause", "stopper go", "router go", "pooler go"]


def test_clients_are_let_go_where_the_primary_does_not_come_back() -> None:
    log, run = held_back(stopper=("stopping", "restart failed"))

    with pytest.raises(OpsError, match=r"Patroni: restart failed"):
        run()
    assert log[-1] == "pooler go"


def test_nobody_is_held_back_where_patroni_does_not_begin() -> None:
    log, run = held_back(stopper=(None,))

    with pytest.raises(OpsError, match=r"^stopper: ended$"):
        run()
    assert log == ["stopper go"]
