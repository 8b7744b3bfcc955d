"""Makes the stanza in the repository, brings it over a new version of PostgreSQL, and keeps out other clusters."""

import os

from . import link, nodes, pgbackrest
from .config import Config, Node


class OtherClusterError(Exception):
    """The stanza in the repository was made for another cluster."""


def make(config: Config, primary: Node) -> str:
    """Make the stanza what this cluster needs; says what was done. Repeating it changes nothing.

    Raises:
        BusyError: a backup is running.
        OtherClusterError: the stanza belongs to another cluster.
        PgBackRestError: the repository does not take it.
        LookupError: the primary does not answer.
    """
    system_id, major = nodes.identity(primary)
    found = pgbackrest.repository(config.stanza)
    if not found.exists or found.system_id == system_id:
        _call(config, primary, "stanza-create")
        return "is as it was" if found.exists else "made"
    if found.major is not None and found.major < major:
        _call(config, primary, "stanza-upgrade")
        return f"upgraded from PostgreSQL {found.major} to {major}"
    raise OtherClusterError(
        f"stanza {config.stanza} in the repository belongs to another cluster (system identifier {found.system_id}, "
        f"this one has {system_id}): give this stack another name or repository; nothing was changed"
    )


def check(config: Config, primary: Node) -> None:
    """Have the primary archive a WAL file, and see it arrive. Raises what `make` raises."""
    _call(config, primary, "check")


def _call(config: Config, node: Node, command: str) -> None:
    held = link.hold(node)
    try:
        pgbackrest.call(config.stanza, *pgbackrest.on(node, command))
    finally:
        os.close(held)
