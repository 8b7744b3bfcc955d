"""Asks the database nodes of this host, through the sockets in their data volumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from .config import Node

_BOUNDS = "-c statement_timeout=10s -c lock_timeout=5s"


@dataclass(frozen=True)
class Archiver:
    """What the primary says of its archiver."""

    failed: int
    """Failed calls since its statistics were reset."""
    last_archived: str | None
    last_archived_at: datetime | None


def ask(node: Node, query: str, database: str = "postgres") -> tuple[Any, ...] | None:
    """The first row of the answer; None where the node does not answer."""
    try:
        with psycopg.connect(
            host=node.socket, port=node.port, user="postgres", dbname=database, connect_timeout=5, options=_BOUNDS
        ) as connection:
            return connection.execute(query.encode()).fetchone()
    except psycopg.Error:
        return None


def primary(nodes: Sequence[Node]) -> Node | None:
    """The node that takes writes, where it is on this host."""
    return next((node for node in nodes if ask(node, "SELECT pg_is_in_recovery()") == (False,)), None)


def follow_another_host(nodes: Sequence[Node]) -> bool:
    """Whether a standby of this host streams from a node of another one, as while the primary is there."""
    query = "SELECT sender_host, sender_port FROM pg_stat_wal_receiver WHERE status = 'streaming'"
    senders = {found for node in nodes if (found := ask(node, query))}
    return bool(senders - {(node.address, node.port) for node in nodes})


def identity(node: Node) -> tuple[int, int]:
    """System identifier of the cluster, and PostgreSQL's major version. Raises LookupError where it does not answer."""
    query = "SELECT system_identifier, current_setting('server_version_num')::int / 10000 FROM pg_control_system()"
    found = ask(node, query)
    if found is None:
        raise LookupError(f"{node.name} does not answer at {node.socket}")
    return found[0], found[1]


def archiver(node: Node) -> Archiver | None:
    """How archiving stands on the primary; None where it does not answer."""
    found = ask(node, "SELECT failed_count, last_archived_wal, last_archived_time FROM pg_stat_archiver")
    return Archiver(*found) if found else None


def waiting(node: Node) -> list[float]:
    """When each WAL file that waits to be archived was finished, as seconds since 1970."""
    found = []
    for mark in (node.path / "pg_wal" / "archive_status").glob("*.ready"):
        try:
            found.append(mark.stat().st_mtime)
        except FileNotFoundError:
            continue
    return found
