"""One fault of the database under load, on three hosts: how long writes stop, and that no acknowledged row is lost."""

import os
import signal

import pytest

from ops.db import model
from tests.drills.cluster import Cluster
from tests.drills.judging import AGAIN_SECONDS, ROWS_OF_SOME_LOOPS, judge
from tests.drills.load import Load
from tests.drills.rig import Host, await_true

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]

# A fence that nobody renews lives for 10 s.
_UNFENCED_SECONDS = 30


@pytest.mark.smoke
def test_given_load_when_postgres_is_killed_then_writes_go_on(cluster: Cluster, leader: Host, load: Load) -> None:
    # When
    cluster.kill_postgres(leader)

    # Then
    load.await_more(AGAIN_SECONDS)
    judge(cluster, load, model.crash(cluster.database, cluster.pooling))


def test_given_load_when_the_leaders_container_is_killed_then_a_standby_takes_over(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When
    with cluster.node(leader) as container:
        container.kill()

    # Then
    load.await_more(AGAIN_SECONDS)
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
    load.await_more(AGAIN_SECONDS)
    assert cluster.leader() != leader
    judge(cluster, load, model.host_lost(cluster.database, cluster.pooling))
    # And no host is fenced from the old one for longer than it takes to follow the new one
    await_true(lambda: not cluster.fenced(), _UNFENCED_SECONDS, "no fence stands")


def test_given_etcd_led_beside_the_leader_when_their_host_is_unplugged_then_a_standby_takes_over(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # Given no witness that moves etcd's leadership away from there
    with cluster.frozen(leader, part="witness"):
        cluster.lead_etcd(leader)

        # When
        leader.unplug()

        # Then
        load.await_more(AGAIN_SECONDS)
    assert cluster.leader() != leader
    judge(cluster, load, model.host_of_etcds_leader_lost(cluster.database, cluster.pooling))


def test_given_load_when_the_leaders_container_is_frozen_then_a_standby_takes_over_and_the_thawed_one_follows(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When
    with cluster.frozen(leader):
        load.await_more(AGAIN_SECONDS)

    # Then
    cluster.await_whole()
    assert cluster.leader() != leader
    judge(cluster, load, model.frozen(cluster.database, cluster.pooling))


def test_given_load_when_patroni_is_stopped_then_a_standby_takes_over_and_the_old_primary_acknowledges_nothing(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When PostgreSQL goes on as a primary whose lease nobody renews
    with cluster.patroni_stopped(leader):
        await_true(lambda: cluster.led_by_another(leader), AGAIN_SECONDS, "a standby leads")
        load.await_more(AGAIN_SECONDS)
        # Then the old primary, though up, can acknowledge nothing: its standbys have left it
        told = cluster.ask(leader, "SELECT pg_is_in_recovery()", "SELECT count(*) FROM pg_stat_replication")
        assert told.split() == ["f", "0"]

    # And it follows when its Patroni goes on
    cluster.await_whole()
    judge(cluster, load, model.frozen(cluster.database, cluster.pooling))


def test_given_load_when_patroni_is_killed_then_it_is_restarted_and_writes_go_on(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When the container's first process dies, PostgreSQL goes with it
    with cluster.node(leader) as container:
        os.kill(container.attrs["State"]["Pid"], signal.SIGKILL)

    # Then
    load.await_more(AGAIN_SECONDS)
    judge(cluster, load, model.restarted(cluster.database, cluster.pooling))


def test_given_load_when_a_standbys_host_is_unplugged_then_the_other_one_confirms(
    cluster: Cluster, leader: Host, standby: Host, load_beside_the_leader: Load
) -> None:
    # When
    standby.unplug()

    # Then
    load_beside_the_leader.await_more(AGAIN_SECONDS, rows=ROWS_OF_SOME_LOOPS)
    assert cluster.leader() == leader
    judge(cluster, load_beside_the_leader, model.standby_lost(cluster.database))
