"""What an operator chooses about trading: simulated venues, and engines in their slots."""

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from components._common.cpus import parse_cpus
from components._common.ports import PORT, PortUse, uses
from components._common.settings import Settings

VENUE_PORT = 8080
"""Where a simulator listens inside its plane."""

_NAME = r"^[a-z][a-z0-9-]{0,30}$"
# Between the end of the drain and SIGKILL: the exit itself and the daemon's own delay.
_EXIT_SECONDS = 5
# Order rows keep their order, so one connection writes them; both slots hold theirs while a deploy goes on.
_DIRECT_CONNECTIONS = 2


def _cpu_list(value: str) -> str:
    parse_cpus(value)
    return value


class SymbolSettings(Settings):
    """One symbol: what simulators quote and engines trade."""

    symbol: str = Field(pattern=r"^[A-Z0-9]+-[A-Z0-9]+$")
    """Base and quote, such as BTC-USD."""
    price: float = Field(gt=0)
    """Price that the simulated walk starts from, in the quote currency."""
    tick_size: float = Field(gt=0)
    """Smallest price step, in the quote currency."""
    lot_size: float = Field(gt=0)
    """Smallest quantity step that all venues accept, in units of the base."""
    level_size: float = Field(gt=0)
    """Average simulated quantity on one price level, in units of the base."""


class VenueSettings(Settings):
    """One simulated venue."""

    name: str = Field(pattern=_NAME)
    """Name in metrics and tables."""
    host: str
    """Name of the host it is on: the plane's."""
    plane: str
    """Name of the plane it is on."""
    address: IPv4Address
    """Its fixed address in the plane."""
    order_latency_us: int = Field(default=150, ge=0, le=10_000_000)
    """Order received to answered, in microseconds; 150 stands for a venue in the same building."""
    feed_latency_us: int = Field(default=50, ge=0, le=10_000_000)
    """Price made to sent, in microseconds."""
    taker_fee_bps: float = Field(default=1.0, ge=0, le=100)
    """Fee on a fill, in basis points."""
    max_orders_per_10_seconds: int = Field(default=1000, ge=1)
    """New orders of an account, both slots together; more are refused. 1,000 is twice what an engine with 50 a second
    sends to two venues at most, all of it to one."""


class VenueSimulatorsSettings(Settings):
    """The simulated venues, and what they trade."""

    symbols: tuple[SymbolSettings, ...] = Field(min_length=1)
    """What every venue trades; all venues share one price walk per symbol."""
    venues: tuple[VenueSettings, ...] = Field(min_length=1)
    """The venues; an arbitrage engine needs two."""
    seed: int = Field(default=1, ge=0)
    """Seed of the price walks: the same seed, the same prices."""
    venue_port: Annotated[int, PORT] = 18200
    """First port of venues on their host's address, for metrics and for engines on other hosts."""
    venue_memory_mib: int = Field(default=128, ge=64)
    """Hard limit of one simulator in MiB."""

    @model_validator(mode="after")
    def _venues_are_apart(self) -> "VenueSimulatorsSettings":
        _once("symbols", "symbol", [each.symbol for each in self.symbols])
        _once("venues", "name", [venue.name for venue in self.venues])
        _once("venues", "address", [f"{venue.address} (plane {venue.plane})" for venue in self.venues])
        return self

    def port_uses(self) -> tuple[PortUse, ...]:
        """The ports of the venues on their hosts."""
        return uses("trading.venue_port", self.venue_port, [venue.host for venue in self.venues])


class TradingContainerSettings(Settings):
    """What every trading container is given, whatever its image."""

    host: str
    """Name of the host it is on."""
    cpu_set: Annotated[str, AfterValidator(_cpu_list)]
    """CPUs that nothing else of the stack uses, such as "2-3"."""
    memory_mib: int = Field(default=512, ge=64)
    """Hard limit in MiB; there is no swap above it."""
    open_files: int = Field(default=65_536, ge=1_024, le=1_048_576)
    """How many files and sockets it may have open; at most the Docker daemon's own limit where that has no
    CAP_SYS_RESOURCE."""
    lock_memory: bool = True
    """Whether it may lock all its memory against paging; false where the Docker daemon has no CAP_SYS_RESOURCE."""
    shm_mib: int = Field(default=64, ge=64)
    """Size of /dev/shm in MiB, for engines with rings in shared memory; 64 is Docker's default."""
    ready_timeout_seconds: int = Field(default=60, ge=5, le=3600)
    """How long a start may take before the deployment fails: books built, positions reconciled."""
    stop_grace_seconds: int = Field(default=30, ge=1, le=3600)
    """From SIGTERM to SIGKILL. A kill before resting orders are cancelled leaves them at the venue."""


class LimitSettings(Settings):
    """Pre-trade limits; none has a default and none can be switched off (SEC 15c3-5, RTS 6 Art. 15)."""

    max_order_usd: float = Field(gt=0)
    """Notional of one order, in US dollars."""
    max_position_usd: float = Field(gt=0)
    """Absolute position in one symbol on one venue, in US dollars."""
    max_exposure_usd: float = Field(gt=0)
    """Sum of all absolute positions, in US dollars."""
    max_open_orders: int = Field(gt=0)
    """Orders without an end, over all venues."""
    max_orders_per_second: float = Field(gt=0)
    """New orders per second, over all venues."""

    @model_validator(mode="after")
    def _limits_nest(self) -> "LimitSettings":
        order, position, exposure = self.max_order_usd, self.max_position_usd, self.max_exposure_usd
        if order > position:
            raise ValueError(f"max_order_usd={order} exceeds max_position_usd={position}: no such order could pass")
        if position > exposure:
            raise ValueError(f"max_position_usd={position} exceeds max_exposure_usd={exposure}: lower it")
        return self


class EngineSettings(TradingContainerSettings):
    """The arbitrage engine."""

    name: str = Field(default="engine", pattern=_NAME)
    """Name of the part; its slots are `<name>-blue` and `<name>-green`."""
    image: str = "workloads"
    """Name in the image lock."""
    slot: Literal["blue", "green"] = "blue"
    """The slot that holds the engine; the other one stays free for the next version."""
    blue_port: Annotated[int, PORT] = 18080
    """Port of slot blue: health, control, metrics."""
    green_port: Annotated[int, PORT] = 18090
    """Port of slot green."""
    strategy: str = Field(default="arbitrage", pattern=_NAME)
    """Name in metrics and in the lease: one leader per stack and strategy."""
    symbols: tuple[str, ...] = Field(min_length=1)
    """What it trades, of `trading.symbols`."""
    limits: LimitSettings
    """Pre-trade limits."""
    min_edge_bps: float = Field(default=2.0, ge=0, le=1000)
    """Least edge after fees that is traded, in basis points."""
    min_size_usd: float = Field(default=10.0, ge=0)
    """Smallest trade, in US dollars."""
    inventory_ratio: float = Field(default=0.7, gt=0, le=1)
    """Share of the position and exposure limits that trades may fill. The rest is for legs that stay open and for
    prices that move: 0.7 stays below the 0.8 from which RiskLimitNear tells, unless prices move by a seventh."""
    state_on_leadership: Literal["active", "reducing", "halted"] = "halted"
    """State to take with the lease. halted: someone has to say that trading may begin."""
    orders_path: Literal["pooled", "direct"] = "pooled"
    """How orders reach the primary. pooled: through the pooler, which holds them back in a planned switchover.
    direct: by the router's writer route, one hop fewer, on a connection of their own that a new primary cuts."""
    drain_seconds: int = Field(default=10, ge=1, le=600)
    """From SIGTERM to exit: resting orders cancelled and confirmed."""
    dead_man_seconds: int = Field(default=30, ge=1, le=900)
    """Venues cancel for us after so much silence. Kraken Spot recommends 60 s, One Trading 30 s."""
    algo_id: str = Field(default="arb-1", min_length=1)
    """Who decided, in every order record (RTS 6 Art. 12)."""
    trader_id: str = Field(default="none", min_length=1)
    """Who is responsible, in every order record."""

    @property
    def port(self) -> int:
        """Port of the slot in use."""
        return self.blue_port if self.slot == "blue" else self.green_port

    @property
    def free_slot(self) -> Literal["blue", "green"]:
        """The slot that is kept for the next version."""
        return "green" if self.slot == "blue" else "blue"

    @property
    def free_port(self) -> int:
        """Port of the free slot."""
        return self.green_port if self.slot == "blue" else self.blue_port

    @property
    def direct_connections(self) -> int:
        """Connections of hft_writer that it may hold past the pooler."""
        return _DIRECT_CONNECTIONS if self.orders_path == "direct" else 0

    @model_validator(mode="after")
    def _drain_fits(self) -> "EngineSettings":
        needed = self.drain_seconds + _EXIT_SECONDS
        if self.stop_grace_seconds < needed:
            raise ValueError(
                f"stop_grace_seconds={self.stop_grace_seconds} is below drain_seconds + {_EXIT_SECONDS} = {needed}: "
                "the engine would be killed with orders at the venue"
            )
        if self.drain_seconds >= self.dead_man_seconds:
            raise ValueError(
                f"drain_seconds={self.drain_seconds} is not below dead_man_seconds={self.dead_man_seconds}: "
                "venues would cancel the orders of a draining engine"
            )
        return self

    def port_uses(self, path: str) -> tuple[PortUse, ...]:
        """The ports of both slots, of the engine at `path`: the free one is kept for the next version."""
        return (
            *uses(f"{path}.blue_port", self.blue_port, [self.host]),
            *uses(f"{path}.green_port", self.green_port, [self.host]),
        )


class TradingSettings(VenueSimulatorsSettings):
    """Venues and engines."""

    engines: tuple[EngineSettings, ...] = ()
    """The engines; one per strategy."""

    @model_validator(mode="after")
    def _engines_are_apart(self) -> "TradingSettings":
        _once("engines", "name", [engine.name for engine in self.engines])
        _once("engines", "strategy", [engine.strategy for engine in self.engines])
        return self

    @model_validator(mode="after")
    def _engines_trade_known_symbols(self) -> "TradingSettings":
        known = [each.symbol for each in self.symbols]
        for number, engine in enumerate(self.engines):
            _once(f"engines[{number}].symbols", "", list(engine.symbols))
            for symbol in engine.symbols:
                if symbol not in known:
                    raise ValueError(
                        f"engines[{number}].symbols has {symbol}, which is not in symbols ({', '.join(known)}): add it"
                    )
        return self

    def port_uses(self) -> tuple[PortUse, ...]:
        """The ports of venues and engines."""
        engines = (engine.port_uses(f"trading.engines[{number}]") for number, engine in enumerate(self.engines))
        return (*super().port_uses(), *(use for uses_of_one in engines for use in uses_of_one))


def _once(path: str, field: str, values: Sequence[str]) -> None:
    dotted = f".{field}" if field else ""
    for number, value in enumerate(values):
        first = values.index(value)
        if first < number:
            raise ValueError(f"{path}[{number}]{dotted}={value} is also {path}[{first}]{dotted}: change one")
