"""How a database node hands its WAL to a backup repository, and what a backup reads of a node: both ways of the wire
between `database` and `backup`."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from components._common.endpoint import DatabaseMember

NODE_DATA_DIR = "/var/lib/hft/data"
"""Where a database node has its data volume."""
CLUSTER_FOLDER = "pg17"
"""The cluster's folder below the volume's root, so that Patroni can move a diverged copy aside."""

CLUSTER_PATH = f"{NODE_DATA_DIR}/{CLUSTER_FOLDER}"
"""The cluster's data directory, as every node has it."""


@dataclass(frozen=True, kw_only=True)
class Archiving:
    """What a database node needs to archive its WAL."""

    parameters: Mapping[str, str]
    """PostgreSQL's parameters for it. A change of archive_mode restarts the nodes, one after the other."""
    files: Mapping[str, pulumi.Input[str]]
    """Absolute path → text, secrets among them."""
    secrets: tuple[str, ...]
    """Names of the secrets whose values are inside `files`."""
    volumes: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Absolute path → name of the volume that is the repository."""
    host_paths: Mapping[str, str] = field(default_factory=dict)
    """Absolute path → folder of the host that is the repository."""


@dataclass(frozen=True, kw_only=True)
class NodeData:
    """A database node as a backup on its host sees it."""

    member: DatabaseMember
    """Name and ports."""
    host: str
    """Name of its host."""
    volume: pulumi.Input[str]
    """Name of its data volume, which has the cluster in `CLUSTER_FOLDER` and the server's socket at its root."""
