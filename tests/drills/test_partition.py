"""Several hosts lost, or cut off from each other, under load: nobody leads who may lack an acknowledged row."""

import math
import time
from pathlib import Path

import pytest

from ops.db import model
from tests.drills.cluster import Cluster
from tests.drills.judging import (
    AGAIN_SECONDS,
    ROWS_OF_SOME_LOOPS,
    SOME_LOOPS_SECONDS,
    await_caught_up,
    judge,
    outlast_the_lease,
)
from tests.drills.load import Load, writing
from tests.drills.rig import Host

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]


def test_given_load_when_leader_and_a_standby_lose_each_other_then_the_third_confirms(
    cluster: Cluster, leader: Host, standby: Host, load_beside_the_leader: Load
) -> None:
    # When
    leader.isolate()
    standby.isolate()

    # Then
    load_beside_the_leader.await_more(AGAIN_SECONDS, rows=ROWS_OF_SOME_LOOPS)
    # One of two other hosts sees the leader gone, which is not enough.
    assert cluster.leader() == leader
    judge(cluster, load_beside_the_leader, model.standby_lost(cluster.database))


@pytest.mark.smoke
def test_given_load_when_both_standbys_are_frozen_then_nothing_is_acknowledged_until_one_is_back(
    cluster: Cluster, leader: Host, load_beside_the_leader: Load
) -> None:
    # When
    with cluster.frozen(*cluster.others(leader)):
        begun = time.monotonic()
        time.sleep(SOME_LOOPS_SECONDS)
        ended = time.monotonic()

    # Then an answer may have been on its way when they froze
    assert [ack for ack in load_beside_the_leader.acks() if begun + 1 < ack.seconds < ended] == []
    load_beside_the_leader.await_more(AGAIN_SECONDS)
    judge(cluster, load_beside_the_leader, math.inf)


def test_given_the_leader_and_a_standby_lost_together_then_nobody_leads_until_one_is_back(
    cluster: Cluster, leader: Host, standby: Host, load_beside_the_third: Load
) -> None:
    # When
    with cluster.frozen(leader):
        with cluster.frozen(standby):
            outlast_the_lease(cluster, load_beside_the_third)

        # Then the two that are left agree which of them has everything
        load_beside_the_third.await_more(AGAIN_SECONDS)
    cluster.await_whole()
    assert cluster.leader() != leader
    judge(cluster, load_beside_the_third, math.inf)


def test_given_both_standbys_lost_when_the_leaders_host_is_lost_too_then_it_leads_again_when_it_is_back(
    cluster: Cluster, leader: Host, load_beside_the_leader: Load
) -> None:
    # Given nobody who may lead
    with cluster.frozen(*cluster.others(leader)):
        # When
        leader.unplug()
        time.sleep(cluster.database.failover.ttl_seconds + SOME_LOOPS_SECONDS)
        leader.plug()

    # Then
    load_beside_the_leader.await_more(AGAIN_SECONDS)
    cluster.await_whole()
    judge(cluster, load_beside_the_leader, math.inf)


def test_given_a_host_lost_when_its_successor_is_lost_before_it_is_back_then_nobody_leads_until_one_of_them_is(
    cluster: Cluster, leader: Host, load: Load, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    # Given
    leader.unplug()
    load.await_more(AGAIN_SECONDS)
    successor = cluster.leader()
    (third,) = cluster.others(leader, successor)
    with writing(cluster, f"{load.actor}-third", third, tmp_path / "third") as lasting:
        # When
        successor.unplug()
        outlast_the_lease(cluster, lasting)
        successor.plug()

        # Then
        lasting.await_more(AGAIN_SECONDS)
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
        load.await_more(AGAIN_SECONDS)
        plugged = time.monotonic()
        leader.plug()

        # Then the old primary follows the new one, and its client writes again
        cluster.await_whole()
        assert cluster.leader() != leader
        assert cluster.member(leader).timeline != timeline
        isolated.await_more(AGAIN_SECONDS)
    # An answer may have been on its way when the cable was pulled.
    assert [ack for ack in isolated.acks() if unplugged + 1 < ack.seconds < plugged] == []
    await_caught_up(cluster, leader, isolated.actor)
    judge(cluster, isolated, math.inf)
    judge(cluster, load, model.host_of_etcds_leader_lost(cluster.database, cluster.pooling))
