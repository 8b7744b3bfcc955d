"""The containers of a stack, and having them rest for a while."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from docker import DockerClient
from docker.models.containers import Container

from ops import docker_hosts


def of_stack(client: DockerClient, stack: str) -> list[Container]:
    """Those that run: one that has done its work is not to be started again."""
    return client.containers.list(filters={"label": docker_hosts.labels(stack)})


@contextmanager
def stopped(containers: Sequence[Container]) -> Iterator[None]:
    """Have containers stopped, and started again in the opposite order."""
    with ExitStack() as undo:
        for each in containers:
            undo.callback(each.start)
            each.stop()
        yield


@contextmanager
def frozen(containers: Sequence[Container]) -> Iterator[None]:
    """Have containers take no CPU, and go on where they were: no start, nothing that is read anew."""
    with ExitStack() as undo:
        for each in containers:
            each.pause()
            undo.callback(each.unpause)
        yield
