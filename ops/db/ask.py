"""Asks the Patroni of a node, from inside its container, as who may change a cluster is known there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docker import DockerClient
from docker.errors import DockerException

from components._common.tls import CURL_AS_PART
from ops.db import patroni
from ops.db.layout import Layout
from ops.errors import OpsError

_ANSWER_SECONDS = 5
# A restart writes what a checkpoint has left, and Patroni looks once a second whether it has ended.
_REQUEST_SECONDS = 60


@dataclass(frozen=True)
class Patronis:
    """The Patroni of each node."""

    layout: Layout
    docker: Mapping[str, DockerClient]
    """Docker endpoint → client."""

    def cluster(self) -> patroni.View:
        """The cluster as the first one that answers has it. Raises OpsError where none does."""
        for name in self.layout.nodes:
            if (told := self._asked(name, "cluster")) is not None:
                return patroni.parse(told)
        raise OpsError(self._silent())

    def config(self) -> Mapping[str, Any]:
        """What the nodes share, as the first one that answers has it. Raises OpsError where none does."""
        for name in self.layout.nodes:
            if (told := self._asked(name, "config")) is not None:
                found: Mapping[str, Any] = json.loads(told)
                return found
        raise OpsError(self._silent())

    def pending(self) -> dict[str, patroni.Changes]:
        """Node → the parameters that wait for its restart, of every node that answers and has some."""
        answers = {name: self._asked(name, "patroni") for name in self.layout.nodes}
        found = {name: patroni.pending(told) for name, told in answers.items() if told is not None}
        return {name: changes for name, changes in found.items() if changes}

    def request(self, name: str, path: str, body: Mapping[str, Any]) -> None:
        """Have the Patroni of a node do something. Raises OpsError where it refuses, or says nothing for a minute."""
        content = ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        status, output = self._curl(name, path, ["--fail-with-body", *content], _REQUEST_SECONDS)
        if status:
            raise OpsError(f"{name}: Patroni: {output.strip()}")

    def _silent(self) -> str:
        return f"Patroni answers on none of {', '.join(self.layout.nodes)}: see docs/runbooks/TsdbNoPrimary.md"

    def _asked(self, name: str, path: str) -> str | None:
        # A node that is not ready says so with its answer.
        status, output = self._curl(name, path, [], _ANSWER_SECONDS)
        return None if status else output

    def _curl(self, name: str, path: str, flags: list[str], seconds: float) -> tuple[int, str]:
        member, place = self.layout.nodes[name]
        argv = ["curl", "-sS", *CURL_AS_PART, "--max-time", str(seconds), *flags, f"https://{member.patroni}/{path}"]
        try:
            status, output = self.docker[place.docker].containers.get(place.container).exec_run(argv)
        except DockerException as error:
            # It is gone or stopped.
            return 1, str(error)
        assert isinstance(output, bytes)
        return int(status or 0), output.decode()
