"""Faults of etcd under load: the database needs it to change its primary, not to go on."""

import math
import time
from itertools import pairwise

import pytest

from tests.drills.cluster import Cluster
from tests.drills.judging import AGAIN_SECONDS, SOME_LOOPS_SECONDS, judge, outlast_the_lease
from tests.drills.load import Load
from tests.drills.rig import Host, await_true

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]

_AWAY_SECONDS = 30
# The kernel would send again after about as long as the host was away.
_BACK_SECONDS = 5
# Patroni asks all standbys in each of its loops, and lets its clients wait meanwhile for none of them.
_GOES_ON_SECONDS = 2


def test_given_load_when_etcd_loses_its_quorum_then_the_leader_goes_on_until_a_standby_is_lost_too(
    cluster: Cluster, leader: Host, standby: Host, load_beside_the_leader: Load
) -> None:
    load = load_beside_the_leader
    # When
    with cluster.frozen(*cluster.others(leader), part="etcd"):
        begun = time.monotonic()
        time.sleep(cluster.database.failover.ttl_seconds + SOME_LOOPS_SECONDS)

        # Then
        since = [ack.seconds for ack in load.acks() if ack.seconds >= begun]
        assert max(later - earlier for earlier, later in pairwise(since)) <= _GOES_ON_SECONDS

        # When nobody knows any more whether the others have elected somebody
        with cluster.frozen(standby):
            outlast_the_lease(cluster, load)

    # Then
    load.await_more(AGAIN_SECONDS)
    cluster.await_whole()
    judge(cluster, load, math.inf)


def test_given_load_when_etcds_leader_is_frozen_then_writes_go_on(cluster: Cluster, leader: Host, load: Load) -> None:
    # Given
    second = cluster.beside(leader)
    cluster.lead_etcd(second)

    # When
    with cluster.frozen(second, part="etcd"):
        time.sleep(SOME_LOOPS_SECONDS)

    # Then
    load.await_more(AGAIN_SECONDS)
    assert cluster.leader() == leader
    judge(cluster, load, _GOES_ON_SECONDS)


def test_given_a_host_that_was_away_when_it_is_back_then_its_member_of_etcd_takes_part_at_once(
    cluster: Cluster, standby: Host
) -> None:
    # Given
    standby.unplug()
    time.sleep(_AWAY_SECONDS)
    assert not cluster.takes_part(standby)

    # When
    standby.plug()

    # Then a second host may be lost
    await_true(lambda: cluster.takes_part(standby), _BACK_SECONDS, "its member of etcd takes part")
