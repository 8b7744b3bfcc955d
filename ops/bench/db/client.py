"""The container in which psql and pgbench run: from the node's image, on the host's network."""

import io
import re
import shlex
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from docker import DockerClient
from docker.errors import NotFound
from docker.models.containers import Container

from ops.bench.db.deployed import LABELS, NO_CHECK, STACK, said
from ops.bench.db.pgbench import Load, Run, Target, parse
from ops.bench.files import put
from ops.errors import OpsError

_NAME = f"hft-{STACK}-client"
_FOLDER = "/var/lib/hft"
_PASSWORDS = f"{_FOLDER}/pgpass"
_LOGS = "/tmp/hft-bench"
_USER = 10002
"""Of the image; libpq takes a file of passwords only from its owner."""
_TOOK = re.compile(r"^Time: ([0-9.]+) ms", re.MULTILINE)


@dataclass(frozen=True)
class Client:
    """A user of databases on this machine."""

    container: Container

    def psql(self, target: Target, *commands: str) -> str:
        """What statements and commands of psql print. Raises OpsError where one fails."""
        words = [word for command in commands for word in ("--command", command)]
        argv = ["psql", "-XAtq", "--set=ON_ERROR_STOP=1", *target.arguments, *words, target.database]
        return said(self.container, argv, {"PGPASSFILE": _PASSWORDS})

    def seconds(self, target: Target, command: str) -> float:
        """How long a command takes, by psql's own clock."""
        found = _TOOK.findall(self.psql(target, "\\timing on", command))
        return float(found[-1]) / 1000

    def pgbench(self, *loads: tuple[Target, Load]) -> Run:
        """Put loads on databases at the same time, each as a role of its own; what they find, as one.

        Raises:
            OpsError: a transaction fails, or none comes to pass.
        """
        commands = [self._prepared(target, load) for target, load in loads]
        afresh = f"rm -rf {_LOGS} && mkdir {_LOGS}\n"
        said(self.container, ["sh", "-c", afresh + side_by_side(commands)], {"PGPASSFILE": _PASSWORDS})
        try:
            first = loads[0][1]
            return parse(self._logs(), None if first.transactions else first.seconds)
        except ValueError as error:
            raise OpsError(f"pgbench in {self.container.name}: {error}") from error

    def _prepared(self, target: Target, load: Load) -> list[str]:
        """The command line, once its scripts are there."""
        scripts = {f"{target.user}-{number}.sql": text for number, text in enumerate(load.scripts)}
        put(self.container, _FOLDER, scripts, mode=0o600, owner=_USER)
        return load.arguments(target, [f"{_FOLDER}/{script}" for script in scripts], log=f"{_LOGS}/{target.user}")

    def _logs(self) -> str:
        """As an archive: what a command prints may be some MiB, of which the client of Docker loses the thread."""
        chunks, _ = self.container.get_archive(_LOGS)
        with io.BytesIO(b"".join(chunks)) as archive, tarfile.open(fileobj=archive) as tar:
            files = filter(None, map(tar.extractfile, tar))
            return "".join(file.read().decode() for file in files)


def side_by_side(commands: Sequence[Sequence[str]]) -> str:
    """A script for sh that runs commands at the same time and fails where one of them does."""
    begun = "".join(f'{shlex.join(command)} & pids="$pids $!"\n' for command in commands)
    return f"pids=\n{begun}status=0\nfor pid in $pids; do wait $pid || status=$?; done\nexit $status\n"


@contextmanager
def client(docker: DockerClient, image: str, passwords: Mapping[str, str]) -> Iterator[Client]:
    """The container, while the block runs; `passwords` by role."""
    _remove(docker)
    container = docker.containers.run(
        image,
        ["infinity"],
        entrypoint=["sleep"],
        name=_NAME,
        labels=LABELS,
        network_mode="host",
        detach=True,
        init=True,
        healthcheck=NO_CHECK,
    )
    try:
        lines = "".join(f"*:*:*:{role}:{value}\n" for role, value in passwords.items())
        put(container, _FOLDER, {"pgpass": lines}, mode=0o600, owner=_USER)
        yield Client(container)
    finally:
        _remove(docker)


def _remove(docker: DockerClient) -> None:
    with suppress(NotFound):
        docker.containers.get(_NAME).remove(force=True, v=True)
