"""Where a part listens."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoint:
    """An IPv4 address and a TCP port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"
