"""Changes of the stack under load: clients of the poolers see a pause at most, and no error."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.drills.cluster import Cluster
from tests.drills.conftest import actor
from tests.drills.judging import AGAIN_SECONDS, SOME_LOOPS_SECONDS, judge
from tests.drills.load import Load, writing
from tests.drills.rig import Host, await_true

pytestmark = [pytest.mark.drills, pytest.mark.timeout(900)]

# A commit on two CPUs that a deployment keeps busy.
_BUSY_SECONDS = 1
# The primary's stop and start, or another one's promotion, on two CPUs for three hosts.
_PAUSE_SECONDS = 2


@pytest.fixture
def chosen(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster; the settings are as before afterwards."""
    yield cluster
    cluster.choose()
    cluster.update()


def shown(cluster: Cluster, parameter: str) -> list[str]:
    """A parameter as it is in force on each node."""
    return [cluster.ask(host, f"SHOW {parameter}") for host in cluster.hosts]


def logs_in(cluster: Cluster, at: Host, password: str) -> bool:
    """Whether the pooler of a host lets hft_writer in, and the primary behind it too."""
    try:
        with psycopg.connect(cluster.connection(at, "hft_writer"), password=password) as session:
            return session.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def comes_in(cluster: Cluster, host: Host, role: str, password: str) -> bool:
    """Whether the node of a host lets a role in that comes from there, without pooler and router."""
    port = cluster.database.postgres_port
    login = f"host={host.address} port={port} user={role} password={password} dbname=postgres sslmode=require"
    with cluster.node(host) as container:
        status, output = container.exec_run(["psql", "-XAtqc", "SELECT 1", login])
    assert status == 0 or b"password authentication failed" in output, output
    return bool(status == 0)


def unmoved(cluster: Cluster, leader: Host) -> list[str]:
    """What a replaced or restarted node, a failover or a cut replication would change."""
    started = [cluster.ask(host, "SELECT pg_postmaster_start_time()") for host in cluster.hosts]
    streams = "SELECT application_name, pid, backend_start FROM pg_stat_replication ORDER BY 1"
    return [*map(cluster.node_id, cluster.hosts), *started, cluster.ask(leader, streams)]


def test_given_load_when_a_password_is_rotated_then_no_session_is_cut(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # Given
    before = cluster.passwords["hft_writer"]

    # When
    print(cluster.update("rotate", "db-writer"))

    # Then
    load.await_more(AGAIN_SECONDS)
    after = cluster.passwords["hft_writer"]
    assert [logs_in(cluster, leader, password) for password in (before, after)] == [False, True]
    assert load.errors() == []
    judge(cluster, load, _BUSY_SECONDS)


@pytest.mark.parametrize(
    ("secret", "role"),
    [("db-admin", "hft_admin"), ("db-replication", "replicator"), ("db-rewind", "rewind_user")],
    ids=["db-admin", "db-replication", "db-rewind"],
)
def test_given_load_when_a_password_of_the_nodes_is_rotated_then_no_node_is_touched(
    cluster: Cluster, leader: Host, load: Load, secret: str, role: str
) -> None:
    # Given
    before, password = unmoved(cluster, leader), cluster.passwords[role]

    # When
    print(cluster.update("rotate", secret))

    # Then
    load.await_more(AGAIN_SECONDS)
    for host in cluster.hosts:
        assert [comes_in(cluster, host, role, each) for each in (password, cluster.passwords[role])] == [False, True]
    assert unmoved(cluster, leader) == before
    assert cluster.leader() == leader
    assert load.errors() == []
    judge(cluster, load, _BUSY_SECONDS)


def test_given_load_when_all_certificates_are_renewed_then_no_session_is_cut(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # When
    print(cluster.update("renew"))

    # Then
    load.await_more(AGAIN_SECONDS)
    assert cluster.leader() == leader
    assert load.errors() == []
    judge(cluster, load, _BUSY_SECONDS)


def test_given_load_when_a_host_is_added_then_it_may_connect_and_no_session_is_cut(
    chosen: Cluster, leader: Host, load: Load
) -> None:
    # Given this machine as a host of the stack
    address = f"{leader.site.subnet}.1"
    straight = f"host={leader.address} port={chosen.database.postgres_port} user=hft_writer dbname=hft sslmode=require"

    def comes_in() -> bool:
        try:
            psycopg.connect(straight, password=chosen.passwords["hft_writer"]).close()
        except psycopg.OperationalError as error:
            if "no pg_hba.conf entry" not in str(error):
                raise
            return False
        return True

    assert not comes_in()

    # When
    chosen.choose_host("here", address)
    print(chosen.update())

    # Then
    await_true(comes_in, SOME_LOOPS_SECONDS, "the new host comes in")
    assert chosen.leader() == leader
    assert load.errors() == []
    judge(chosen, load, _BUSY_SECONDS)


def test_given_load_when_a_parameter_is_raised_and_lowered_then_clients_see_a_pause_and_no_error(
    chosen: Cluster, leader: Host, load: Load, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    # Given
    assert shown(chosen, "max_connections") == ["100"] * 3

    # When
    chosen.choose(max_connections=110)
    print(chosen.update())

    # Then
    assert shown(chosen, "max_connections") == ["110"] * 3
    load.await_more(AGAIN_SECONDS)
    assert load.errors() == []
    judge(chosen, load, _PAUSE_SECONDS)

    # When
    chosen.choose()
    with writing(chosen, f"{actor(request)}-lowered", chosen.beside(leader), tmp_path / "lowered") as lowered:
        print(chosen.update())
        lowered.await_more(AGAIN_SECONDS)

    # Then
    assert shown(chosen, "max_connections") == ["100"] * 3
    assert lowered.errors() == []
    judge(chosen, lowered, _PAUSE_SECONDS)


def test_given_load_when_a_parameter_needs_no_restart_then_none_happens(
    chosen: Cluster, leader: Host, load: Load
) -> None:
    # Given
    started = [chosen.ask(host, "SELECT pg_postmaster_start_time()") for host in chosen.hosts]

    # When
    chosen.choose(disk="hdd")
    print(chosen.update())

    # Then
    await_true(lambda: shown(chosen, "random_page_cost") == ["4"] * 3, SOME_LOOPS_SECONDS, "it is in force")
    assert [chosen.ask(host, "SELECT pg_postmaster_start_time()") for host in chosen.hosts] == started
    assert chosen.leader() == leader
    assert load.errors() == []
    judge(chosen, load, _BUSY_SECONDS)


def test_given_load_when_the_image_of_the_nodes_changes_then_clients_see_a_pause_and_no_error(
    cluster: Cluster, leader: Host, load: Load
) -> None:
    # Given
    image = cluster.choose_new_image("timescaledb")

    # When
    print(cluster.update())

    # Then
    for host in cluster.hosts:
        with cluster.node(host) as container:
            assert container.image is not None
            assert container.image.id == image
    load.await_more(AGAIN_SECONDS)
    assert cluster.leader() != leader
    assert load.errors() == []
    judge(cluster, load, _PAUSE_SECONDS)


def test_given_an_update_killed_in_the_middle_of_a_failover_then_the_next_one_ends_well(
    chosen: Cluster, leader: Host, load: Load
) -> None:
    # Given
    chosen.choose(objects={"reader": {"connection_limit": 17, "statement_timeout_seconds": 60}})
    update = chosen.updating()
    chosen.await_update()

    # When
    with chosen.node(leader) as container:
        container.kill()
    time.sleep(1)
    os.killpg(update.pid, signal.SIGKILL)
    update.communicate()

    # Then
    load.await_more(AGAIN_SECONDS)
    with chosen.node(leader) as container:
        container.start()
    print(chosen.update())
    chosen.await_whole()
    limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'hft_reader'"
    assert chosen.ask(chosen.leader(), limit) == "17"
    judge(chosen, load, AGAIN_SECONDS)
