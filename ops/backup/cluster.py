"""The nodes of a stack's database as containers: who leads, and stopping and starting them, also all at once."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from docker import DockerClient
from docker.models.containers import Container

from components.database.render import BOOTSTRAP_FILE, PASSWORDS_DIR
from ops.db import patroni
from ops.db.ask import Patronis
from ops.db.layout import Layout
from ops.errors import OpsError
from ops.waiting import wait_until

# A node replays what it has written since its last checkpoint, and Patroni looks every loop.
_LEADS_SECONDS = 300
# It has just been promoted, and may say so before it takes writes.
_PASSWORDS_SECONDS = 60
# A standby copies the whole database.
_FOLLOW_SECONDS = 24 * 3600
_RUNNING = "running"
# What Patroni has noted of a cluster's past keeps a node that has gone back in time from leading: how far the WAL was,
# and who had all of it. Its own library is asked, by the node's own configuration.
_FORGET_PAST = """\
from patroni.config import Config
from patroni.dcs import get_dcs

store = get_dcs({**Config("/etc/hft/patroni", None).copy(), "patronictl": True})
store.get_cluster()
store.delete_sync_state()
store.write_leader_optime(0)
"""


@dataclass(frozen=True)
class Cluster:
    """The nodes of a stack; their hosts must all answer."""

    stack: str
    layout: Layout
    docker: Mapping[str, DockerClient]
    """Docker endpoint → client."""

    @property
    def names(self) -> tuple[str, ...]:
        """Patroni's names of the nodes."""
        return tuple(self.layout.nodes)

    def server(self, name: str) -> Container:
        """The container of a node."""
        place = self.layout.nodes[name][1]
        return self.docker[place.docker].containers.get(place.container)

    def docker_of(self, name: str) -> DockerClient:
        """The Docker of a node's host."""
        return self.docker[self.layout.nodes[name][1].docker]

    def view(self) -> patroni.View | None:
        """The cluster as one Patroni has it; None where none answers."""
        running = {name: node for name, node in self.layout.nodes.items() if self.server(name).status == _RUNNING}
        try:
            return Patronis(replace(self.layout, nodes=running), self.docker).cluster()
        except OpsError:
            return None

    def leader(self) -> str | None:
        """The node that leads and takes writes."""
        seen = self.view()
        members = seen.members if seen else ()
        return next((each.name for each in members if (each.role, each.state) == ("leader", _RUNNING)), None)

    def stop(self, names: Sequence[str]) -> None:
        """Stop nodes one after the other, each in good order."""
        for name in names:
            server = self.server(name)
            server.stop(timeout=server.attrs["Config"].get("StopTimeout") or 10)

    def start(self, names: Sequence[str]) -> None:
        """Start nodes; one that runs stays as it is."""
        for name in names:
            self.server(name).start()

    def lead(self, name: str) -> None:
        """Start a node that leads whatever was, as no other one has data. Raises OpsError where nobody leads."""
        self.start([name])

        def leads() -> bool:
            seen = self.view()
            if not seen or not any(member.role == "leader" for member in seen.members):
                self.server(name).exec_run(["python3", "-c", _FORGET_PAST])
            return self.leader() is not None

        advice = f"read its log (docker logs {self.server(name).name})"
        wait_until(leads, _LEADS_SECONDS, f"after {_LEADS_SECONDS} s {name} does not lead: {advice}")

    def give_passwords(self, name: str) -> None:
        """Give the nodes' roles and hft_admin the passwords that are in force, by the node that leads. Raises OpsError.

        What was restored has those of its time, and no other node could copy it with the ones of today.
        """
        connection = f"port={self.layout.nodes[name][0].postgres_port} dbname=postgres"
        argv = ["sh", BOOTSTRAP_FILE, PASSWORDS_DIR, connection]

        def given() -> bool:
            return bool(self.server(name).exec_run(argv).exit_code == 0)

        advice = f"docker exec {self.server(name).name} {shlex.join(argv)}"
        wait_until(given, _PASSWORDS_SECONDS, f"{name} gives its roles no passwords: {advice}")

    def follow(self) -> None:
        """Wait until every other node streams from the one that leads. Raises OpsError."""

        def all_follow() -> bool:
            seen = self.view()
            states = {member.name: member.state for member in seen.members} if seen else {}
            return sorted(states.values()) == [_RUNNING, *["streaming"] * (len(self.names) - 1)]

        problem = f"not all of {', '.join(self.names)} follow: hft status {self.stack}"
        wait_until(all_follow, _FOLLOW_SECONDS, f"after {_FOLLOW_SECONDS} s {problem}")
