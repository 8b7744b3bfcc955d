"""Who leads, and what is started and stopped, over containers that only note it; Patroni is real in tests/drills."""

from typing import Any

import pytest
from docker.models.containers import ExecResult

from components._common.endpoint import DatabaseMember
from ops.backup import cluster as clusters
from ops.backup.cluster import Cluster
from ops.db.layout import Layout, Place
from ops.db.patroni import Member, View
from ops.errors import OpsError


class Server:
    """A node's container."""

    def __init__(self, name: str, done: list[str]) -> None:
        self.name, self.done = name, done
        self.status = "running"
        self.attrs = {"Config": {"StopTimeout": 60}}
        self.exits: list[int] = []

    def stop(self, timeout: int) -> None:
        self.done.append(f"stop {self.name} within {timeout} s")
        self.status = "exited"

    def start(self) -> None:
        self.done.append(f"start {self.name}")
        self.status = "running"

    def exec_run(self, argv: list[str]) -> ExecResult:
        self.done.append(f"{self.name}: {' '.join(argv[:2])}")
        self.ran = argv
        return ExecResult(self.exits.pop(0) if self.exits else 0, b"")


class World:
    """Two nodes of one host, and what their Patroni says, one answer after the other; the last one stays."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.servers = {name: Server(name, self.done) for name in ("tsdb-0", "tsdb-1")}
        self.views: list[View | None] = []
        self.asked: list[tuple[str, ...]] = []
        members = {
            name: DatabaseMember(name=name, address="10.0.0.1", postgres_port=15432, patroni_port=18008)
            for name in self.servers
        }
        nodes = {name: (member, Place("unix:///docker", name)) for name, member in members.items()}
        containers = type("Containers", (), {"get": lambda _, name: self.servers[name]})()
        docker: Any = {"unix:///docker": type("Docker", (), {"containers": containers})()}
        self.cluster = Cluster("dev", Layout(nodes, (), (), {}, ""), docker)
        monkeypatch.setattr(clusters, "Patronis", self._patronis)
        monkeypatch.setattr("ops.waiting._PAUSE_SECONDS", 0)

    def _patronis(self, layout: Layout, _: Any) -> Any:
        self.asked.append(tuple(layout.nodes))
        return type("Patronis", (), {"cluster": staticmethod(self._seen)})

    def _seen(self) -> View:
        seen = self.views.pop(0) if len(self.views) > 1 else self.views[0]
        if seen is None:
            raise OpsError("Patroni answers on none")
        return seen


def view(*members: tuple[str, str, str]) -> View:
    return View(tuple(Member(*member, None) for member in members), in_maintenance=False, planned=False)


LEADS = view(("tsdb-0", "leader", "running"), ("tsdb-1", "replica", "starting"))
FOLLOWED = view(("tsdb-0", "leader", "running"), ("tsdb-1", "quorum_standby", "streaming"))
NOBODY = view(("tsdb-0", "replica", "running"))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_only_nodes_that_run_are_asked(world: World) -> None:
    world.views = [LEADS]
    world.servers["tsdb-1"].status = "exited"

    assert world.cluster.leader() == "tsdb-0"
    assert world.asked == [("tsdb-0",)]


@pytest.mark.parametrize("seen", [None, NOBODY, view(("tsdb-0", "leader", "starting"))])
def test_a_node_that_takes_no_writes_does_not_lead(world: World, seen: View | None) -> None:
    world.views = [seen]

    assert world.cluster.leader() is None


def test_nodes_stop_in_the_order_given_and_have_their_own_time(world: World) -> None:
    world.cluster.stop(["tsdb-1", "tsdb-0"])

    assert world.done == ["stop tsdb-1 within 60 s", "stop tsdb-0 within 60 s"]


def test_a_node_leads_though_the_past_was_another(world: World) -> None:
    world.views = [None, NOBODY, NOBODY, LEADS]
    world.cluster.lead("tsdb-0")

    assert world.done == ["start tsdb-0", "tsdb-0: python3 -c", "tsdb-0: python3 -c"]


def test_the_past_stays_once_somebody_leads(world: World) -> None:
    world.views = [LEADS]
    world.cluster.lead("tsdb-0")

    assert world.done == ["start tsdb-0"]


def test_a_node_that_does_not_lead_in_time_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_LEADS_SECONDS", 0.05)
    world.views = [NOBODY]
    with pytest.raises(OpsError, match=r"tsdb-0 does not lead: read its log \(docker logs tsdb-0\)"):
        world.cluster.lead("tsdb-0")


def test_roles_get_the_passwords_of_today_as_soon_as_the_node_takes_writes(world: World) -> None:
    server = world.servers["tsdb-0"]
    server.exits = [3, 0]
    world.cluster.give_passwords("tsdb-0")

    assert world.done == ["tsdb-0: sh /etc/hft/bootstrap.sh"] * 2
    assert server.ran[2:] == ["/var/lib/postgresql", "port=15432 dbname=postgres"]


def test_a_node_that_gives_no_passwords_in_time_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_PASSWORDS_SECONDS", 0.05)
    world.servers["tsdb-0"].exits = [3] * 1000000
    with pytest.raises(OpsError, match="tsdb-0 gives its roles no passwords: docker exec tsdb-0 sh /etc/hft/bootstrap"):
        world.cluster.give_passwords("tsdb-0")


def test_all_others_are_waited_for(world: World) -> None:
    world.views = [None, LEADS, FOLLOWED]
    world.cluster.follow()

    assert world.views == [FOLLOWED]


def test_a_node_that_does_not_follow_in_time_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_FOLLOW_SECONDS", 0.05)
    world.views = [LEADS]
    with pytest.raises(OpsError, match="not all of tsdb-0, tsdb-1 follow: hft status dev"):
        world.cluster.follow()
