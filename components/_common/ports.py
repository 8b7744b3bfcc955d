"""Ports as facts that can be compared across parts before anything is created; pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic import Field

PORT = Field(ge=1024, le=65000)
"""Bounds of a first port: unprivileged, with room above for further members on one host."""


class PortUse(NamedTuple):
    """One listening port: the setting it comes from, and where it listens."""

    path: str
    host: str
    port: int


def member_ports(first_port: int, hosts: Sequence[str]) -> tuple[int, ...]:
    """The port of each member: the n-th member on one host takes `first_port + n`."""
    seen: Counter[str] = Counter()
    ports = []
    for host in hosts:
        ports.append(first_port + seen[host])
        seen[host] += 1
    return tuple(ports)


def uses(path: str, first_port: int, hosts: Sequence[str]) -> tuple[PortUse, ...]:
    """The ports that the members of one part take."""
    pairs = zip(hosts, member_ports(first_port, hosts), strict=True)
    return tuple(PortUse(path, host, port) for host, port in pairs)


def check_disjoint(all_uses: Iterable[PortUse]) -> None:
    """Raise ValueError where two parts want one port of one host."""
    taken: dict[tuple[str, int], str] = {}
    for use in all_uses:
        other = taken.setdefault((use.host, use.port), use.path)
        if other != use.path:
            raise ValueError(
                f"{use.path} takes port {use.port} on host {use.host}, as {other} does: change one of them"
            )
