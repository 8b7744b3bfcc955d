"""What tests of the command line stand on: Docker, and a stack name of their own."""

import fcntl
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker import DockerClient
from docker.errors import DockerException

from tests.leftovers import remove_stack

ENDPOINT = "unix:///var/run/docker.sock"
STACK = "opstest"
TURNS = Path(tempfile.gettempdir()) / f"hft-{STACK}.lock"
LABELS = {"hft.project": "hft", "hft.stack": STACK}
LOCK = Path(__file__).parents[2] / "images" / "lock.json"


@pytest.fixture(scope="session")
def docker_host() -> Iterator[DockerClient]:
    """The Docker of this machine."""
    try:
        client = docker.DockerClient(base_url=ENDPOINT, version="auto")
    except DockerException as error:
        pytest.skip(f"Docker does not answer: {error}")
    yield client
    client.close()


@pytest.fixture
def clean_host(docker_host: DockerClient) -> Iterator[DockerClient]:
    """Docker without anything of these tests, before and after; two runs of them on one machine take turns."""
    with TURNS.open("w") as turns:
        fcntl.flock(turns, fcntl.LOCK_EX)
        remove_stack(docker_host, STACK)
        yield docker_host
        remove_stack(docker_host, STACK)


@pytest.fixture(scope="session")
def image(docker_host: DockerClient) -> str:
    """Id of the base image, which has a shell."""
    if not LOCK.exists():
        pytest.skip(f"{LOCK} is missing: run `hft images build`")
    return str(json.loads(LOCK.read_text())["images"]["base"]["id"])
