"""The primary moved on purpose, under load: by Patroni alone, and by `hft db switchover`."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from ops.db import model
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
    # Given
    with ExitStack() as stack:
        loads = [
            stack.enter_context(writing(cluster, f"{actor(request)}-{host.name}", host, tmp_path / host.name))
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
