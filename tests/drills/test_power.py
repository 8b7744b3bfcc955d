"""All hosts lose their power at once."""

import math

import pytest

from ops.db import model
from tests.drills.cluster import Cluster
from tests.drills.judging import AGAIN_SECONDS, await_caught_up, judge
from tests.drills.load import Load
from tests.drills.rig import Host

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]


@pytest.mark.usefixtures("leader")
def test_given_load_when_all_hosts_lose_their_power_then_all_comes_back_by_itself(cluster: Cluster, load: Load) -> None:
    # When
    for host in cluster.hosts:
        host.power_off()
    for host in cluster.hosts:
        host.power_on()

    # Then
    load.await_more(AGAIN_SECONDS)
    cluster.await_whole()
    judge(cluster, load, math.inf)


def test_given_load_when_the_leaders_host_loses_its_power_then_a_standby_takes_over_and_it_comes_back_by_itself(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When
    leader.power_off()

    # Then
    load.await_more(AGAIN_SECONDS)
    assert cluster.leader() != leader
    judge(cluster, load, model.host_of_etcds_leader_lost(cluster.database, cluster.pooling))
    leader.power_on()
    cluster.await_whole()
    await_caught_up(cluster, leader, load.actor)
