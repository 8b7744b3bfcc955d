"""The database that is measured: one node, etcd, router and pooler on this machine, by the engine, as a stack has them.

One node: what standbys cost a commit is the drills' to tell, and three on one machine would share its CPUs.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.models.containers import Container

from components._common.labels import PROJECT
from components.database import DatabaseSettings
from components.pooling import PoolingSettings
from ops import docker_hosts
from ops.bench.db.pgbench import Target
from ops.bench.db.sizes import Sizes
from ops.errors import OpsError
from ops.sandbox import CHECKOUT, Sandbox

STACK = "benchdb"
NODE = f"hft-{STACK}-tsdb-0"
LABELS = {"hft.project": PROJECT, "hft.stack": STACK}
"""Of what runs beside the stack's own containers."""
NO_CHECK = {"test": ["NONE"]}
"""The image's own is for Patroni, and costs CPU."""
_HOST = "here"
_ROLE = {"connection_limit": 50, "statement_timeout_seconds": 60}
# What the drills break is what is measured: one program, so that they tell of the same thing.
_PROGRAM = CHECKOUT / "tests" / "drills" / "program.py"


def settings(sizes: Sizes, cpus: int) -> dict[str, Any]:
    """The settings by area; ports of their own, all else as a stack has it."""
    return {
        "hosts": [
            {
                "name": _HOST,
                "docker_endpoint": "unix:///var/run/docker.sock",
                "address": "127.0.0.1",
                "failure_domain": _HOST,
                "cpus": f"0-{cpus - 1}",
            }
        ],
        "database": {
            "hosts": [_HOST],
            "synchronous_standbys": 0,
            "memory_mib": sizes.memory_mib,
            "cpus": cpus,
            # Two loads at once, beside the pooler's own connections.
            "max_connections": 150,
            "objects": {"writer": _ROLE, "ticks": _ROLE},
            "etcd": {"hosts": [_HOST], "client_port": 31179, "peer_port": 31279, "metrics_port": 31379},
            "postgres_port": 31132,
            "patroni_port": 31108,
            "exporter_port": 31187,
            "guard_port": 31197,
        },
        "pooling": {
            "router": {"hosts": [_HOST], "writer_port": 31100, "reader_port": 31101, "stats_port": 31104},
            "pooler": {"hosts": [_HOST], "listen_port": 31164, "exporter_port": 31127},
        },
    }


@dataclass(frozen=True)
class Deployed:
    """The database, up."""

    client: DockerClient
    image: str
    """Image id of the node."""
    passwords: Mapping[str, str]
    """Of hft_writer and hft_ticks."""
    database: DatabaseSettings
    pooling: PoolingSettings

    @property
    def straight(self) -> Target:
        """The node itself."""
        return Target(self.database.postgres_port, "hft_writer")

    @property
    def through(self) -> Target:
        """The way that a stack's programs have: pooler, router, node."""
        return Target(self.pooling.pooler.listen_port, "hft_writer")

    @property
    def node(self) -> Container:
        """The container with PostgreSQL and Patroni."""
        return self.client.containers.get(NODE)

    def superuser(self, *statements: str) -> str:
        """What statements print that the superuser runs in the node, where it has a socket."""
        arguments = [word for statement in statements for word in ("--command", statement)]
        argv = ["psql", "-XAtq", "--set=ON_ERROR_STOP=1", f"--port={self.database.postgres_port}", *arguments, "hft"]
        return said(self.node, argv)


def said(container: Container, argv: list[str], environment: dict[str, str] | None = None) -> str:
    """What a program in a container prints. Raises OpsError where it fails."""
    status, output = container.exec_run(argv, environment=environment, demux=True)
    # The types know no demux, which makes it a pair.
    printed, told = (each.decode() if isinstance(each, bytes) else "" for each in output)
    if status:
        raise OpsError(f"{argv[0]} in {container.name}: {told.strip() or printed.strip()}")
    return printed


@contextmanager
def deployed(client: DockerClient, sizes: Sizes) -> Iterator[Deployed]:
    """Bring the database up; takes it away again with all its data. Raises OpsError where the engine fails."""
    values = settings(sizes, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory(prefix="hft-bench-") as folder:
        box = Sandbox.made(Path(folder) / "checkout", STACK, values)
        _remove(client)
        try:
            box.deploy(_PROGRAM)
            told = box.outputs()
            yield Deployed(
                client,
                client.containers.get(NODE).attrs["Image"],
                {"hft_writer": told["writer_password"], "hft_ticks": told["ticks_password"]},
                DatabaseSettings.model_validate(values["database"]),
                PoolingSettings.model_validate(values["pooling"]),
            )
        finally:
            _remove(client)


def _remove(client: DockerClient) -> None:
    """Take away what carries the stack's labels: nobody needs its state, and a killed run leaves none."""
    for container in docker_hosts.containers(client, STACK):
        container.remove(force=True, v=True)
    for volume in client.volumes.list(filters={"label": docker_hosts.labels(STACK)}):
        volume.remove()
