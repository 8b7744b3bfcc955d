"""Others' timers under the same faults, on the same rig and with the same writer. Figures, which judge nobody."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.bench.db.peers import FOUND
from ops.sandbox import CHECKOUT
from tests.drills.checker import verdict
from tests.drills.cluster import STACK, Cluster, deployed
from tests.drills.conftest import require_rig
from tests.drills.judging import AGAIN_SECONDS
from tests.drills.load import writing
from tests.drills.peers import OURS, PEERS, Peer, note
from tests.drills.rig import Host, rig

pytestmark = [pytest.mark.drills, pytest.mark.peers, pytest.mark.timeout(1800)]

# A fault comes at some moment of a loop of 10 s, so one says little.
_ROUNDS = 3
_PROGRAM = Path(__file__).with_name("peer_program.py")


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The database on three hosts."""
    require_rig()
    (CHECKOUT / FOUND).unlink(missing_ok=True)
    root = tmp_path_factory.mktemp("peers") / "checkout"
    with rig() as hosts, deployed(hosts, root, PEERS[0].settings(hosts), _PROGRAM) as cluster:
        yield cluster


@pytest.fixture(scope="module", params=PEERS, ids=lambda peer: peer.name)
def peer(request: pytest.FixtureRequest) -> Peer:
    """One after the other."""
    assert isinstance(request.param, Peer)
    return request.param


@pytest.fixture(scope="module")
def cluster(drilled: Cluster, peer: Peer) -> Cluster:
    """The same database with a peer's settings."""
    return drilled.having(peer.settings(drilled.hosts))


def unplug(cluster: Cluster, leader: Host) -> None:
    cluster.lead_etcd(cluster.beside(leader))
    leader.unplug()


def move(cluster: Cluster, leader: Host, peer: Peer) -> None:
    """As each would: Patroni alone, or with clients held back."""
    standby = cluster.beside(leader)
    if peer == OURS:
        cluster.hft("db", "switchover", STACK, "--to", cluster.member(standby).name, "--yes")
    else:
        cluster.switch_over(leader, standby)


def measured(cluster: Cluster, peer: Peer, fault: str, strike: Callable[[Host], None], file: Path) -> None:
    """Strike under load, wait until rows are acknowledged again, and note what it cost."""
    cluster.await_whole()
    leader = cluster.leader()
    with writing(cluster, file.name, cluster.others(leader)[-1], file) as load:
        try:
            strike(leader)
            load.await_more(AGAIN_SECONDS)
        finally:
            leader.plug()
    cluster.await_whole()
    rows = cluster.rows(cluster.leader(), load.actor)
    note(peer, fault, verdict(load.acks(), rows), len(load.errors()))


@pytest.mark.parametrize("number", range(_ROUNDS))
def test_what_a_killed_postgres_costs(cluster: Cluster, peer: Peer, number: int, tmp_path: Path) -> None:
    file = tmp_path / f"{peer.name}-killed-{number}"
    measured(cluster, peer, "killed", cluster.kill_postgres, file)


@pytest.mark.parametrize("number", range(_ROUNDS))
def test_what_an_unplugged_host_costs(cluster: Cluster, peer: Peer, number: int, tmp_path: Path) -> None:
    file = tmp_path / f"{peer.name}-unplugged-{number}"
    measured(cluster, peer, "unplugged", lambda leader: unplug(cluster, leader), file)


@pytest.mark.parametrize("number", range(_ROUNDS))
def test_what_a_planned_switchover_costs(cluster: Cluster, peer: Peer, number: int, tmp_path: Path) -> None:
    file = tmp_path / f"{peer.name}-moved-{number}"
    measured(cluster, peer, "moved", lambda leader: move(cluster, leader, peer), file)
