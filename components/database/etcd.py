"""etcd, which says who is the primary and which engine leads. Holds their leases, and no data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from components._common.container import ContainerSpec, arguments, options
from components._common.naming import member_name
from components._common.placement import Placement, Placements
from components._common.ports import member_ports
from components._common.scraping import ScrapeTarget
from components._common.tls import TLS_DIR, Tls
from components._common.volumes import kept_volume
from components.database.alerts import alert_rules
from components.database.dashboards import etcd
from components.database.failover import FailoverSettings
from components.database.render import DATA_DIR, EtcdMember, etcd_arguments
from components.database.settings import EtcdSettings

TOKEN = "hft:database:EtcdCluster"


@dataclass(frozen=True, kw_only=True)
class EtcdClusterArgs:
    """What `EtcdCluster` needs."""

    settings: EtcdSettings
    """Members, sizes and ports."""
    failover: FailoverSettings = field(default_factory=FailoverSettings)
    """Timers, those of the database that keeps its lease here."""
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of etcd."""
    tls: Tls
    """The certificates of all members, by the members' names."""


class EtcdCluster(pulumi.ComponentResource):
    """etcd members that find each other by a fixed list.

    Use it as the store of one `TimescaleCluster` and of the engines' leases. It survives the loss of a minority of its
    members. All start at once, since none is healthy before a majority is there; so a changed setting restarts all
    together, for less than the time that Patroni retries. Peers and clients have to show a certificate by the stack's
    authority, over TLS 1.3; any will do for all keys. It reads its own at each handshake, so a renewal needs nothing.
    """

    endpoints: tuple[str, ...]
    """`address:port` of each member."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """The members' own metrics."""
    alert_rules: Mapping[str, str]
    """Rule file name → text."""
    dashboards: Mapping[str, str]
    """Dashboard name → JSON."""

    def __init__(self, name: str, args: EtcdClusterArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        members = etcd_members(name, args.settings, args.placements)
        for index, host in enumerate(args.settings.hosts):
            self._make_member(name, args, members, index, args.placements[host])
        self.endpoints = tuple(member.client for member in members)
        self.scrape_targets = tuple(
            ScrapeTarget(job="etcd", instance=member.name, host=host, address=member.metrics)
            for member, host in zip(members, args.settings.hosts, strict=True)
        )
        self.alert_rules = alert_rules()
        self.dashboards = {"etcd": etcd(pulumi.get_stack())}
        self.register_outputs(
            {
                "endpoints": list(self.endpoints),
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": dict(self.alert_rules),
                "dashboards": sorted(self.dashboards),
            }
        )

    def _make_member(
        self, name: str, args: EtcdClusterArgs, members: tuple[EtcdMember, ...], index: int, placement: Placement
    ) -> docker.Container:
        member = members[index]
        live = args.tls.live[member.name]
        volume = kept_volume(
            self,
            f"{name}-data-{index}",
            component="database",
            owner=member.name,
            placement=placement,
            tier="data",
        )
        spec = ContainerSpec(
            component="database",
            role=name,
            index=index,
            tier="data",
            image=args.image,
            command=etcd_arguments(
                args.settings, args.failover, members, index, token=f"hft-{pulumi.get_stack()}-{name}"
            ),
            volumes={DATA_DIR: volume.name},
            volumes_read={TLS_DIR: live.volume},
            healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{member.metrics}/health"],
            memory_mib=args.settings.memory_mib,
            # A quorum is more than a healthy member, and the cluster's first write waits for it.
            awaited=False,
        )
        return docker.Container(
            f"{name}-node-{index}", arguments(spec, placement), opts=options(self, placement, [live.filled])
        )


def etcd_members(name: str, settings: EtcdSettings, placements: Placements) -> tuple[EtcdMember, ...]:
    """The members with their addresses and ports."""
    clients = member_ports(settings.client_port, settings.hosts)
    peers = member_ports(settings.peer_port, settings.hosts)
    metrics = member_ports(settings.metrics_port, settings.hosts)
    return tuple(
        EtcdMember(
            name=member_name(name, index),
            address=placements[host].address,
            client_port=clients[index],
            peer_port=peers[index],
            metrics_port=metrics[index],
        )
        for index, host in enumerate(settings.hosts)
    )
