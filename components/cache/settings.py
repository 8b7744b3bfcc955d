"""What an operator chooses about the reference-data cache."""

from typing import Annotated

from pydantic import Field

from components._common.ports import PORT, PortUse, uses
from components._common.settings import Settings

# Valkey docs, "Memory optimization": the allocator keeps fragmented pages, and client buffers are on top of maxmemory.
_OVERHEAD_MIB = 32


class CacheSettings(Settings):
    """One Valkey server."""

    host: str
    """Name of the host it is on."""
    valkey_port: Annotated[int, PORT] = 16379
    """Port of the cache."""
    exporter_port: Annotated[int, PORT] = 19121
    """Port of its metrics exporter."""
    maxmemory_mib: int = Field(default=64, ge=8, le=65536)
    """MiB that keys and values may take; a full cache refuses writes. 64 holds 100,000 instruments of half a KiB."""

    @property
    def memory_mib(self) -> int:
        """Hard limit of the container in MiB: the data, half as much for fragmentation, and a fixed rest."""
        return self.maxmemory_mib + self.maxmemory_mib // 2 + _OVERHEAD_MIB

    def port_uses(self) -> tuple[PortUse, ...]:
        """The ports that the cache takes."""
        return (
            *uses("cache.valkey_port", self.valkey_port, [self.host]),
            *uses("cache.exporter_port", self.exporter_port, [self.host]),
        )
