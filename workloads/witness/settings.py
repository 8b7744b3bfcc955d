"""What a witness is told."""

from pydantic import Field

from workloads.config import Settings
from workloads.tls import TlsSettings


class Member(Settings):
    """One node of the database."""

    name: str
    """Patroni's name of it."""
    host: str
    address: str
    postgres_port: int
    patroni_port: int


class WitnessSettings(Settings):
    """One witness, for the nodes on its own host."""

    host: str
    """The host that it speaks for."""
    listen_address: str
    listen_port: int
    """Metrics and health."""
    etcd_endpoints: tuple[str, ...] = Field(min_length=1)
    """`https://address:port` of each member of etcd, the nearest first."""
    tls: TlsSettings
    """The witness's own certificate, for etcd and Patroni."""
    etcd_peer_ports: tuple[int, ...]
    """Where the members of etcd listen for each other."""
    prefix: str
    """Where Patroni keeps its keys, with the slash at the end."""
    members: tuple[Member, ...] = Field(min_length=2)
    """All nodes of the cluster."""
    probes: int = Field(ge=1)
    """Looks in a row that find the primary gone before this witness says so."""
    probe_timeout_ms: int = Field(ge=50)
    """How long the primary's host may take to answer a connection."""
    interval_ms: int = Field(ge=50)
    """Pause between two looks."""
    table: str
    """Name of the firewall's table."""

    @property
    def hosts(self) -> frozenset[str]:
        """All hosts that have a witness."""
        return frozenset(member.host for member in self.members)

    def member(self, name: str) -> Member | None:
        """The node of that name; none where Patroni knows one that the settings do not."""
        return next((member for member in self.members if member.name == name), None)
