"""The drilled stack as a person at work sees it: who leads, whether all is well, and how to get at a container."""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from docker.models.containers import Container

from components.database import DatabaseSettings
from components.pooling import PoolingSettings
from ops.docker_hosts import connected
from ops.images import lock
from ops.images.transfer import copy_images
from ops.sandbox import CHECKOUT, Sandbox
from tests.drills import settings
from tests.drills.rig import Host, await_true

STACK = "drills"
_IMAGES = ("etcd", "exporters", "haproxy", "migrate", "pgbouncer", "timescaledb", "witness")
# A node that was away is rewound or copied anew, and Patroni looks every loop; a busy machine does not decide.
_WHOLE_SECONDS = 120
_ANSWER_SECONDS = 2
_WHOLE = [("leader", "running"), ("quorum_standby", "streaming"), ("quorum_standby", "streaming")]


@dataclass(frozen=True)
class Member:
    """One node of the database, as Patroni has it."""

    host: Host
    name: str
    role: str
    state: str
    timeline: int | None


@dataclass(frozen=True)
class Cluster:
    """The database on the rig."""

    hosts: tuple[Host, ...]
    sandbox: Sandbox
    """Where `hft` finds the stack."""
    writer_password: str
    """Of hft_writer."""
    database: DatabaseSettings
    pooling: PoolingSettings

    def views(self) -> list[tuple[Member, ...]]:
        """All nodes, as each Patroni that answers has them; one that was away has an old view for a while."""
        with ThreadPoolExecutor() as pool:
            return [view for view in pool.map(self._view, self.hosts) if view]

    def members(self) -> tuple[Member, ...]:
        """All nodes of a cluster that is whole."""
        return self.views()[0]

    def leader(self) -> Host:
        """Host of the primary, as most of the hosts that answer have it. Raises IndexError where there is none."""
        led = Counter(member.host for view in self.views() for member in view if member.role == "leader")
        return led.most_common(1)[0][0]

    def member(self, host: Host) -> Member:
        """The node of a host in a cluster that is whole."""
        return next(member for member in self.members() if member.host == host)

    def beside(self, host: Host) -> Host:
        """Another host."""
        return next(each for each in self.hosts if each != host)

    def whole(self) -> bool:
        """Whether all hosts see the same primary, and two standbys that follow it and may each confirm a commit."""
        views = self.views()
        return len(views) == len(self.hosts) and len(set(views)) == 1 and _is_whole(views[0])

    def await_whole(self) -> None:
        """Wait until nothing is left of an earlier fault."""
        await_true(self.whole, _WHOLE_SECONDS, "all hosts see a primary and two standbys that follow it")

    @contextmanager
    def node(self, host: Host) -> Iterator[Container]:
        """The container with PostgreSQL and Patroni on a host."""
        with connected(host.endpoint) as client:
            yield client.containers.get(f"hft-{STACK}-tsdb-{self.hosts.index(host)}")

    @contextmanager
    def frozen(self, host: Host) -> Iterator[None]:
        """No process in the node of a host runs until the block ends."""
        with self.node(host) as container:
            container.pause()
            try:
                yield
            finally:
                container.unpause()

    def fenced(self) -> list[Host]:
        """Hosts that answer and say that they fence another one."""
        return [host for host in self.hosts if self._fences(host)]

    def execute(self, host: Host, *argv: str) -> str:
        """What a program says in the node of a host; it must succeed."""
        with self.node(host) as container:
            status, output = container.exec_run(list(argv))
        assert isinstance(output, bytes)
        assert status == 0, output.decode()
        return output.decode()

    def hft(self, *arguments: str) -> str:
        """What a command of ours prints; it must succeed."""
        argv = [sys.executable, "-m", "ops", *arguments]
        environment = os.environ | self.sandbox.environment()
        ran = subprocess.run(argv, cwd=self.sandbox.root, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def lead_etcd(self, host: Host) -> None:
        """Make the member of a host etcd's leader."""
        wanted = self._etcd(host, "status")["header"]["member_id"]
        leading = self._etcd(host, "status")["leader"]
        for each in self.hosts:
            if leading != wanted and self._etcd(each, "status")["header"]["member_id"] == leading:
                self._etcd(each, "transfer-leadership", targetID=wanted)
        assert self._etcd(host, "status")["leader"] == wanted

    def rows(self, host: Host, actor: str) -> list[int]:
        """Numbers of an actor's rows as the node of a host has them, asked beside pooler and router."""
        query = f"SELECT subject FROM trading.audit_log WHERE actor = '{actor}' ORDER BY subject::int"
        port = str(self.database.postgres_port)
        return [int(line) for line in self.execute(host, "psql", "-XAtqp", port, "-c", query, "hft").splitlines()]

    def _etcd(self, host: Host, command: str, **arguments: str) -> dict[str, Any]:
        """What a member of etcd answers to a command of maintenance, by its gateway for JSON."""
        url = f"http://{host.address}:{self.database.etcd.client_port}/v3/maintenance/{command}"
        found: dict[str, Any] = httpx.post(url, json=arguments, timeout=_ANSWER_SECONDS).raise_for_status().json()
        return found

    def _fences(self, host: Host) -> bool:
        url = f"http://{host.address}:{self.database.witness_port}/metrics"
        try:
            return "\nhft_witness_fenced 1.0\n" in httpx.get(url, timeout=_ANSWER_SECONDS).raise_for_status().text
        except httpx.HTTPError:
            return False

    def _view(self, host: Host) -> tuple[Member, ...]:
        url = f"http://{host.address}:{self.database.patroni_port}/cluster"
        try:
            answer = httpx.get(url, timeout=_ANSWER_SECONDS).raise_for_status()
        except httpx.HTTPError:
            return ()
        return tuple(sorted((self._member(found) for found in answer.json()["members"]), key=lambda each: each.name))

    def _member(self, found: dict[str, Any]) -> Member:
        host = self.hosts[int(found["name"].rpartition("-")[2])]
        return Member(host, found["name"], found["role"], found["state"], found.get("timeline"))


def _is_whole(view: tuple[Member, ...]) -> bool:
    roles = sorted((member.role, member.state) for member in view)
    return roles == _WHOLE and len({member.timeline for member in view}) == 1


def deploy(hosts: tuple[Host, ...], root: Path) -> Cluster:
    """Bring images and the stack to the hosts of a rig, by the engine; `root` takes the checkout."""
    values = {"hosts": settings.hosts(hosts), "database": settings.database(), "pooling": settings.pooling()}
    with ThreadPoolExecutor() as pool:
        list(pool.map(_copy_images, hosts))
    sandbox = Sandbox.made(root, STACK, values)
    exported = sandbox.deployed(Path(__file__).with_name("program.py"))
    return Cluster(
        hosts,
        sandbox,
        exported["writer_password"],
        DatabaseSettings.model_validate(values["database"]),
        PoolingSettings.model_validate(values["pooling"]),
    )


def _copy_images(host: Host) -> None:
    """The images that the stack needs: half of the bytes of all that the lock has."""
    entries = lock.read(CHECKOUT / "images" / "lock.json")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "images").mkdir()
        lock.write(Path(folder) / "images" / "lock.json", {name: entries[name] for name in _IMAGES})
        copy_images(host.endpoint, lambda step: None, Path(folder))
