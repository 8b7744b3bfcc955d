"""What tests of built images stand on."""

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException

from ops.images import Entry, read

LOCK = Path(__file__).parents[2] / "images" / "lock.json"


@pytest.fixture(scope="session")
def docker_client() -> Iterator[docker.DockerClient]:
    """The machine's Docker."""
    try:
        client = docker.from_env(timeout=120)
        client.ping()
    except DockerException as error:
        pytest.skip(f"Docker does not answer: {error}")
    yield client
    client.close()


@pytest.fixture(scope="session")
def locked() -> dict[str, Entry]:
    """The image lock of this machine."""
    entries = read(LOCK)
    if not entries:
        pytest.skip(f"{LOCK} is missing: run `hft images build`")
    return entries
