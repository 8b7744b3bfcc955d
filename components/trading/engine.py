"""The arbitrage engine in its slot: a trading container with the configuration of the engine contract."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components._common.endpoint import Endpoint
from components._common.placement import Placements
from components._common.scraping import FREE_SLOT_JOB, ScrapeTarget
from components._common.tls import TLS_DIR, Tls
from components.trading.alerts import alert_rules
from components.trading.container import TradingContainer, TradingContainerArgs
from components.trading.dashboards import trading_dashboards
from components.trading.render import engine_json
from components.trading.settings import EngineSettings, SymbolSettings
from components.trading.venue import VenueEndpoint
from workloads.contract.labels import STRATEGY

TOKEN = "hft:trading:TradingEngine"
_CONFIG = "/etc/hft/engine.json"


@dataclass(frozen=True, kw_only=True)
class TradingEngineArgs:
    """What `TradingEngine` needs."""

    settings: EngineSettings
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of `workloads`, or of an image of your own that reads the same engine.json."""
    venues: Sequence[VenueEndpoint]
    """Where it trades."""
    symbols: Sequence[SymbolSettings]
    """The symbols of the stack; the engine takes those that its settings name."""
    database: Endpoint | None = None
    """Where ticks, orders and audit rows go; without one nothing is recorded."""
    writer_route: Endpoint | None = None
    """The router's way to the primary; orders take it where the settings say `orders_path: direct`."""
    database_password: pulumi.Input[str] | None = None
    """Password of `hft_writer` (secret db-writer), who stores orders."""
    ticks_password: pulumi.Input[str] | None = None
    """Password of `hft_ticks` (secret db-ticks), who stores ticks."""
    standby_confirms: bool = False
    """Whether commits wait for a standby; if so, the engine only reduces where they do not."""
    tls: Tls | None = None
    """The certificates, the engine's own by its name; go with `database` and `etcd_endpoints`."""
    etcd_endpoints: Sequence[str] = ()
    """`address:port` of the store that holds the leader's lease; without any, the slot takes itself for the leader."""


class TradingEngine(pulumi.ComponentResource):
    """The engine in slot blue or green, by the engine contract: health, control, metrics, lease and drain.

    Use one per stack and strategy. A change of `slot` brings the other slot up before this one is taken away; who
    trades meanwhile is the lease's decision. It does not move the lease, and watches no deploy.
    """

    endpoint: Endpoint
    """Health, control and metrics of the slot in use."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """Its metrics, once a second, and those of whatever is in the free slot: nothing, except during a deploy."""
    alert_rules: Mapping[str, str]
    """Rule file name → text."""
    dashboards: Mapping[str, str]
    """Dashboard name → JSON."""

    def __init__(self, name: str, args: TradingEngineArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        settings = args.settings
        live = args.tls.live[name] if args.tls else None
        self.endpoint = Endpoint(args.placements[settings.host].address, settings.port)
        container = TradingContainer(
            f"{name}-{settings.slot}",
            TradingContainerArgs(
                settings=settings,
                placements=args.placements,
                image=args.image,
                command=["workloads.engine", "--config", _CONFIG],
                files={_CONFIG: self._config(args)},
                secrets=_secrets(args),
                volumes_read={TLS_DIR: live.volume} if live else {},
                healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{self.endpoint}/readyz"],
                metrics_port=settings.port,
                strategy=settings.strategy,
                drain_seconds=settings.drain_seconds,
            ),
            pulumi.ResourceOptions(parent=self, depends_on=[live.filled] if live else []),
        )
        self.scrape_targets = (*container.scrape_targets, self._free_slot(name, args))
        self.alert_rules = alert_rules()
        self.dashboards = trading_dashboards(pulumi.get_stack())
        self.register_outputs(
            {
                "endpoint": str(self.endpoint),
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": self.alert_rules,
                "dashboards": sorted(self.dashboards),
            }
        )

    def _free_slot(self, name: str, args: TradingEngineArgs) -> ScrapeTarget:
        """An engine there would be a second one: seen only where someone looks."""
        place, settings = args.placements[args.settings.host], args.settings
        listen = Endpoint(place.address, settings.free_port)
        return ScrapeTarget(
            job=FREE_SLOT_JOB,
            instance=f"{name}-{settings.free_slot}",
            host=place.host,
            address=str(listen),
            interval_seconds=1,
            labels={STRATEGY.name: settings.strategy},
            expected=False,
        )

    def _config(self, args: TradingEngineArgs) -> str:
        return engine_json(
            args.settings,
            stack=pulumi.get_stack(),
            image=args.image,
            listen=self.endpoint,
            venues=args.venues,
            symbols=args.symbols,
            database=args.database,
            orders_route=_orders_route(args),
            standby_confirms=args.standby_confirms,
            etcd_endpoints=args.etcd_endpoints,
        )


def _orders_route(args: TradingEngineArgs) -> Endpoint | None:
    if args.settings.orders_path == "pooled":
        return None
    if args.writer_route is None:
        raise ValueError(
            "orders_path=direct has no writer_route to take: give the engine its host's, Router.routes has it"
        )
    return args.writer_route


def _secrets(args: TradingEngineArgs) -> dict[str, pulumi.Input[str]]:
    given = {"db-writer": args.database_password, "db-ticks": args.ticks_password}
    return {name: value for name, value in given.items() if value is not None}
