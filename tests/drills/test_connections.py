"""A client that takes all connections that it can get, beside one that stores orders."""

from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest

from tests.drills.cluster import Cluster
from tests.drills.conftest import actor
from tests.drills.judging import AGAIN_SECONDS, judge
from tests.drills.load import Load, writing
from tests.drills.rig import Host

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]

# A commit on a machine that is busy with hundreds of logins.
_GOES_ON_SECONDS = 2


def all_connections(cluster: Cluster, at: Host, role: str, greedy: ExitStack) -> int:
    """Connect until the pooler refuses it; how many it has given. They end with `greedy`."""
    for taken in range(cluster.pooling.pooler.max_client_connections):
        try:
            session = psycopg.connect(cluster.connection(at, role), password=cluster.passwords[role])
        except psycopg.OperationalError as error:
            if "max_user_client_connections" not in str(error):
                raise
            return taken
        greedy.enter_context(closing(session))
    raise AssertionError(f"{role} was refused no connection")


def test_given_load_when_ticks_take_all_connections_that_they_can_then_orders_are_stored_also_by_new_clients(
    cluster: Cluster,
    leader: Host,
    load_beside_the_leader: Load,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    # When
    with ExitStack() as greedy:
        taken = all_connections(cluster, leader, "hft_ticks", greedy)
        assert taken == cluster.pooling.pooler.max_client_connections // 4

        # Then
        with writing(cluster, f"{actor(request)}-new", leader, tmp_path / "new") as late:
            late.await_more(AGAIN_SECONDS)
            load_beside_the_leader.await_more(AGAIN_SECONDS)
    judge(cluster, late, _GOES_ON_SECONDS)
    judge(cluster, load_beside_the_leader, _GOES_ON_SECONDS)
