from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from docker import DockerClient
from docker.errors import DockerException

ROOT = Path(__file__).parents[2]


def config(stack: str) -> dict[str, Any]:
    """What a committed stack file says, without the namespace."""
    found = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {key.removeprefix("hft:"): value for key, value in found.items() if key.startswith("hft:")}


Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def changed() -> Callable[[Change], dict[str, Any]]:
    """The dev settings with one change made to them."""

    def make(change: Change) -> dict[str, Any]:
        settings = deepcopy(config("dev"))
        change(settings)
        return settings

    return make


@pytest.fixture(scope="module")
def host() -> Iterator[DockerClient]:
    """The Docker of this machine."""
    try:
        client = DockerClient(base_url="unix:///var/run/docker.sock", version="auto")
    except DockerException as error:
        pytest.skip(f"Docker does not answer: {error}")
    yield client
    client.close()
