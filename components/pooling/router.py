"""HAProxy: one address for the primary and one for the standbys, whoever they are at the moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from components._common.container import CONFIG_DIR, ContainerSpec, arguments, options
from components._common.endpoint import DatabaseMember, Endpoint
from components._common.placement import Placement, Placements
from components._common.scraping import ScrapeTarget
from components._common.tls import CLIENT_AUTHORITY_FILE
from components.pooling.alerts import alert_rules
from components.pooling.failover import RouteFailoverSettings
from components.pooling.render import haproxy_cfg
from components.pooling.settings import RouterSettings

TOKEN = "hft:pooling:Router"
# A first start includes making the cluster, which the health check waits for.
_READY_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Routes:
    """The two addresses of one router."""

    writer: Endpoint
    """Leads to the primary."""
    reader: Endpoint
    """Leads to a standby; to the primary while there is none."""


@dataclass(frozen=True, kw_only=True)
class RouterArgs:
    """What `Router` needs."""

    settings: RouterSettings
    """Hosts, ports and limits."""
    failover: RouteFailoverSettings = field(default_factory=RouteFailoverSettings)
    """How often it looks at the nodes."""
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of HAProxy."""
    members: Sequence[DatabaseMember]
    """The nodes of the cluster."""
    authority_pem: pulumi.Input[str]
    """Certificate of the authority that those of the nodes must be by."""


class Router(pulumi.ComponentResource):
    """HAProxy on each host that has clients, asking Patroni which node is the primary.

    Use it in front of one `TimescaleCluster`; clients take the router of their own host. Healthy means that a primary
    answers, so it can start together with the cluster and what needs the primary waits for the router. Sessions to a
    lost primary are cut; sessions to a standby are left alone. It asks over TLS, and takes no word of a Patroni that
    has no certificate of its node's; the TLS of its clients it hands on. It does not pool.
    """

    routes: Mapping[str, Routes]
    """Host → the addresses of its router."""
    writer: Endpoint
    """Route to the primary on the first host."""
    reader: Endpoint
    """Route to the standbys on the first host."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """HAProxy's own metrics."""
    alert_rules: Mapping[str, str]
    """Rule file name → text."""

    def __init__(self, name: str, args: RouterArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        settings = args.settings
        placed = [args.placements[host] for host in settings.hosts]
        for placement in placed:
            self._make_router(name, args, placement)
        self.routes = {placement.host: _routes(settings, placement) for placement in placed}
        self.writer = self.routes[settings.hosts[0]].writer
        self.reader = self.routes[settings.hosts[0]].reader
        self.scrape_targets = tuple(
            ScrapeTarget(
                job="haproxy",
                instance=f"{name}-{placement.host}",
                host=placement.host,
                address=f"{placement.address}:{settings.stats_port}",
            )
            for placement in placed
        )
        self.alert_rules = alert_rules()
        self.register_outputs(
            {
                "routes": {
                    host: {"writer": str(routes.writer), "reader": str(routes.reader)}
                    for host, routes in self.routes.items()
                },
                "writer": str(self.writer),
                "reader": str(self.reader),
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": dict(self.alert_rules),
            }
        )

    def _make_router(self, name: str, args: RouterArgs, placement: Placement) -> docker.Container:
        config = f"{CONFIG_DIR}/haproxy.cfg"
        spec = ContainerSpec(
            component="pooling",
            role=name,
            tier="infra",
            image=args.image,
            command=["-f", config],
            files={
                config: haproxy_cfg(args.settings, args.failover, placement.address, args.members),
                CLIENT_AUTHORITY_FILE: args.authority_pem,
            },
            # The first roles and tables wait for it.
            health_interval_seconds=2,
            healthy=[
                "curl",
                "-fsS",
                "-o",
                "/dev/null",
                f"http://{placement.address}:{args.settings.stats_port}/healthz",
            ],
            ready_timeout_seconds=_READY_TIMEOUT_SECONDS,
            memory_mib=args.settings.memory_mib,
        )
        return docker.Container(f"{name}-{placement.host}", arguments(spec, placement), opts=options(self, placement))


def _routes(settings: RouterSettings, placement: Placement) -> Routes:
    return Routes(
        writer=Endpoint(placement.address, settings.writer_port),
        reader=Endpoint(placement.address, settings.reader_port),
    )
