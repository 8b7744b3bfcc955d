"""A host as other components see it: where a container goes, and which CPUs are left for it."""

from dataclasses import dataclass

import pulumi_docker as docker

from components._common.logs import LogStore


@dataclass(frozen=True, kw_only=True)
class Placement:
    """One Docker host."""

    host: str
    """Name of the host in `hosts`."""
    address: str
    """IPv4 address under which the other hosts reach it, and which our parts bind."""
    failure_domain: str
    """Rack, power feed or site: what fails together."""
    housekeeping_cpus: str
    """The CPUs that no engine has to itself, as a CPU list: everything but engines runs there."""
    provider: docker.Provider
    """The Docker provider of this host."""
    log_store: LogStore | None = None
    """Where its containers' logs go; without one they stay with Docker."""


Placements = dict[str, Placement]
"""Placements by host name."""
