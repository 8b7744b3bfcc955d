"""The rounds of a witness, with etcd, the nodes, the firewall and the primary's ports played by the tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.workloads.witness.cluster import settings, standing
from workloads.witness import watch as watching
from workloads.witness.agreement import Standing
from workloads.witness.fence import FenceError
from workloads.witness.node import Report
from workloads.witness.settings import Member
from workloads.witness.store import View, Vote
from workloads.witness.watch import Watch

STREAMED = {"tsdb-1": Report(timeline=3, received=1000, leads=False)}


@dataclass
class World:
    """Everything around a witness on beta; `log` is what it did, in order."""

    standing: Standing | None = field(default_factory=standing)
    votes: dict[str, str] = field(default_factory=dict)
    accepts: bool = False
    reports_now: dict[str, Report] = field(default_factory=lambda: dict(STREAMED))
    etcd_answers: bool = True
    firewall_works: bool = True
    log: list[str] = field(default_factory=list)

    async def view(self) -> View:
        self._etcd()
        return View(self.standing, self.votes)

    async def new_vote(self, verdict: str) -> Vote:
        self._etcd()
        return Vote("vote", verdict)

    async def cast(self, host: str, vote: Vote) -> None:
        self._etcd()
        self.votes[host] = vote.verdict
        self.log.append(f"vote {vote.verdict}")

    async def end(self, lease: str) -> None:
        self._etcd()
        if lease == "vote":
            self.votes.pop("beta", None)
        self.log.append(f"end {lease}")

    async def depose(self, standing: Standing, votes: Mapping[str, str]) -> bool:
        self._etcd()
        self.log.append(f"depose {standing.leader} by {','.join(sorted(votes))}")
        self.standing = None
        return True

    async def reports(self) -> dict[str, Report]:
        return self.reports_now

    async def move_away(self) -> None:
        self.log.append("move etcd's leader")

    async def put(self, address: str) -> None:
        if not self.firewall_works:
            raise FenceError("nft: no")
        self.log.append(f"fence {address}")

    async def take_away(self, address: str) -> None:
        self.log.append(f"unfence {address}")

    def _etcd(self) -> None:
        if not self.etcd_answers:
            raise TimeoutError


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(watching.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def watch(world: World, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> Watch:
    async def accepts(member: Member, timeout_seconds: float) -> bool:
        assert (member.name, timeout_seconds) == ("tsdb-0", 0.4)
        return world.accepts

    monkeypatch.setattr(watching, "accepts", accepts)
    played: Any = world
    return Watch(settings(), played, played, played, played)


async def rounds(watch: Watch, count: int) -> None:
    for _ in range(count):
        await watch.round()


async def test_a_primary_that_is_gone_is_fenced_then_voted_on_then_deposed(watch: Watch, world: World) -> None:
    await rounds(watch, 2)
    assert world.log == []
    await watch.round()
    assert world.log == ["fence 127.0.0.1", "vote tsdb-0:7"]
    await watch.round()
    assert world.log[2:] == []

    world.votes["gamma"] = "tsdb-0:7"
    await watch.round()
    assert world.log[2:] == ["depose tsdb-0 by beta,gamma"]

    # With its lease alone, Patroni would lead again as soon as it is back.
    await rounds(watch, 2)
    assert world.log[3:] == ["end session"]


async def test_a_primary_that_answers_is_left_alone(watch: Watch, world: World) -> None:
    world.accepts = True
    await rounds(watch, 10)

    assert world.log == []


async def test_one_answer_begins_the_count_anew(watch: Watch, world: World) -> None:
    await rounds(watch, 2)
    world.accepts = True
    await watch.round()
    world.accepts = False
    await rounds(watch, 2)

    assert world.log == []


async def test_wal_that_still_arrives_begins_the_count_anew(watch: Watch, world: World) -> None:
    for received in range(10):
        world.reports_now = {"tsdb-1": Report(timeline=3, received=received, leads=False)}
        await watch.round()
    assert world.log == []

    await rounds(watch, 2)
    assert world.log[:1] == ["fence 127.0.0.1"]


async def test_without_a_word_from_its_own_node_it_says_nothing(watch: Watch, world: World) -> None:
    world.reports_now = {}
    await rounds(watch, 10)

    assert world.log == []


async def test_another_primary_begins_the_count_anew(watch: Watch, world: World) -> None:
    await rounds(watch, 2)
    world.standing = standing(leader="tsdb-1", sync_leader="tsdb-1")
    await watch.round()
    world.standing = standing()
    await rounds(watch, 2)

    assert world.log == ["move etcd's leader"]


async def test_beside_the_primary_it_only_keeps_etcds_leader_away(watch: Watch, world: World) -> None:
    world.standing = standing(leader="tsdb-1", sync_leader="tsdb-1")
    await rounds(watch, 5)

    assert world.log == ["move etcd's leader"] * 5


async def test_without_etcd_nothing_is_done(watch: Watch, world: World) -> None:
    world.etcd_answers = False
    await rounds(watch, 10)

    assert world.log == []


async def test_without_a_fence_there_is_no_vote(watch: Watch, world: World) -> None:
    world.firewall_works = False
    await rounds(watch, 10)

    assert world.log == []


async def test_a_vote_that_nobody_joins_is_taken_back_before_the_fence_ends(
    watch: Watch, world: World, clock: list[float]
) -> None:
    await rounds(watch, 3)
    clock[0] += 1.9
    await watch.round()
    assert world.log[2:] == []

    clock[0] += 0.2
    await watch.round()
    assert world.log[2:] == ["end vote", "unfence 127.0.0.1"]
    await rounds(watch, 2)
    assert world.log[4:] == []


async def test_a_fence_stays_while_nobody_knows_whether_the_vote_is_gone(
    watch: Watch, world: World, clock: list[float]
) -> None:
    await rounds(watch, 3)
    clock[0] += 3
    world.etcd_answers = False
    await rounds(watch, 5)
    assert world.log[2:] == []

    world.etcd_answers = True
    await watch.round()
    assert world.log[2:] == ["end vote", "unfence 127.0.0.1"]


async def test_a_primary_that_takes_its_lease_again_is_let_in(watch: Watch, world: World) -> None:
    await rounds(watch, 3)
    world.standing = standing(leader_revision=8)
    world.votes["gamma"] = "tsdb-0:8"
    await watch.round()

    assert world.log[2:] == ["end vote", "unfence 127.0.0.1"]


async def test_the_fence_is_renewed_until_the_nodes_here_follow_the_new_primary(
    watch: Watch, world: World, clock: list[float]
) -> None:
    await rounds(watch, 3)
    world.standing = None
    clock[0] += 2.1
    await rounds(watch, 2)
    assert world.log[2:] == ["end session", "fence 127.0.0.1"]

    world.standing = standing(leader="tsdb-2", sync_leader="tsdb-2")
    clock[0] += 2.1
    await rounds(watch, 2)
    assert world.log[4:] == ["fence 127.0.0.1"]

    world.reports_now = {"tsdb-1": Report(timeline=4, received=1000, leads=False)}
    await watch.round()
    assert world.log[5:] == ["end vote", "unfence 127.0.0.1"]


async def test_a_node_here_that_leads_does_not_follow_the_lost_one(watch: Watch, world: World) -> None:
    await rounds(watch, 3)
    world.standing = standing(leader="tsdb-1", sync_leader="tsdb-1")
    world.reports_now = {"tsdb-1": Report(timeline=3, received=1000, leads=True)}
    await watch.round()

    assert world.log[2:] == ["end session", "end vote", "unfence 127.0.0.1"]


async def test_rounds_are_quick_while_a_decision_is_due(watch: Watch, world: World) -> None:
    assert watch.pause_seconds == 0.2
    await rounds(watch, 3)
    assert watch.pause_seconds == 0.05


async def test_its_metrics_say_what_it_did(watch: Watch, world: World) -> None:
    await rounds(watch, 3)
    world.votes["gamma"] = "tsdb-0:7"
    await watch.round()

    said = (await watch.metrics.exposition()).decode()
    for line in ("silent_probes 3.0", "fenced 1.0", "votes_total 1.0", "deposed_total 1.0"):
        assert f"\nhft_witness_{line}\n" in said
