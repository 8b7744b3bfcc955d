"""Faults of the database under load, on three hosts: how long writes stop, and that no acknowledged row is lost."""

import math
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ops.db import model
from tests.drills.checker import verdict
from tests.drills.cluster import STACK, Cluster
from tests.drills.load import Load, tell, writing
from tests.drills.rig import Host, await_true

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]

# Each wait is longer than the bound that is judged, so that a gap above it is measured and told before it fails.
_AGAIN_SECONDS = 120
# A fence that nobody renews lives for 10 s.
_UNFENCED_SECONDS = 30
# Long enough for Patroni to have noticed whatever it notices: some of its loops.
_SOME_LOOPS_SECONDS = 15
# A row takes some ms, so these take about as long.
_ROWS_OF_SOME_LOOPS = 1000


@pytest.fixture
def leader(cluster: Cluster) -> Iterator[Host]:
    """Host of the primary of a cluster that is whole; its cable and its node are as before afterwards."""
    cluster.await_whole()
    host = cluster.leader()
    yield host
    host.plug()
    with cluster.node(host) as container:
        # Docker does not restart what was killed through it; one that runs it leaves alone.
        container.start()


@pytest.fixture
def standby(cluster: Cluster, leader: Host) -> Iterator[Host]:
    """Host of a standby; its cable is as before afterwards."""
    host = cluster.beside(leader)
    yield host
    host.plug()


@pytest.fixture
def load(cluster: Cluster, leader: Host, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Load]:
    """A writer on a host that the drill leaves alone."""
    with writing(cluster, _actor(request), cluster.beside(leader), tmp_path / "acks") as load:
        yield load


@pytest.fixture
def load_beside_the_leader(
    cluster: Cluster, leader: Host, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Load]:
    """A writer on the host of the primary, for drills that leave that one alone."""
    with writing(cluster, _actor(request), leader, tmp_path / "acks") as load:
        yield load


@pytest.fixture
def load_beside_the_third(
    cluster: Cluster, leader: Host, standby: Host, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Load]:
    """A writer on the one host that is neither the primary's nor `standby`."""
    third = next(host for host in cluster.hosts if host not in (leader, standby))
    with writing(cluster, _actor(request), third, tmp_path / "acks") as load:
        yield load


def _actor(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).removeprefix("test_")


def outlast_the_lease(cluster: Cluster, load: Load) -> None:
    """Wait for longer than any lease lives, and see that nothing is acknowledged meanwhile."""
    ttl_seconds = cluster.database.failover.ttl_seconds
    time.sleep(ttl_seconds + _SOME_LOOPS_SECONDS)
    assert time.monotonic() - load.acks()[-1].seconds > ttl_seconds


def judge(cluster: Cluster, load: Load, bound_seconds: float) -> None:
    """Tell what a fault cost, and fail where it cost a row or more time than the bound."""
    acks = load.acks()
    found = verdict(acks, cluster.rows(cluster.leader(), load.actor))
    tell(load.actor, found, passed=found.lost == found.doubled == 0 and found.gap_seconds <= bound_seconds)
    assert (found.lost, found.doubled) == (0, 0)
    assert found.gap_seconds <= bound_seconds


def test_given_load_when_postgres_is_killed_then_writes_go_on(cluster: Cluster, leader: Host, load: Load) -> None:
    # When
    cluster.execute(leader, "sh", "-c", "kill -KILL $(head -n 1 /var/lib/hft/data/pg17/postmaster.pid)")

    # Then
    load.await_more(_AGAIN_SECONDS)
    judge(cluster, load, model.crash(cluster.database, cluster.pooling))


def test_given_load_when_the_leaders_container_is_killed_then_a_standby_takes_over(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When
    with cluster.node(leader) as container:
        container.kill()

    # Then
    load.await_more(_AGAIN_SECONDS)
    assert cluster.leader() != leader
    judge(cluster, load, model.node_lost(cluster.database, cluster.pooling))


def test_given_load_when_the_leaders_host_is_unplugged_then_a_standby_takes_over(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # Given
    cluster.lead_etcd(cluster.beside(leader))

    # When
    leader.unplug()

    # Then
    load.await_more(_AGAIN_SECONDS)
    assert cluster.leader() != leader
    judge(cluster, load, model.host_lost(cluster.database, cluster.pooling))
    # And no host is fenced from the old one for longer than it takes to follow the new one
    await_true(lambda: not cluster.fenced(), _UNFENCED_SECONDS, "no fence stands")


def test_given_etcd_led_beside_the_leader_when_their_host_is_unplugged_then_a_standby_takes_over(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # Given
    cluster.lead_etcd(leader)

    # When
    leader.unplug()

    # Then
    load.await_more(_AGAIN_SECONDS)
    assert cluster.leader() != leader
    judge(cluster, load, model.host_of_etcds_leader_lost(cluster.database, cluster.pooling))


def test_given_load_when_the_leaders_container_is_frozen_then_a_standby_takes_over_and_the_thawed_one_follows(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When
    with cluster.frozen(leader):
        load.await_more(_AGAIN_SECONDS)

    # Then
    cluster.await_whole()
    assert cluster.leader() != leader
    judge(cluster, load, model.frozen(cluster.database, cluster.pooling))


def test_given_load_when_patroni_is_killed_then_it_is_restarted_and_writes_go_on(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When the container's first process dies, PostgreSQL goes with it
    with cluster.node(leader) as container:
        os.kill(container.attrs["State"]["Pid"], signal.SIGKILL)

    # Then
    load.await_more(_AGAIN_SECONDS)
    judge(cluster, load, model.restarted(cluster.database, cluster.pooling))


def test_given_load_when_a_standbys_host_is_unplugged_then_the_other_one_confirms(
    cluster: Cluster, leader: Host, standby: Host, load_beside_the_leader: Load
) -> None:
    # When
    standby.unplug()

    # Then
    load_beside_the_leader.await_more(_AGAIN_SECONDS, rows=_ROWS_OF_SOME_LOOPS)
    assert cluster.leader() == leader
    judge(cluster, load_beside_the_leader, model.standby_lost(cluster.database))


def test_given_load_when_leader_and_a_standby_lose_each_other_then_the_third_confirms(
    cluster: Cluster, leader: Host, standby: Host, load_beside_the_leader: Load
) -> None:
    # When
    leader.isolate()
    standby.isolate()

    # Then
    load_beside_the_leader.await_more(_AGAIN_SECONDS, rows=_ROWS_OF_SOME_LOOPS)
    # One of two other hosts sees the leader gone, which is not enough.
    assert cluster.leader() == leader
    judge(cluster, load_beside_the_leader, model.standby_lost(cluster.database))


def test_given_load_when_both_standbys_are_frozen_then_nothing_is_acknowledged_until_one_is_back(
    cluster: Cluster, leader: Host, load_beside_the_leader: Load
) -> None:
    # When
    with ExitStack() as frozen:
        for host in cluster.hosts:
            if host != leader:
                frozen.enter_context(cluster.frozen(host))
        begun = time.monotonic()
        time.sleep(_SOME_LOOPS_SECONDS)
        ended = time.monotonic()

    # Then an answer may have been on its way when they froze
    assert [ack for ack in load_beside_the_leader.acks() if begun + 1 < ack.seconds < ended] == []
    load_beside_the_leader.await_more(_AGAIN_SECONDS)
    judge(cluster, load_beside_the_leader, math.inf)


def test_given_the_leader_and_a_standby_lost_together_then_nobody_leads_until_one_is_back(
    cluster: Cluster, leader: Host, standby: Host, load_beside_the_third: Load
) -> None:
    # When
    with cluster.frozen(leader):
        with cluster.frozen(standby):
            outlast_the_lease(cluster, load_beside_the_third)

        # Then the two that are left agree which of them has everything
        load_beside_the_third.await_more(_AGAIN_SECONDS)
    cluster.await_whole()
    assert cluster.leader() != leader
    judge(cluster, load_beside_the_third, math.inf)


def test_given_load_when_the_standby_is_asked_to_lead_then_it_does_before_the_lease_runs_out(
    cluster: Cluster, leader: Host, standby: Host, load: Load
) -> None:
    # When
    body = f'{{"leader": "{cluster.member(leader).name}", "candidate": "{cluster.member(standby).name}"}}'
    # From inside, as Patroni lets only the stack's hosts change the cluster.
    url = f"http://{leader.address}:{cluster.database.patroni_port}/switchover"
    cluster.execute(leader, "curl", "-fsS", "-H", "Content-Type: application/json", "-d", body, url)

    # Then
    load.await_more(_AGAIN_SECONDS)
    assert cluster.leader() == standby
    judge(cluster, load, model.handover(cluster.database))


def test_given_load_on_every_host_when_hft_moves_the_primary_then_clients_see_a_pause_and_no_error(
    cluster: Cluster, leader: Host, standby: Host, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    # Given
    with ExitStack() as stack:
        loads = [
            stack.enter_context(writing(cluster, f"{_actor(request)}-{host.name}", host, tmp_path / host.name))
            for host in cluster.hosts
        ]

        # When
        print(cluster.hft("db", "switchover", STACK, "--to", cluster.member(standby).name, "--yes"))

        # Then
        for load in loads:
            load.await_more(_AGAIN_SECONDS)
    assert cluster.leader() == standby
    assert [load.errors() for load in loads] == [[], [], []]
    bound_seconds = model.switchover((os.cpu_count() or 1) / len(cluster.hosts))
    for load in loads:
        judge(cluster, load, bound_seconds)


def test_given_both_standbys_lost_when_the_leaders_host_is_lost_too_then_it_leads_again_when_it_is_back(
    cluster: Cluster, leader: Host, load_beside_the_leader: Load
) -> None:
    # Given nobody who may lead
    with ExitStack() as frozen:
        for host in cluster.hosts:
            if host != leader:
                frozen.enter_context(cluster.frozen(host))

        # When
        leader.unplug()
        time.sleep(cluster.database.failover.ttl_seconds + _SOME_LOOPS_SECONDS)
        leader.plug()

    # Then
    load_beside_the_leader.await_more(_AGAIN_SECONDS)
    cluster.await_whole()
    judge(cluster, load_beside_the_leader, math.inf)


def test_given_a_host_lost_when_its_successor_is_lost_before_it_is_back_then_nobody_leads_until_one_of_them_is(
    cluster: Cluster, leader: Host, load: Load, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    # Given
    leader.unplug()
    load.await_more(_AGAIN_SECONDS)
    successor = cluster.leader()
    third = next(host for host in cluster.hosts if host not in (leader, successor))
    with writing(cluster, f"{load.actor}-third", third, tmp_path / "third") as lasting:
        # When
        successor.unplug()
        outlast_the_lease(cluster, lasting)
        successor.plug()

        # Then
        lasting.await_more(_AGAIN_SECONDS)
        leader.plug()
        cluster.await_whole()
        judge(cluster, lasting, math.inf)


def test_given_a_client_beside_the_leader_when_their_host_is_unplugged_then_it_is_told_nothing_until_they_are_back(
    cluster: Cluster, leader: Host, load: Load, tmp_path: Path
) -> None:
    # Given
    timeline = cluster.member(leader).timeline
    with writing(cluster, f"{load.actor}-inside", leader, tmp_path / "inside", leader.inside()) as isolated:
        # When
        leader.unplug()
        unplugged = time.monotonic()
        load.await_more(_AGAIN_SECONDS)
        plugged = time.monotonic()
        leader.plug()

        # Then the old primary follows the new one, and its client writes again
        cluster.await_whole()
        assert cluster.leader() != leader
        assert cluster.member(leader).timeline != timeline
        isolated.await_more(_AGAIN_SECONDS)
    # An answer may have been on its way when the cable was pulled.
    assert [ack for ack in isolated.acks() if unplugged + 1 < ack.seconds < plugged] == []
    await_true(
        lambda: cluster.rows(leader, isolated.actor) == cluster.rows(cluster.leader(), isolated.actor),
        _AGAIN_SECONDS,
        "the old primary has what the new one has",
    )
    judge(cluster, isolated, math.inf)
    judge(cluster, load, model.host_of_etcds_leader_lost(cluster.database, cluster.pooling))
