"""`hft backup restore`: the cluster of a stack at a point in time, as a server of its own under a new name."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from docker import DockerClient
from docker.errors import NotFound
from docker.models.containers import Container

from components._common.labels import labels
from components._common.naming import docker_name, volume_name
from ops.backup.beside import client, created
from ops.backup.containers import DRILL, Site, call
from ops.errors import OpsError

ROLE = "restored"
"""Label hft.role of what a restore has made."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
_SCRATCH = "/var/lib/hft/scratch"
_PAUSE_SECONDS = 1


@dataclass(frozen=True)
class Restored:
    """A server that a restore has made."""

    container: str
    backup: str
    """Label of the backup that it began with."""
    port: int


def restore(site: Site, name: str, to: datetime | None, port: int) -> Restored:
    """Make a server with the state at `to`; the stack's cluster is not touched. Raises OpsError, leaving nothing."""
    if not _NAME.fullmatch(name):
        raise OpsError(f"--as {name!r}: at most 20 letters, digits and hyphens, a letter first, all lower case")
    prover = site.one(DRILL)
    container = docker_name(site.stack, name)
    if _exists(client(prover), container, volume := volume_name(site.stack, name, "data")):
        raise OpsError(f"{container} is there already: choose another name for --as")
    when = [to.isoformat()] if to else []
    planned = call(prover, "python3", "-m", "agent", "plan", *when)
    if planned.status:
        raise OpsError("that time cannot be restored; see above. Nothing was made")
    with _made(prover, site.stack, container, volume, ["become", _address(prover), str(port), *when]) as made:
        _await_server(made, port)
    return Restored(container, planned.output.strip(), port)


def forget(site: Site, name: str) -> None:
    """Remove what `restore` made under this name, data included. Raises OpsError where there is nothing of it."""
    for found in site.all(ROLE, running=False):
        if found.name == docker_name(site.stack, name):
            found.remove(force=True, v=True)
            client(found).volumes.get(volume_name(site.stack, name, "data")).remove()
            return
    raise OpsError(f"no restore of stack {site.stack!r} has the name {name!r}")


@contextmanager
def _made(prover: Container, stack: str, name: str, volume: str, command: list[str]) -> Iterator[Container]:
    """A started container like the one that drills, with a volume of its own; both are gone where the block fails."""
    marks = labels(stack=stack, component="backup", role=ROLE, tier="data")
    volumes = client(prover).volumes
    volumes.create(volume, labels=marks)
    made: Container | None = None
    try:
        made = created(prover, name, labels=marks, volumes={volume: _SCRATCH}, command=command)
        made.start()
        yield made
    except BaseException:
        if made:
            made.remove(force=True, v=True)
        volumes.get(volume).remove()
        raise


def _await_server(made: Container, port: int) -> None:
    ready = ["pg_isready", "-q", "-h", "/tmp", "-p", str(port)]
    while made.exec_run(ready).exit_code:
        time.sleep(_PAUSE_SECONDS)
        made.reload()
        if made.status != "running" or made.attrs["RestartCount"]:
            said = made.logs(tail=15).decode(errors="replace").strip()
            raise OpsError(f"the restore failed; nothing of it is left. Its last lines:\n{said}")


def _exists(docker: DockerClient, container: str, volume: str) -> bool:
    for find, name in ((docker.containers.get, container), (docker.volumes.get, volume)):
        try:
            find(name)
        except NotFound:
            continue
        return True
    return False


def _address(prover: Container) -> str:
    """Address of the host, as the health check of its container has it."""
    probe: str = prover.attrs["Config"]["Healthcheck"]["Test"][-1]
    return probe.removeprefix("http://").partition(":")[0]
