"""The primary moved and lost under a writer past the poolers: it is cut, connects again, and no row is lost."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.db import model
from tests.drills.cluster import STACK, Cluster
from tests.drills.conftest import actor
from tests.drills.judging import AGAIN_SECONDS, judge
from tests.drills.load import Load, writing_directly
from tests.drills.rig import Host

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]


@pytest.fixture
def load(cluster: Cluster, leader: Host, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Load]:
    """A direct writer on a host that the drill leaves alone."""
    with writing_directly(cluster, actor(request), cluster.beside(leader), tmp_path / "acks") as load:
        yield load


def test_given_a_direct_writer_when_the_primary_is_moved_then_it_writes_to_the_next_one(
    cluster: Cluster, leader: Host, standby: Host, load: Load
) -> None:
    # When
    cluster.hft("db", "switchover", STACK, "--to", cluster.member(standby).name, "--yes")

    # Then
    load.await_more(AGAIN_SECONDS)
    assert cluster.leader() == standby
    assert load.errors()
    judge(cluster, load, model.switchover((os.cpu_count() or 1) / len(cluster.hosts)))


def test_given_a_direct_writer_when_the_leaders_host_is_lost_then_it_writes_to_the_next_one(
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
