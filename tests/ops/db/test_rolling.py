"""Which deployments the engine is asked for, and what happens between them; the engine and the database are played."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pulumi.automation.events import EngineEvent
from rich.console import Console

from ops.caused import Matchers
from ops.db import rolling
from ops.db.held import Outcome
from ops.db.switchover import Plan
from ops.errors import OpsError
from ops.progress import Progress, Silence
from ops.screen import Screen
from ops.state import State
from tests.ops.db.test_layout import CONTAINERS, MEMBER, POOLER, ROUTER
from tests.ops.states import SECRET, entry, state, urn

NODE_0, SHARED = (
    urn("docker:index/container:Container", "tsdb-node-0"),
    urn("docker:index/container:Container", "tsdb-shared"),
)
MEMBERS = [MEMBER, {**MEMBER, "name": "tsdb-1", "address": "10.0.0.2"}]
OUTPUTS = {"hosts": {"alpha": "unix:///x"}, "password": SECRET}


def second_node() -> dict[str, Any]:
    return entry("docker:index/container:Container", "tsdb-node-1", inputs={"name": "hft-dev-tsdb-1"})


def deployed(**outputs: Any) -> State:
    cluster = entry("hft:database:TimescaleCluster", "tsdb", custom=False, outputs={"members": MEMBERS})
    return state(cluster, second_node(), ROUTER, POOLER, *CONTAINERS, outputs=outputs or OUTPUTS)


@dataclass
class Played:
    """An engine that plans what it is told to, and a database led by tsdb-0."""

    replaced: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    rewritten: set[str] = field(default_factory=lambda: {NODE_0})
    leader: str | None = "tsdb-0"
    log: list[str] = field(default_factory=list)
    name: str = "dev"
    outputs: dict[str, str] = field(default_factory=lambda: {"program": "a digest"})
    warning: str = ""
    shown: io.StringIO = field(default_factory=io.StringIO)

    def progress(self) -> Progress:
        found = Progress(Silence())
        found.rewritten, found.replaced, found.deleted = self.rewritten, self.replaced, self.deleted
        found.outputs = self.outputs
        if self.warning:
            found(EngineEvent.from_json(warned(self.warning)))
        return found

    def preview(self) -> None:
        """Is handed on."""

    def up(self) -> None:
        """Is handed on."""

    def run(self, operation: Any, _: Any, __: Any, **more: Any) -> Progress:
        self.log.append(" ".join([operation.__name__, *(f"{key}={value}" for key, value in more.items())]))
        return self.progress()

    def carry_out(self, *_: Any) -> Outcome:
        self.log.append("switchover")
        return Outcome(0.5, ("pooler: ended",))

    def restart(self, *_: Any) -> tuple[str, ...]:
        self.log.append("restart")
        return ()


def warned(text: str) -> dict[str, Any]:
    told = {"message": text, "severity": "warning", "color": "never"}
    return {"sequence": 1, "timestamp": 1, "diagnosticEvent": told}


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    found = Played()
    monkeypatch.setattr(rolling, "planned", found.run)
    monkeypatch.setattr(rolling, "run", found.run)
    monkeypatch.setattr(rolling, "_movable", lambda _: found.leader)
    monkeypatch.setattr(rolling, "_settled", lambda _, __: None)
    monkeypatch.setattr(rolling.held, "hosts", lambda _: io.StringIO())
    monkeypatch.setattr(rolling.switchover, "plan", lambda _, __: Plan("tsdb-0", "tsdb-1"))
    monkeypatch.setattr(rolling.switchover, "carry_out", found.carry_out)
    monkeypatch.setattr(rolling, "_restart", found.restart)
    return found


def log(played: Played, before: State, **options: Any) -> list[str]:
    console = Console(file=played.shown, highlight=False)
    workspace: Any = type("Workspace", (), {"name": "dev", "state": lambda _, __: before})()
    rolling.deploy(played, workspace, before, Screen(out=console, err=console), **options)  # type: ignore[arg-type]
    return played.log


def test_a_stack_without_a_cluster_is_brought_up_at_once(played: Played) -> None:
    assert log(played, state(ROUTER)) == ["up"]


def test_where_nothing_would_change_nothing_is_run(played: Played) -> None:
    played.rewritten = set()

    assert log(played, deployed()) == ["preview"]


def test_a_program_that_does_not_tell_what_it_was_made_from_is_always_run(played: Played) -> None:
    played.rewritten, played.outputs = set(), {}

    assert log(played, deployed()) == ["preview", "up"]


def test_where_nothing_is_run_what_the_preview_warns_of_is_shown(played: Played) -> None:
    played.rewritten, played.warning = set(), "Grafana is skipped"

    log(played, deployed())
    assert played.shown.getvalue() == "warning: Grafana is skipped\n"


def test_where_only_the_state_would_change_it_is_written_and_the_deployment_warns(played: Played) -> None:
    played.rewritten, played.warning = {urn("pulumi:pulumi:Stack", "hft-dev")}, "Grafana is skipped"

    assert log(played, deployed()) == ["preview", "up"]
    assert played.shown.getvalue() == ""


def test_a_change_beside_the_leader_needs_nobody_to_move(played: Played) -> None:
    played.replaced = {urn("docker:index/container:Container", "tsdb-node-1")}

    assert log(played, deployed()) == ["preview", "up"]


def test_the_leader_is_replaced_last_and_after_another_leads(played: Played) -> None:
    played.replaced = {NODE_0}

    assert log(played, deployed(), replace=["x"]) == [
        "preview replace=['x']",
        f"up exclude=['{NODE_0}'] replace=['x']",
        "switchover",
        "up",
    ]


def test_where_nobody_leads_all_are_replaced_at_once(played: Played) -> None:
    played.replaced, played.leader = {NODE_0}, None

    assert log(played, deployed()) == ["preview", "up"]


def test_changed_parameters_are_put_into_force(played: Played) -> None:
    played.replaced = {SHARED}

    assert log(played, deployed()) == ["preview", "up", "restart"]


def test_what_it_stops_is_silenced_while_it_runs(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def silenced(_: State, stack: str, caused: Sequence[Matchers], work: str, __: Screen) -> Iterator[None]:
        played.log.append(f"silenced for {work} {stack}: {[each['instance'] for each in caused]}")
        yield
        played.log.append("lifted")

    monkeypatch.setattr(rolling, "silenced", silenced)
    targets = [
        {"job": "patroni", "instance": instance, "address": f"10.0.0.{at}:18008"}
        for at, instance in enumerate(("tsdb-0", "tsdb-1", "tsdb-2"))
    ]
    monitoring = entry("hft:monitoring:Monitoring", "monitoring", custom=False, outputs={"scrape_targets": targets})
    labelled = [
        {**each, "inputs": {**each["inputs"], "labels": [{"label": "hft.role", "value": f"tsdb-{at}"}]}}
        for at, each in enumerate((CONTAINERS[0], second_node()))
    ]
    cluster = entry("hft:database:TimescaleCluster", "tsdb", custom=False, outputs={"members": MEMBERS})
    before = state(cluster, monitoring, ROUTER, POOLER, *labelled, *CONTAINERS[1:], outputs=OUTPUTS)
    played.replaced, played.deleted = {NODE_0}, {urn("docker:index/container:Container", "tsdb-node-1")}

    assert log(played, before) == [
        "preview",
        "silenced for hft up dev: ['tsdb-0', 'tsdb-1']",
        f"up exclude=['{NODE_0}']",
        "switchover",
        "up",
        "lifted",
    ]


def test_a_program_that_a_policy_refuses_changes_nothing(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> Progress:
        raise OpsError("policy x (mandatory)")

    monkeypatch.setattr(rolling, "planned", refused)

    with pytest.raises(OpsError, match="policy x"):
        log(played, deployed())
    assert played.log == []
