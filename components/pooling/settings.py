"""What an operator chooses for the way to the database."""

import math
from typing import Annotated

from pydantic import Field, model_validator

from components._common.ports import PORT, PortUse, uses
from components._common.settings import Settings
from components.pooling.failover import RouteFailoverSettings

# HAProxy's management guide, "Memory limitations": about 32 KiB a connection.
_KIB_PER_CONNECTION = 32
# RFC 1122, 3.2.1.3: all of 127/8 is the host itself; nobody else is known to listen there.
_OWN_ADDRESSES = "127.0.9"

Hosts = Annotated[tuple[str, ...], Field(min_length=1)]


def _check_once_each(path: str, hosts: tuple[str, ...]) -> None:
    if repeated := sorted({host for host in hosts if hosts.count(host) > 1}):
        raise ValueError(f"{path} names {repeated[0]!r} more than once: one a host is enough, list it once")


class RouterSettings(Settings):
    """HAProxy, which follows Patroni's roles."""

    hosts: Hosts
    """Hosts with a router; clients use the one on their own host."""
    max_connections: int = Field(default=1000, ge=50, le=8000)
    """Client connections of one router. Each takes 2 open files, and a container may have 16,384 of them."""
    memory_mib: int = Field(default=128, ge=64, le=4096)
    """Memory limit, in MiB; 32 KiB of it for each connection."""
    writer_port: Annotated[int, PORT] = 15000
    """Port that leads to the primary."""
    reader_port: Annotated[int, PORT] = 15100
    """Port that leads to the standbys."""
    stats_port: Annotated[int, PORT] = 18404
    """Port of metrics and health."""

    def port_uses(self) -> tuple[PortUse, ...]:
        """The ports of all routers."""
        return (
            *uses("pooling.router.writer_port", self.writer_port, self.hosts),
            *uses("pooling.router.reader_port", self.reader_port, self.hosts),
            *uses("pooling.router.stats_port", self.stats_port, self.hosts),
        )

    @model_validator(mode="after")
    def _values_agree(self) -> "RouterSettings":
        _check_once_each("router.hosts", self.hosts)
        needed_mib = math.ceil(self.max_connections * _KIB_PER_CONNECTION / 1024)
        if needed_mib > self.memory_mib:
            raise ValueError(
                f"router.memory_mib={self.memory_mib} is less than the {needed_mib} MiB that "
                f"max_connections={self.max_connections} can take: raise it or lower max_connections"
            )
        return self


class PoolerSettings(Settings):
    """PgBouncer in transaction mode."""

    hosts: Hosts
    """Hosts with a pooler; clients use the one on their own host."""
    processes: int = Field(default=1, ge=1, le=8)
    """Processes of one pooler. Each takes one core at most, so more than one is for a pooler that needs more
    (docs/guides/pooling.md). The kernel gives each client to one of them by a hash of its address and port: a process
    may be full while another one has room."""
    pool_size: int = Field(default=20, ge=1, le=500)
    """Server connections of one process for each pair of role and database: a pooler has as many times more as it has
    processes, and the database has to have room for all."""
    max_client_connections: int = Field(default=500, ge=10, le=10000)
    """Client connections of one process; with several, a pooler refuses the first client sooner than at the sum. With
    its server connections they stay below the 16,384 open files that a process may have."""
    max_prepared_statements: int = Field(default=200, ge=1, le=10000)
    """Prepared statements kept on each server connection; 200 is PgBouncer's own default."""
    query_wait_seconds: int = Field(default=10, ge=1, le=600)
    """How long a query waits for a server connection before it fails, in s."""
    memory_mib: int = Field(default=128, ge=64, le=4096)
    """Memory limit of all processes together, in MiB."""
    listen_port: Annotated[int, PORT] = 16432
    """Port for clients."""
    exporter_port: Annotated[int, PORT] = 19127
    """Port of the exporter; with several processes that of the first one's, and the next ports are the others'."""

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Where each process is asked by itself, on its host only; none where there is one process."""
        if self.processes == 1:
            return ()
        return tuple(f"{_OWN_ADDRESSES}.{number}" for number in range(1, self.processes + 1))

    def port_uses(self) -> tuple[PortUse, ...]:
        """The ports of all poolers."""
        return (
            *uses("pooling.pooler.listen_port", self.listen_port, self.hosts),
            *uses("pooling.pooler.exporter_port", self.exporter_port, self.hosts * self.processes),
        )

    @model_validator(mode="after")
    def _hosts_differ(self) -> "PoolerSettings":
        _check_once_each("pooler.hosts", self.hosts)
        return self


class PoolingSettings(Settings):
    """The way to the database: client → pooler → router → node."""

    router: RouterSettings
    """Follows the primary."""
    pooler: PoolerSettings
    """Shares connections."""
    failover: RouteFailoverSettings = RouteFailoverSettings()
    """How soon both find a new primary."""

    def port_uses(self) -> tuple[PortUse, ...]:
        """The ports of all parts."""
        return (*self.router.port_uses(), *self.pooler.port_uses())

    @model_validator(mode="after")
    def _poolers_have_a_router(self) -> "PoolingSettings":
        if lonely := sorted(set(self.pooler.hosts) - set(self.router.hosts)):
            raise ValueError(f"pooler.hosts={lonely} have no router: add them to router.hosts")
        return self
