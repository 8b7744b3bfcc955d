"""The Docker engines of a stack's hosts: how to reach them, and what of ours is on them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import docker
import requests
from docker import DockerClient
from docker.errors import DockerException
from docker.models.containers import Container
from docker.models.networks import Network

from components._common.labels import PROJECT
from ops.errors import OpsError

_TIMEOUT_SECONDS = 20
_UNIX = "unix://"


@contextmanager
def connected(endpoint: str) -> Iterator[DockerClient]:
    """A client of the Docker engine at unix://, tcp:// or ssh://.

    Raises:
        OpsError: it does not answer.
    """
    try:
        _knock(endpoint)
        # The system's own ssh knows the user's keys, agents and jump hosts.
        client = docker.DockerClient(
            base_url=endpoint, version="auto", timeout=_TIMEOUT_SECONDS, use_ssh_client=endpoint.startswith("ssh://")
        )
    except (DockerException, requests.RequestException, OSError) as error:
        raise OpsError(unreachable(endpoint, error)) from error
    try:
        yield client
    except (requests.ConnectionError, requests.Timeout) as error:
        raise OpsError(unreachable(endpoint, error)) from error
    finally:
        client.close()


def _knock(endpoint: str) -> None:
    # The client leaves its socket open where nobody answers on a path.
    if endpoint.startswith(_UNIX):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(endpoint.removeprefix(_UNIX))


def unreachable(endpoint: str, error: Exception) -> str:
    """What to tell the user about an engine that does not answer."""
    return f"Docker at {endpoint} does not answer ({_reason(error)}): start dockerd there, or mend the setting"


def _reason(error: BaseException) -> str:
    """The system's own words, from below the layers of HTTP libraries."""
    layer: BaseException | None = error
    while layer is not None:
        if isinstance(layer, OSError) and layer.strerror:
            return layer.strerror
        layer = layer.__cause__ or layer.__context__
    return "timed out" if "timed out" in str(error) else str(error)


def labels(stack: str) -> list[str]:
    """The label filters of everything that a stack of ours owns on a host."""
    return [f"hft.project={PROJECT}", f"hft.stack={stack}"]


def containers(client: DockerClient, stack: str) -> list[Container]:
    """The stack's containers on this host, running or not."""
    # ignore_removed: one may go away between the list and its inspection.
    return client.containers.list(all=True, filters={"label": labels(stack)}, ignore_removed=True)


def networks(client: DockerClient, stack: str) -> list[Network]:
    """The stack's networks on this host."""
    return client.networks.list(filters={"label": labels(stack)})
