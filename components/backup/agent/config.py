"""What the agent is told: /etc/hft/backup.json, as components/backup/render.py writes it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .schedule import Schedule

FILE = Path("/etc/hft/backup.json")


@dataclass(frozen=True)
class Node:
    """A database node on this host."""

    name: str
    address: str
    """IPv4 address of the server."""
    path: Path
    """Its data directory."""
    socket: str
    """Folder of the server's socket."""
    port: int


@dataclass(frozen=True)
class Config:
    """Everything that an operator chose for the agent."""

    stanza: str
    listen: tuple[str, int]
    """Address and port of the metrics."""
    nodes: tuple[Node, ...]
    listen_proof: tuple[str, int]
    """The same of the container that proves backups."""
    full: Schedule
    differential: Schedule
    verify: Schedule
    drill: Schedule
    archive_queue_mib: int

    @classmethod
    def load(cls, file: Path = FILE) -> "Config":
        """Read the file."""
        found: dict[str, Any] = json.loads(file.read_text())
        address, port = found["listen"]
        return cls(
            stanza=found["stanza"],
            listen=(address, port),
            nodes=tuple(Node(**{**node, "path": Path(node["path"])}) for node in found["nodes"]),
            listen_proof=(found["listen_proof"][0], found["listen_proof"][1]),
            verify=Schedule.parse(found["verify"]),
            drill=Schedule.parse(found["drill"]),
            full=Schedule.parse(found["full"]),
            differential=Schedule.parse(found["differential"]),
            archive_queue_mib=found["archive_queue_mib"],
        )
