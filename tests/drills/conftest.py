from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from docker import DockerClient
from docker.errors import DockerException

import toolchain
from tests.drills.cluster import Cluster, deployed
from tests.drills.load import Load, writing
from tests.drills.rig import Host, lacking, rig
from tests.stacks.conftest import ROOT

_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The database on three hosts, for all drills: each waits first until it is whole again."""
    require_rig()
    with rig() as hosts, deployed(hosts, tmp_path_factory.mktemp("drills") / "checkout") as cluster:
        yield cluster


def require_rig() -> None:
    """Skip where no rig can be made, or nothing deployed on it."""
    if reason := lacking():
        pytest.skip(f"no rig here: {reason}")
    try:
        DockerClient(base_url="unix:///var/run/docker.sock", version="auto").close()
        toolchain.environment()
    except (DockerException, toolchain.ToolchainError) as error:
        pytest.skip(f"nothing to deploy with: {error}")
    if not (ROOT / "images" / "lock.json").exists():
        pytest.skip("images/lock.json is missing: run `hft images build`")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on a test how it went, for fixtures that end after it."""
    report = yield
    item.stash.setdefault(_FAILED, False)
    item.stash[_FAILED] |= report.failed
    return report


@pytest.fixture
def leader(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Host]:
    """Host of the primary of a cluster that is whole; its cable and its node are as before afterwards."""
    cluster.await_whole()
    host = cluster.leader()
    yield host
    host.plug()
    if request.node.stash[_FAILED]:
        print(f"logs of all containers: {cluster.keep_logs(actor(request))}")
    with cluster.node(host) as container:
        # Docker does not restart what was killed through it; one that runs it leaves alone.
        container.start()


@pytest.fixture
def standby(cluster: Cluster, leader: Host) -> Iterator[Host]:
    """Host of a standby; its cable is as before afterwards."""
    host = cluster.beside(leader)
    yield host
    host.plug()


@pytest.fixture
def load(cluster: Cluster, leader: Host, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Load]:
    """A writer on a host that the drill leaves alone."""
    with writing(cluster, actor(request), cluster.beside(leader), tmp_path / "acks") as load:
        yield load


@pytest.fixture
def load_beside_the_leader(
    cluster: Cluster, leader: Host, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Load]:
    """A writer on the host of the primary, for drills that leave that one alone."""
    with writing(cluster, actor(request), leader, tmp_path / "acks") as load:
        yield load


@pytest.fixture
def load_beside_the_third(
    cluster: Cluster, leader: Host, standby: Host, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Load]:
    """A writer on the one host that is neither the primary's nor `standby`."""
    (third,) = cluster.others(leader, standby)
    with writing(cluster, actor(request), third, tmp_path / "acks") as load:
        yield load


def actor(request: pytest.FixtureRequest) -> str:
    """Name of a drill, which its writers have too."""
    return str(request.node.name).removeprefix("test_")
