from collections.abc import Iterator

import pytest
from docker import DockerClient
from docker.errors import DockerException

import toolchain
from tests.drills.cluster import Cluster, deploy
from tests.drills.rig import lacking, rig
from tests.stacks.conftest import ROOT


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The database on three hosts, for all drills of a file: each waits first until it is whole again."""
    if reason := lacking():
        pytest.skip(f"no rig here: {reason}")
    try:
        DockerClient(base_url="unix:///var/run/docker.sock", version="auto").close()
        toolchain.environment()
    except (DockerException, toolchain.ToolchainError) as error:
        pytest.skip(f"nothing to deploy with: {error}")
    if not (ROOT / "images" / "lock.json").exists():
        pytest.skip("images/lock.json is missing: run `hft images build`")
    with rig() as hosts:
        yield deploy(hosts, tmp_path_factory.mktemp("drills") / "checkout")
