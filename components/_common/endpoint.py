"""Where a part listens."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoint:
    """An IPv4 address and a TCP port."""

    address: str
    port: int

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class DatabaseMember:
    """One node of a database cluster: PostgreSQL and the Patroni that runs it."""

    name: str
    """Patroni's name of it: `tsdb-0`."""
    address: str
    """IPv4 address of both."""
    postgres_port: int
    patroni_port: int

    @property
    def postgres(self) -> Endpoint:
        """Where PostgreSQL listens."""
        return Endpoint(self.address, self.postgres_port)

    @property
    def patroni(self) -> Endpoint:
        """Where Patroni's REST API and metrics are."""
        return Endpoint(self.address, self.patroni_port)
