"""The primary moved on purpose, under load: by Patroni alone, and by `hft db switchover`."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ops.db import model
from tests.drills import settings
from tests.drills.cluster import STACK, Cluster
from tests.drills.conftest import actor
from tests.drills.judging import AGAIN_SECONDS, judge
from tests.drills.load import Load, writing
from tests.drills.rig import Host

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]


def test_given_load_when_the_standby_is_asked_to_lead_then_it_does_before_the_lease_runs_out(
    cluster: Cluster, leader: Host, standby: Host, load: Load
) -> None:
    # When
    cluster.switch_over(leader, standby)

    # Then
    load.await_more(AGAIN_SECONDS)
    assert cluster.leader() == standby
    judge(cluster, load, model.handover(cluster.database))


def test_given_load_on_every_host_when_hft_moves_the_primary_then_clients_see_a_pause_and_no_error(
    cluster: Cluster, leader: Host, standby: Host, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    move_without_an_error(cluster, standby, actor(request), tmp_path)


@pytest.fixture
def doubled(cluster: Cluster) -> Iterator[Cluster]:
    """The same cluster with two processes in each pooler, and with one again afterwards."""
    first = settings.values(cluster.hosts)
    yield cluster.having({**first, "pooling": {**first["pooling"], "pooler": _two_processes(cluster)}})
    cluster.having(first).await_whole()


def test_given_poolers_of_two_processes_when_hft_moves_the_primary_then_clients_see_a_pause_and_no_error(
    doubled: Cluster, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    doubled.await_whole()
    move_without_an_error(doubled, doubled.beside(doubled.leader()), actor(request), tmp_path)


def _two_processes(cluster: Cluster) -> dict[str, object]:
    # All their pools together are as large as before.
    size = cluster.pooling.pooler.pool_size // 2
    return {**settings.pooling()["pooler"], "processes": 2, "pool_size": size}


def move_without_an_error(cluster: Cluster, standby: Host, drill: str, folder: Path) -> None:
    """Move the primary under a writer at the pooler of each host."""
    # Given
    with ExitStack() as stack:
        loads = [
            stack.enter_context(writing(cluster, f"{drill}-{host.name}", host, folder / host.name))
            for host in cluster.hosts
        ]

        # When
        print(cluster.hft("db", "switchover", STACK, "--to", cluster.member(standby).name, "--yes"))

        # Then
        for load in loads:
            load.await_more(AGAIN_SECONDS)
    assert cluster.leader() == standby
    assert [load.errors() for load in loads] == [[], [], []]
    bound_seconds = model.switchover((os.cpu_count() or 1) / len(cluster.hosts))
    for load in loads:
        judge(cluster, load, bound_seconds)
