"""What an operator chooses of the engine (`/etc/hft/engine.json`)."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from workloads.config import Settings
from workloads.metrics import TradingState
from workloads.tls import TlsSettings


class VenueSettings(Settings):
    """One venue to trade on."""

    venue: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="name, as in metrics and tables")
    url: str = Field(pattern=r"^https?://[^/]+$", description="http(s)://host:port; /md and /orders are added")
    taker_fee_bps: float = Field(ge=0, le=100, description="fee on a fill, basis points")
    api_key_file: Path | None = Field(default=None, description="file with the key for order entry")


class SymbolSettings(Settings):
    """One symbol to trade, on all venues."""

    symbol: str = Field(pattern=r"^[A-Z0-9]+-[A-Z0-9]+$", description="base and quote, as BTC-USD")
    lot_size: float = Field(gt=0, description="smallest quantity step that all venues accept, units of the base")


class ArbitrageSettings(Settings):
    """When to trade, and how."""

    min_edge_bps: float = Field(default=2.0, ge=0, le=1000, description="edge after fees, basis points")
    min_size_usd: float = Field(default=10.0, ge=0, description="smallest trade")
    inventory_ratio: float = Field(
        default=0.7, gt=0, le=1, description="share of position and exposure limits that trades may fill"
    )
    order_type: Literal["ioc", "limit"] = Field(default="ioc", description="limit legs rest until leg_timeout_ms")
    leg_timeout_ms: int = Field(default=500, ge=1, le=600_000, description="then an open leg is cancelled")
    max_quote_age_ms: int = Field(default=500, ge=1, le=60_000, description="an older quote is stale")
    max_decision_us: int = Field(default=5000, ge=1, description="a slower decision is too slow to trade on")
    flatten_slippage_bps: float = Field(default=50.0, ge=0, le=1000, description="price given up to flatten a leg")
    flatten_attempts: int = Field(default=5, ge=1, le=100, description="then the engine is reducing until told")


class RiskSettings(Settings):
    """Pre-trade limits; none can be switched off."""

    max_order_usd: float = Field(gt=0, description="notional of one order")
    max_position_usd: float = Field(gt=0, description="absolute position in one symbol on one venue")
    max_exposure_usd: float = Field(gt=0, description="sum of all absolute positions")
    max_open_orders: int = Field(gt=0, description="orders without an end, over all venues")
    max_orders_per_second: float = Field(gt=0, description="new orders, over all venues; the burst is one second's")


class LeaseSettings(Settings):
    """The etcd lease that makes one slot the leader."""

    endpoints: tuple[str, ...] = Field(min_length=1, description="etcd client URLs, as https://10.0.0.1:2379")
    tls: TlsSettings = Field(description="the engine's own certificate")
    ttl_seconds: int = Field(default=5, ge=2, le=60, description="leadership ends so long after the last renewal")


class RouteSettings(Settings):
    """A way to the primary that goes past the pooler; the certificate there is the node's, whichever that is."""

    host: str
    port: int = Field(ge=1, le=65_535)


class DatabaseSettings(Settings):
    """Where ticks, orders, opportunities and audit rows go; schema `trading`, through a pooler or directly."""

    host: str
    port: int = Field(ge=1, le=65_535)
    dbname: str
    user: str = Field(description="role that writes order events and audit rows")
    password_file: Path
    ticks_user: str = Field(description="role that writes ticks and opportunities")
    ticks_password_file: Path
    orders_route: RouteSettings | None = Field(
        default=None, description="where order events and audit rows go instead; none: to host and port, as all does"
    )
    standby_confirms: bool = Field(
        default=False, description="whether commits wait for a standby: without one the engine is reducing"
    )
    authority_file: Path | None = Field(
        default=None, description="certificate of the authority that the server's must be by; none: no TLS"
    )
    flush_ms: int = Field(default=50, ge=1, le=10_000, description="longest wait of a row for its batch")
    buffer_rows: int = Field(default=100_000, ge=1000, description="ticks kept while the database is away")
    order_record_bound_ms: int = Field(
        default=5000, ge=100, description="age of an unrecorded order event that makes the engine reducing"
    )


class EngineSettings(Settings):
    """One engine in one slot."""

    stack: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    strategy: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    slot: Literal["blue", "green"]
    digest: str = Field(default="unknown", description="image that runs, for hft_build_info")
    listen_address: str
    listen_port: int = Field(ge=1, le=65_535)
    venues: tuple[VenueSettings, ...] = Field(min_length=1)
    symbols: tuple[SymbolSettings, ...] = Field(min_length=1)
    arbitrage: ArbitrageSettings = ArbitrageSettings()
    risk: RiskSettings
    lease: LeaseSettings | None = Field(default=None, description="none: one slot, epoch 1, no fencing")
    database: DatabaseSettings | None = Field(default=None, description="none: nothing is recorded")
    state_on_leadership: TradingState = Field(default="halted", description="state to take with the lease")
    # Kraken Spot recommends 60 s, One Trading 30 s; it has to outlast the drain.
    dead_man_ms: int = Field(default=30_000, ge=1000, le=900_000, description="venues cancel so long after silence")
    stop_timeout_seconds: float = Field(default=10.0, gt=0, le=600, description="SIGTERM to exit, at most")
    algo_id: str = Field(default="arb-1", description="who decided, for the order record (RTS 6)")
    trader_id: str = Field(default="none", description="who is responsible, for the order record (RTS 6)")

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        for field, names in (
            ("venues", [each.venue for each in self.venues]),
            ("symbols", [each.symbol for each in self.symbols]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"{field}={names}: each may be named once")
        return self

    @model_validator(mode="after")
    def _drain_before_dead_man(self) -> Self:
        if self.stop_timeout_seconds * 1000 >= self.dead_man_ms:
            raise ValueError(
                f"stop_timeout_seconds={self.stop_timeout_seconds}: must be below "
                f"dead_man_ms={self.dead_man_ms} / 1000, or a draining engine's orders are cancelled by the venue"
            )
        return self
