"""The Docker engines of a stack's hosts: how to reach them, and what of ours is on them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from docker import DockerClient
from docker.constants import DEFAULT_DOCKER_API_VERSION
from docker.errors import DockerException
from docker.models.containers import Container
from docker.models.networks import Network

from components._common.labels import PROJECT
from ops.errors import OpsError

_TIMEOUT_SECONDS = 20
_UNIX = "unix://"
_SSH = "ssh://"


@contextmanager
def connected(endpoint: str, timeout_seconds: int = _TIMEOUT_SECONDS) -> Iterator[DockerClient]:
    """A client of the Docker engine at unix://, tcp:// or ssh://; `timeout_seconds` is for one answer.

    Raises:
        OpsError: it does not answer.
    """
    try:
        _knock(endpoint)
        client = _by_ssh(endpoint, timeout_seconds) if endpoint.startswith(_SSH) else _direct(endpoint, timeout_seconds)
    except (DockerException, requests.RequestException, OSError) as error:
        raise OpsError(unreachable(endpoint, error)) from error
    try:
        yield client
    except (requests.ConnectionError, requests.Timeout) as error:
        raise OpsError(unreachable(endpoint, error)) from error
    finally:
        client.close()


def _direct(endpoint: str, timeout_seconds: int) -> DockerClient:
    return DockerClient(base_url=endpoint, version="auto", timeout=timeout_seconds)


def _by_ssh(endpoint: str, timeout_seconds: int) -> DockerClient:
    """By the system's own ssh, which knows the user's keys, agents and jump hosts."""
    # Only where it is needed: it costs as much time as the rest of a status.
    from toolchain.plugins.docker.endpoint import Endpoint  # noqa: PLC0415
    from toolchain.plugins.docker.ssh import ssh_client  # noqa: PLC0415
    from toolchain.plugins.framework import ProviderError  # noqa: PLC0415

    # This one asks nobody, and is closed before it does.
    client = DockerClient(base_url=f"{_UNIX}/unused", version=DEFAULT_DOCKER_API_VERSION)
    client.close()
    try:
        client.api = ssh_client(Endpoint(host=endpoint), None, timeout_seconds)
    except ProviderError as error:
        raise OpsError(str(error)) from error
    return client


def _knock(endpoint: str) -> None:
    # The client leaves its socket open where nobody answers on a path.
    if endpoint.startswith(_UNIX):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(endpoint.removeprefix(_UNIX))


def unreachable(endpoint: str, error: Exception) -> str:
    """What to tell the user about an engine that does not answer."""
    return f"Docker at {endpoint} does not answer ({reason(error)}): start dockerd there, or mend the setting"


def reason(error: BaseException) -> str:
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
