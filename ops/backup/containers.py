"""The containers of a stack that make backups and prove them, and programs inside of them."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from docker import DockerClient
from docker.models.containers import Container

from ops import docker_hosts
from ops.errors import OpsError
from ops.workspace import Workspace

AGENT, DRILL = "backup", "backup-drill"
"""Roles, as the label hft.role has them."""


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    status: int
    output: str
    """What it said on stdout."""


class Site:
    """The hosts of a stack."""

    def __init__(self, stack: str, clients: Mapping[str, DockerClient]) -> None:
        """`clients` by host name."""
        self.stack = stack
        self.clients = clients

    def all(self, role: str, *, running: bool = True) -> list[Container]:
        """The containers of a role, in the order of the hosts; also those that do not run, where asked."""
        labels = [*docker_hosts.labels(self.stack), "hft.component=backup", f"hft.role={role}"]
        return [
            each
            for client in self.clients.values()
            for each in client.containers.list(all=not running, filters={"label": labels})
        ]

    def one(self, role: str) -> Container:
        """One of them. Raises OpsError where none runs."""
        found = self.all(role)
        if not found:
            raise OpsError(f"stack {self.stack!r} runs no container {role!r}: hft up {self.stack}")
        return found[0]


@contextmanager
def site(workspace: Workspace) -> Iterator[Site]:
    """The hosts of a stack that is up. Raises OpsError where it is not, or a host does not answer."""
    hosts = workspace.deployed().outputs.get("hosts", {})
    with ExitStack() as stack:
        yield Site(
            workspace.name,
            {name: stack.enter_context(docker_hosts.connected(endpoint)) for name, endpoint in hosts.items()},
        )


def call(container: Container, *argv: str) -> Ended:
    """Run a program to its end; its stderr is shown as it comes, its stdout kept."""
    api = container.client.api  # type: ignore[union-attr]
    started = api.exec_create(container.id, list(argv))["Id"]
    said: list[bytes] = []
    for out, err in api.exec_start(started, stream=True, demux=True):
        if out:
            said.append(out)
        if err:
            sys.stderr.write(err.decode(errors="replace"))
    return Ended(int(api.exec_inspect(started)["ExitCode"]), b"".join(said).decode(errors="replace"))
