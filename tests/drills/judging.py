"""What drills wait for and judge by. A wait is longer than the bound that is judged, so that a gap above it is told."""

import time

from tests.drills.checker import verdict
from tests.drills.cluster import Cluster
from tests.drills.load import Load, tell
from tests.drills.rig import Host, await_true

AGAIN_SECONDS = 120
"""How long writes may take to go on before a drill gives up."""
SOME_LOOPS_SECONDS = 15
"""Long enough for Patroni to have noticed whatever it notices: some of its loops."""
ROWS_OF_SOME_LOOPS = 1000
"""A row takes some ms, so these take about as long."""


def outlast_the_lease(cluster: Cluster, load: Load) -> None:
    """Wait for longer than any lease lives, and see that nothing is acknowledged meanwhile."""
    ttl_seconds = cluster.database.failover.ttl_seconds
    time.sleep(ttl_seconds + SOME_LOOPS_SECONDS)
    assert time.monotonic() - load.acks()[-1].seconds > ttl_seconds


def await_caught_up(cluster: Cluster, host: Host, actor: str) -> None:
    """Wait until the node of a host has the rows of a writer, which may go on, that the primary has now."""
    wanted = cluster.rows(cluster.leader(), actor)
    await_true(
        lambda: cluster.rows(host, actor)[: len(wanted)] == wanted,
        AGAIN_SECONDS,
        f"{host.name} has the {len(wanted)} rows of the primary",
    )


def judge(cluster: Cluster, load: Load, bound_seconds: float) -> None:
    """Tell what a fault cost, and fail where it cost a row or more time than the bound."""
    acks = load.acks()
    found = verdict(acks, cluster.rows(cluster.leader(), load.actor))
    tell(load.actor, found, passed=found.lost == found.doubled == 0 and found.gap_seconds <= bound_seconds)
    assert (found.lost, found.doubled) == (0, 0)
    assert found.gap_seconds <= bound_seconds
