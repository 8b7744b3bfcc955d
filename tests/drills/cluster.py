"""The drilled stack as a person at work sees it: who leads, whether all is well, and how to get at a container."""

import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from docker.models.containers import Container

from components._common.archiving import CLUSTER_PATH
from components._common.tls import CURL_AS_PART
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
# An engine that starts, with its plugins, on a busy machine.
_UPDATE_SECONDS = 60
_PROGRAM = Path(__file__).with_name("program.py")


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
    passwords: dict[str, str]
    """Role → password as of the latest update: of those who write, of the deployment and of the nodes."""
    database: DatabaseSettings
    pooling: PoolingSettings
    http: httpx.Client
    """Takes the stack's certificates for good."""

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

    def led_by_another(self, host: Host) -> bool:
        """Whether there is a primary, and the hosts that answer see it on another host than this."""
        led = {member.host for view in self.views() for member in view if member.role == "leader"}
        return bool(led) and host not in led

    def lead(self, host: Host) -> None:
        """Make the node of a host the primary, by Patroni's own switchover, and wait until all see it."""
        # A standby that was away a moment ago is left out by Patroni's next loop, though all see it as whole.
        await_true(lambda: self.leader() == host or self._asked(host), _WHOLE_SECONDS, f"{host.name} may lead")
        await_true(lambda: self.whole() and self.leader() == host, _WHOLE_SECONDS, f"{host.name} leads")

    def switch_over(self, leader: Host, candidate: Host) -> None:
        """Ask Patroni for a switchover, from inside, as it lets only the stack's hosts change the cluster."""
        self.execute(leader, *self._switchover(leader, candidate))

    def _asked(self, candidate: Host) -> bool:
        """Whether Patroni switches over when it is asked now."""
        leader = self.leader()
        with self.node(leader) as container:
            status, _ = container.exec_run(self._switchover(leader, candidate))
        return bool(status == 0)

    def _switchover(self, leader: Host, candidate: Host) -> list[str]:
        body = json.dumps({"leader": self.member(leader).name, "candidate": self.member(candidate).name})
        url = f"https://{leader.address}:{self.database.patroni_port}/switchover"
        return ["curl", "-fsS", *CURL_AS_PART, "-H", "Content-Type: application/json", "-d", body, url]

    def connection(self, at: Host, role: str) -> str:
        """How a role connects to the pooler of a host; the password is apart."""
        return f"host={at.address} port={self.pooling.pooler.listen_port} user={role} dbname=hft"

    def direct(self, at: Host, role: str) -> str:
        """How a role connects to the primary past the poolers, by the router of a host; the password is apart."""
        return f"host={at.address} port={self.pooling.router.writer_port} user={role} dbname=hft"

    def member(self, host: Host) -> Member:
        """The node of a host in a cluster that is whole."""
        return next(member for member in self.members() if member.host == host)

    def beside(self, host: Host) -> Host:
        """Another host."""
        return self.others(host)[0]

    def others(self, *hosts: Host) -> list[Host]:
        """All hosts but these."""
        return [each for each in self.hosts if each not in hosts]

    def whole(self) -> bool:
        """Whether all hosts see the same primary, and two standbys that follow it; where commits wait for one, each may
        confirm them."""
        views = self.views()
        agreed = len(views) == len(self.hosts) and len(set(views)) == 1 and self._is_whole(views[0])
        return agreed and all(map(self.takes_part, self.hosts))

    def _is_whole(self, view: tuple[Member, ...]) -> bool:
        standby = ("quorum_standby" if self.database.synchronous_standbys else "replica", "streaming")
        roles = sorted((member.role, member.state) for member in view)
        return roles == [("leader", "running"), standby, standby] and len({member.timeline for member in view}) == 1

    def takes_part(self, host: Host) -> bool:
        """Whether the member of etcd on a host is one of those that decide."""
        try:
            return self.http.get(f"http://{host.address}:{self.database.etcd.metrics_port}/health").is_success
        except httpx.HTTPError:
            return False

    def await_whole(self) -> None:
        """Wait until nothing is left of an earlier fault."""
        await_true(self.whole, _WHOLE_SECONDS, "all hosts see a primary and two standbys that follow it")

    @contextmanager
    def node(self, host: Host, part: str = "tsdb") -> Iterator[Container]:
        """The container of a part on a host: by default the one with PostgreSQL and Patroni."""
        # Each host has a witness, so that a witness needs no number.
        number = "" if part == "witness" else f"-{self.hosts.index(host)}"
        with connected(host.endpoint) as client:
            yield client.containers.get(f"hft-{STACK}-{part}{number}")

    @contextmanager
    def frozen(self, *hosts: Host, part: str = "tsdb") -> Iterator[None]:
        """No process in the nodes of some hosts runs until the block ends."""
        with ExitStack() as thawed:
            for host in hosts:
                container = thawed.enter_context(self.node(host, part))
                container.pause()
                thawed.callback(container.unpause)
            yield

    def kill_postgres(self, host: Host) -> None:
        """End the server of a host as the kernel would, without a word to it."""
        self.execute(host, "sh", "-c", f"kill -KILL $(head -n 1 {CLUSTER_PATH}/postmaster.pid)")

    def node_id(self, host: Host) -> str:
        """Id of the container of a host's node: a new one where it was replaced."""
        with self.node(host) as container:
            return str(container.id)

    @contextmanager
    def patroni_stopped(self, host: Host) -> Iterator[None]:
        """Patroni of a host does nothing until the block ends, and PostgreSQL goes on (SIGSTOP, SIGCONT)."""
        with self.node(host) as container:
            # Whole command lines, where Docker's own choice cuts them off.
            found = container.top(ps_args="-ww -eo pid,args")
        processes = [int(pid) for pid, command in found["Processes"] if "/bin/patroni" in command]
        assert processes, found
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

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

    def ask(self, host: Host, *questions: str) -> str:
        """What the node of a host answers the superuser, asked beside pooler and router."""
        commands = [word for question in questions for word in ("-c", question)]
        port = str(self.database.postgres_port)
        return self.execute(host, "psql", "-XAtqp", port, *commands, "hft").strip()

    def hft(self, *arguments: str) -> str:
        """What a command of ours prints; it must succeed."""
        return _ended(self.begin(*arguments))

    def refused(self, *arguments: str) -> str:
        """What a command of ours prints; it must fail."""
        return _ended(self.begin(*arguments), status=1)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """A command of ours, at work."""
        return self._begun(self.sandbox.root, "ops", *arguments)

    def update(self, *command: str) -> str:
        """Bring the stack up as its settings are now, or as `command` says (update.py); what that prints."""
        told = _ended(self.updating(*command))
        self.passwords.update(_passwords(self.sandbox.outputs()))
        return told

    def updating(self, *command: str) -> subprocess.Popen[str]:
        """The same, at work; it leads a group of processes, with the engine among them."""
        return self._begun(CHECKOUT, "tests.drills.update", str(self.sandbox.root), STACK, *(command or ("up",)))

    def having(self, values: dict[str, Any]) -> "Cluster":
        """The same hosts, updated to other settings."""
        self.sandbox.write(values)
        self.update()
        return replace(
            self,
            database=DatabaseSettings.model_validate(values["database"]),
            pooling=PoolingSettings.model_validate(values["pooling"]),
        )

    def choose(self, **database: Any) -> None:
        """Have the database's first settings with these changes, for the next update."""
        first = settings.values(self.hosts)
        self.sandbox.write({**first, "database": {**first["database"], **database}})

    def choose_host(self, name: str, address: str) -> None:
        """Have one more host, for the next update; nothing of the stack runs there."""
        first = settings.values(self.hosts)
        more = {**first["hosts"][0], "name": name, "address": address, "failure_domain": name}
        self.sandbox.write({**first, "hosts": [*first["hosts"], more]})

    def choose_new_image(self, name: str) -> str:
        """Have an image that differs in its id alone, on every host, for the next update; the id."""
        lock_file = self.sandbox.root / "images" / "lock.json"
        entries = lock.read(lock_file)
        with connected(self.hosts[0].endpoint) as client:
            container = client.containers.create(entries[name].id)
            new = container.commit(changes=["LABEL hft.drill=changed"])
            container.remove()
            packed = b"".join(new.save())
        for host in self.hosts[1:]:
            with connected(host.endpoint) as client:
                client.images.load(packed)
        lock_file.parent.unlink()
        lock_file.parent.mkdir()
        lock.write(lock_file, {**entries, name: replace(entries[name], id=str(new.id))})
        return str(new.id)

    def await_update(self) -> None:
        """Wait until an update that has begun holds the lock of the stack."""
        locks = self.sandbox.root / "state" / ".pulumi" / "locks"
        await_true(lambda: any(locks.rglob("*.json")), _UPDATE_SECONDS, "the stack is locked")

    def _begun(self, folder: Path, module: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            # Each line comes when it is said.
            env=os.environ | self.sandbox.environment() | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def keep_logs(self, drill: str) -> Path:
        """Write what all containers have said to a folder of a drill."""
        kept = CHECKOUT / "build" / "drills" / drill
        for host in self.hosts:
            (kept / host.name).mkdir(parents=True, exist_ok=True)
            with connected(host.endpoint) as client:
                for container in client.containers.list(all=True):
                    (kept / host.name / f"{container.name}.log").write_bytes(container.logs(timestamps=True))
        return kept

    def lead_etcd(self, host: Host) -> None:
        """Make the member of a host etcd's leader."""
        wanted = self._etcd(host, "status")["header"]["member_id"]
        leading = self._etcd(host, "status")["leader"]
        for each in self.hosts:
            if leading != wanted and self._etcd(each, "status")["header"]["member_id"] == leading:
                self._etcd(each, "transfer-leadership", targetID=wanted)
        await_true(lambda: self._etcd(host, "status")["leader"] == wanted, _ANSWER_SECONDS, f"{host.name} leads etcd")

    def rows(self, host: Host, actor: str) -> list[int]:
        """Numbers of an actor's rows as the node of a host has them, asked beside pooler and router."""
        query = f"SELECT subject FROM trading.audit_log WHERE actor = '{actor}' ORDER BY subject::int"
        return [int(line) for line in self.ask(host, query).splitlines()]

    def _etcd(self, host: Host, command: str, **arguments: str) -> dict[str, Any]:
        """What a member of etcd answers the node beside it to a command of maintenance, by its gateway for JSON."""
        url = f"https://{host.address}:{self.database.etcd.client_port}/v3/maintenance/{command}"
        found: dict[str, Any] = json.loads(
            self.execute(host, "curl", "-fsS", *CURL_AS_PART, "-d", json.dumps(arguments), url)
        )
        return found

    def _fences(self, host: Host) -> bool:
        url = f"http://{host.address}:{self.database.witness_port}/metrics"
        try:
            return "\nhft_witness_fenced 1.0\n" in self.http.get(url).raise_for_status().text
        except httpx.HTTPError:
            return False

    def _view(self, host: Host) -> tuple[Member, ...]:
        url = f"https://{host.address}:{self.database.patroni_port}/cluster"
        try:
            answer = self.http.get(url).raise_for_status()
        except httpx.HTTPError:
            return ()
        return tuple(sorted((self._member(found) for found in answer.json()["members"]), key=lambda each: each.name))

    def _member(self, found: dict[str, Any]) -> Member:
        host = self.hosts[int(found["name"].rpartition("-")[2])]
        return Member(host, found["name"], found["role"], found["state"], found.get("timeline"))


@contextmanager
def deployed(
    hosts: tuple[Host, ...], root: Path, areas: Mapping[str, Any] | None = None, program: Path = _PROGRAM
) -> Iterator[Cluster]:
    """Bring images and the stack to the hosts of a rig, by the engine; `root` takes the checkout.

    `areas` of settings come instead of a drill's, or beside them: with `backup` it makes some.
    """
    values = {**settings.values(hosts), **(areas or {})}
    names = (*_IMAGES, "backup") if "backup" in values else _IMAGES
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda host: _copy_images(host, names), hosts))
    sandbox = Sandbox.made(root, STACK, values)
    sandbox.deploy(program)
    exported = sandbox.outputs()
    certificates = ssl.create_default_context(cadata=exported["authority"])
    with httpx.Client(timeout=_ANSWER_SECONDS, verify=certificates) as http:
        yield Cluster(
            hosts,
            sandbox,
            _passwords(exported),
            DatabaseSettings.model_validate(values["database"]),
            PoolingSettings.model_validate(values["pooling"]),
            http,
        )


def _passwords(exported: Mapping[str, Any]) -> dict[str, str]:
    return {
        "hft_writer": exported["writer_password"],
        "hft_ticks": exported["ticks_password"],
        "hft_admin": exported["admin_password"],
        "replicator": exported["replication_password"],
        "rewind_user": exported["rewind_password"],
    }


def _ended(process: subprocess.Popen[str], status: int = 0) -> str:
    told, _ = process.communicate()
    assert process.returncode == status, told
    return told


def _copy_images(host: Host, names: Sequence[str]) -> None:
    """The images that the stack needs: half of the bytes of all that the lock has."""
    entries = lock.read(CHECKOUT / "images" / "lock.json")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "images").mkdir()
        lock.write(Path(folder) / "images" / "lock.json", {name: entries[name] for name in names})
        copy_images(host.endpoint, lambda step: None, Path(folder))
