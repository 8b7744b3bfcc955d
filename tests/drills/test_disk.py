"""Bad disks under load: a full one stops ticks before orders, and a slow one is not taken for a lost host."""

import math
import time
from itertools import pairwise

import psycopg
import pytest

from tests.drills.cluster import Cluster
from tests.drills.disks import slow_disk, small_disk
from tests.drills.judging import AGAIN_SECONDS, SOME_LOOPS_SECONDS, judge
from tests.drills.load import Load
from tests.drills.rig import Host, await_true

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]

_DISK_MIB = 1024
_TICK = """\
INSERT INTO trading.ticks (ts, venue, symbol, bid, bid_size, ask, ask_size)
VALUES (now(), 'drill', 'DRILL', 1, 1, 2, 1)"""
_WAL = "SELECT pg_logical_emit_message(false, 'drill', repeat('x', 16000000)) FROM generate_series(1, 64)"
_TOLD_SECONDS = 10
# As long as orders may wait while ticks are stopped and started: a commit, on a busy machine.
_ORDERS_SECONDS = 2


def takes_ticks(cluster: Cluster, at: Host) -> bool:
    """Whether a tick is stored, or refused because a disk is nearly full."""
    password = cluster.passwords["hft_ticks"]
    with psycopg.connect(cluster.connection(at, "hft_ticks"), password=password, autocommit=True) as session:
        try:
            session.execute(_TICK)
        except psycopg.errors.DiskFull:
            return False
    return True


def fill_wal(cluster: Cluster, host: Host) -> None:
    """Write more WAL at once than checkpoints can make room for; PostgreSQL does not survive it."""
    loop = f'while psql -XAtqp {cluster.database.postgres_port} -c "{_WAL}"; do :; done'
    with cluster.node(host) as container:
        container.exec_run(["timeout", str(_TOLD_SECONDS), "sh", "-c", loop])


def test_given_load_when_a_standbys_disk_fills_then_ticks_are_refused_and_orders_are_not(
    cluster: Cluster, leader: Host, standby: Host, load_beside_the_leader: Load
) -> None:
    wal_mib = cluster.database.wal_mib
    with small_disk(cluster, standby, _DISK_MIB) as disk:
        assert takes_ticks(cluster, leader)
        began = time.monotonic()

        # When
        disk.leave(wal_mib - 32)

        # Then
        await_true(lambda: not takes_ticks(cluster, leader), _TOLD_SECONDS, "ticks are refused")
        load_beside_the_leader.await_more(AGAIN_SECONDS)

        # When
        disk.free()

        # Then
        await_true(lambda: takes_ticks(cluster, leader), _TOLD_SECONDS, "ticks are taken again")
        acks = [ack.seconds for ack in load_beside_the_leader.acks() if ack.seconds > began]
    assert max(later - earlier for earlier, later in pairwise(acks)) <= _ORDERS_SECONDS
    cluster.await_whole()
    judge(cluster, load_beside_the_leader, math.inf)


def test_given_load_when_wal_has_no_room_on_the_leader_then_a_standby_takes_over(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # Given
    with small_disk(cluster, leader, _DISK_MIB) as disk:
        cluster.await_whole()
        cluster.lead(leader)
        load.await_more(AGAIN_SECONDS)

        # When
        disk.leave(0)
        fill_wal(cluster, leader)

        # Then
        load.await_more(AGAIN_SECONDS)
        assert cluster.leader() != leader

        # When there is room again
        disk.free()

        # Then the old primary comes back by itself
        cluster.await_whole()
    cluster.await_whole()
    judge(cluster, load, math.inf)


def test_given_load_when_the_leaders_disk_is_slow_then_it_goes_on_slowly_and_nobody_takes_over(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When
    with slow_disk(cluster, leader, writes_per_second=8):
        began = len(load.acks())
        time.sleep(SOME_LOOPS_SECONDS)
        slow = len(load.acks()) - began

    # Then
    load.await_more(AGAIN_SECONDS)
    assert cluster.leader() == leader
    assert 0 < slow < SOME_LOOPS_SECONDS * 8
    judge(cluster, load, math.inf)
