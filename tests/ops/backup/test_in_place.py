"""The order of a restore in place, and that it can be broken off at each step; nodes are played here."""

from datetime import UTC, datetime
from typing import Any

import pytest
from docker.errors import NotFound
from rich.console import Console

from components.backup.agent.codes import NOT_HERE
from ops.backup import in_place
from ops.backup.containers import Ended
from ops.backup.in_place import Plan
from ops.db.patroni import Member, View
from ops.errors import OpsError
from ops.screen import Screen

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
KEPT = "before-261128-140300"
NEW = Plan("latest", "b", KEPT, begun=False)
MARKS = {"hft.restore.to": "latest", "hft.restore.kept": KEPT, "hft.restore.leader": "b"}


class BrokenError(Exception):
    """The command was killed."""


class Helper:
    """A container beside a node, or the agent of a host."""

    def __init__(self, world: "World", name: str) -> None:
        self.world, self.name, self.labels = world, name, MARKS

    def start(self) -> None: ...

    def remove(self, **_: Any) -> None:
        del self.world.helpers[self.name]


class Containers:
    def __init__(self, world: "World") -> None:
        self.world = world

    def get(self, name: str) -> Helper:
        if name not in self.world.helpers:
            raise NotFound(name)
        return self.world.helpers[name]

    def list(self, filters: dict[str, list[str]], **_: Any) -> list[Helper]:
        helpers = f"hft.role={in_place.ROLE}" in filters["label"]
        return list(self.world.helpers.values()) if helpers else self.world.agents


class Server:
    status = "running"
    attrs: dict[str, Any] = {  # noqa: RUF012 - never written
        "HostConfig": {"Memory": 1024},
        "Mounts": [{"Name": "volume", "Destination": "/var/lib/hft/data"}],
    }

    def __init__(self, name: str) -> None:
        self.name = name


class World:
    """Three nodes on one host: what was done to them, and what is true of them."""

    names = ("a", "b", "c")
    stack = "dev"

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.helpers: dict[str, Helper] = {}
        self.agents: list[Any] = [Helper(self, "agent")]
        self.running = set(self.names)
        self.leads: str | None = "b"
        self.recovered = False
        self.taken_over: set[str] = set()
        self.listing = dict.fromkeys(self.names, f"pg17\npg17.{KEPT}\nspool\n")
        self.ends: dict[str, int] = {}
        self.break_before: str | None = None
        self.layout = type("Layout", (), {"nodes": {name: (None, type("P", (), {"docker": "d"})) for name in "abc"}})
        self.docker = {"d": type("Docker", (), {"containers": Containers(self)})}
        monkeypatch.setattr(in_place, "call", self._call)
        monkeypatch.setattr(in_place, "created", self._created)

    def server(self, name: str) -> Server:
        return Server(name)

    def docker_of(self, name: str) -> Any:
        return self.docker["d"]

    def view(self) -> View | None:
        return View((Member("b", "leader", "running", None),), in_maintenance=False, planned=False)

    def leader(self) -> str | None:
        return self.leads

    def stop(self, names: list[str]) -> None:
        for name in names:
            if name in self.running:
                self._did(f"stop {name}")
                self.running.discard(name)

    def start(self, names: list[str]) -> None:
        for name in names:
            if name not in self.running:
                self._did(f"start {name}")
                self.running.add(name)

    def lead(self, name: str) -> None:
        self._did(f"lead {name}")
        self.running.add(name)

    def give_passwords(self, name: str) -> None:
        assert name in self.running
        self._did(f"passwords {name}")

    def follow(self) -> None:
        assert self.running == set(self.names)
        self._did("follow")

    def _created(self, like: Helper, called: str, **options: Any) -> Helper:
        assert MARKS.items() <= options["labels"].items()
        assert (options["volumes"], options["memory_bytes"]) == ({"volume": f"/var/lib/hft/{called[8]}"}, 1024)
        return self.helpers.setdefault(called, Helper(self, called))

    def _call(self, container: Any, *argv: str) -> Ended:
        if argv[0] == "ls":
            return Ended(0, self.listing[container.name])
        if argv[0] == "rm":
            self._did(" ".join((container.name, *argv)))
            return Ended(0, "")
        step, *of = argv[5:]
        if step == "has-taken-over":
            return Ended(0 if of[0] in self.taken_over else 1, "")
        if step == "recover" and self.recovered:
            return Ended(0, "")
        self._did(" ".join((step, *of[:1])))
        if step == "recover":
            assert not self.running
            self.recovered = step not in self.ends
        if step == "take-over":
            assert of[0] not in self.running
            self.taken_over.add(of[0])
        return Ended(self.ends.get(step, 0), "")

    def _did(self, what: str) -> None:
        if what == self.break_before:
            self.break_before = None
            raise BrokenError
        self.done.append(what)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


@pytest.fixture
def screen() -> Screen:
    return Screen(Console(quiet=True), Console(quiet=True))


def plan(world: Any, to: datetime | None = None) -> Plan:
    return in_place.plan(world, to, datetime(2026, 11, 28, 14, 3, tzinfo=UTC))


def carry_out(world: Any, chosen: Plan, screen: Screen) -> None:
    in_place.carry_out(world, chosen, screen)


DONE = [
    "reach",
    *("stop a", "stop c", "stop b", "recover b"),
    *("take-over a", "take-over c", "take-over b"),
    *("lead b", "passwords b", "start a", "start c", "follow"),
]


def test_standbys_stop_first_and_come_back_last(world: World, screen: Screen) -> None:
    assert plan(world) == NEW
    assert world.done == ["room"]
    world.done.clear()
    carry_out(world, NEW, screen)

    assert world.done == DONE
    assert world.helpers == {}


@pytest.mark.parametrize("step", DONE[1:])
def test_a_restore_that_is_killed_goes_on_when_it_is_repeated(world: World, screen: Screen, step: str) -> None:
    world.break_before = step
    with pytest.raises(BrokenError):
        carry_out(world, NEW, screen)
    assert sorted(world.helpers) == ["hft-dev-a-in-place", "hft-dev-b-in-place", "hft-dev-c-in-place"]
    again = plan(world)
    assert again == Plan("latest", "b", KEPT, begun=True)
    carry_out(world, again, screen)

    # To lead, and to have the passwords, may be asked for twice, as it changes nothing.
    repeated = ("lead b", "passwords b")
    assert list(dict.fromkeys(world.done)) == DONE
    assert [each for each in world.done if each not in repeated] == [each for each in DONE if each not in repeated]
    assert world.helpers == {}


def test_another_time_is_refused_while_one_is_not_finished(world: World) -> None:
    world.helpers["hft-dev-b-in-place"] = Helper(world, "hft-dev-b-in-place")
    with pytest.raises(OpsError) as refused:
        plan(world, NOON)
    assert refused.value.problems == (
        "a restore in place to latest has begun and is not finished: go on with it without --to",
    )
    assert world.done == []


def test_a_time_or_a_disk_that_does_not_do_is_refused(world: World) -> None:
    world.ends["room"] = 1
    with pytest.raises(OpsError, match=r"^no restore in place to 2026-11-28T12:00:00\+00:00; see above. Nothing was"):
        plan(world, NOON)
    assert world.done == ["room"]


def test_a_cluster_in_maintenance_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "view", lambda: View((), in_maintenance=True, planned=False))
    with pytest.raises(OpsError, match="Patroni is in maintenance mode, where nobody would lead afterwards"):
        plan(world)


def test_without_a_leader_the_first_node_is_restored(world: World) -> None:
    world.leads = None

    assert plan(world).leader == "a"


def test_a_host_without_an_agent_is_refused(world: World) -> None:
    world.agents = []
    with pytest.raises(OpsError, match="the host of a runs no container 'backup': hft up dev"):
        plan(world)


def test_an_archive_that_takes_no_wal_stops_it_before_anything_is_changed(world: World, screen: Screen) -> None:
    world.ends["reach"] = 1
    with pytest.raises(OpsError, match="the archive does not take the newest WAL"):
        carry_out(world, NEW, screen)
    assert (world.done, world.running, world.helpers) == (["reach"], {"a", "b", "c"}, {})


def test_without_a_primary_nothing_new_can_reach_the_archive(world: World, screen: Screen) -> None:
    world.ends["reach"] = NOT_HERE
    carry_out(world, NEW, screen)

    assert world.done == DONE


def test_a_restore_that_fails_leaves_the_database_as_it_was(world: World, screen: Screen) -> None:
    world.ends["recover"] = 1
    with pytest.raises(OpsError, match="The database runs as before, nothing was changed"):
        carry_out(world, NEW, screen)

    assert world.done[5:] == ["give-up b", "start b", "start a", "start c"]
    assert (world.taken_over, world.running, world.helpers) == (set(), {"a", "b", "c"}, {})


def test_data_that_cannot_be_put_aside_stops_it(world: World, screen: Screen) -> None:
    world.ends["take-over"] = 1
    with pytest.raises(OpsError, match=r"a: its data could not be put aside; see above. The same command goes on"):
        carry_out(world, NEW, screen)
    assert len(world.helpers) == 3


def test_the_warning_says_what_is_lost_and_what_is_kept(world: Any) -> None:
    assert list(in_place.warning(world, NEW)) == [
        "the cluster of stack dev goes back to the end of the archive, all of a, b, c",
        "every row that was written later is lost to it; until it is done nothing can be read or written",
        f"what was before is kept on each node as {KEPT}",
        "where it is interrupted, the same command goes on with it",
    ]
    assert list(in_place.warning(world, Plan("latest", "b", KEPT, begun=True))) == [
        "the restore in place to latest goes on; b leads afterwards"
    ]


def test_what_was_kept_is_forgotten_on_every_node_that_has_it(world: Any) -> None:
    world.listing["c"] = "pg17\n"
    in_place.forget(world, KEPT)

    assert world.done == [f"{name} rm -rf /var/lib/hft/data/pg17.{KEPT}" for name in ("a", "b")]


def test_a_name_that_was_not_kept_is_refused(world: Any) -> None:
    with pytest.raises(OpsError) as refused:
        in_place.forget(world, "before-261101-000000")
    assert refused.value.problems == (f"no restore of stack 'dev' has the name 'before-261101-000000' (kept: {KEPT})",)
    assert world.done == []


def test_a_node_that_is_down_is_not_forgotten(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "status", "exited")
    with pytest.raises(OpsError, match="a does not run: what it has kept can only be removed while it does"):
        in_place.forget(world, KEPT)
