"""What an operator chooses of a simulated venue (`/etc/hft/venue.json`)."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from workloads.config import Settings


class SymbolSettings(Settings):
    """One traded symbol. Venues that shall share its walk give the same symbol, price and volatility."""

    symbol: str = Field(pattern=r"^[A-Z0-9]+-[A-Z0-9]+$", description="base and quote, as BTC-USD")
    price: float = Field(gt=0, description="price that the walk starts from, in the quote currency")
    tick_size: float = Field(gt=0, description="smallest price step, in the quote currency")
    lot_size: float = Field(gt=0, description="smallest quantity step, in units of the base")
    level_size: float = Field(gt=0, description="average quantity on one price level, in units of the base")
    volatility_bps: float = Field(
        default=5.0, ge=0, le=100, description="walk per square root of a second, basis points"
    )


class PriceSettings(Settings):
    """How this venue's prices differ from the walk. The defaults make two venues cross about once a second."""

    tick_interval_ms: int = Field(default=10, ge=1, le=60_000, description="time between two updates of a symbol")
    levels: int = Field(default=5, ge=1, le=50, description="price levels on each side")
    spread_bps: float = Field(default=1.0, ge=0, le=1000, description="distance of best bid and best ask, basis points")
    noise_bps: float = Field(
        default=0.5, ge=0, le=100, description="standard deviation of this venue's offset, basis points"
    )
    dislocation_probability: float = Field(
        default=0.01, ge=0, le=1, description="chance of a jump, per update of a symbol"
    )
    dislocation_bps: float = Field(default=12.0, ge=0, le=1000, description="height of a jump, basis points")
    half_life_ticks: int = Field(default=10, ge=1, description="updates after which half of an offset is gone")


class LatencySettings(Settings):
    """Delay that stands for the network and the venue's matching engine."""

    order_us: int = Field(default=150, ge=0, le=10_000_000, description="order received to answered, microseconds")
    feed_us: int = Field(default=50, ge=0, le=10_000_000, description="price made to sent, microseconds")
    jitter_us: int = Field(default=20, ge=0, le=10_000_000, description="added to each, uniform from 0, microseconds")


class VenueSettings(Settings):
    """One simulated venue."""

    venue: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="name; seeds this venue's own noise")
    listen_address: str = Field(description="address to bind")
    listen_port: int = Field(ge=1, le=65_535, description="TCP port to bind")
    seed: int = Field(ge=0, description="venues with the same seed share the walk")
    symbols: tuple[SymbolSettings, ...] = Field(min_length=1)
    prices: PriceSettings = PriceSettings()
    latency: LatencySettings = LatencySettings()
    taker_fee_bps: float = Field(default=1.0, ge=0, le=100, description="fee on a fill, basis points")
    max_orders_per_10_seconds: int = Field(
        default=1000, ge=1, description="new orders of an account; more are refused with rate_limit"
    )
    api_key_file: Path | None = Field(default=None, description="key that order entry asks for; none lets everyone in")

    @model_validator(mode="after")
    def _symbols_once(self) -> Self:
        names = [each.symbol for each in self.symbols]
        if len(set(names)) < len(names):
            raise ValueError(f"symbols={names}: each symbol may be named once")
        return self
