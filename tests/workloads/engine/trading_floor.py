"""Two simulated venues' matching without network or time: what desk and strategy are tested on."""

import random
import time
from typing import Any

from workloads import wire
from workloads.bench import engine_settings
from workloads.engine.arbitrage import Arbitrage
from workloads.engine.books import Book
from workloads.engine.desk import OrderDesk
from workloads.engine.gate import Gate
from workloads.engine.opportunities import Opportunities
from workloads.engine.recorder import Recorder
from workloads.engine.settings import EngineSettings
from workloads.metrics import EngineMetrics
from workloads.venue.exchange import Exchange, Order, Reply
from workloads.venue.market import Market
from workloads.venue.settings import PriceSettings, SymbolSettings

BTC = SymbolSettings(symbol="BTC-USD", price=100.0, tick_size=0.5, lot_size=0.1, level_size=1.0)


class FloorClient:
    """Stands for a VenueClient: a message is answered at once, or kept when the venue is `slow`."""

    def __init__(self, name: str, floor: "Floor") -> None:
        self.name, self._floor = name, floor
        self.exchange = Exchange({"BTC-USD": Market(BTC, PriceSettings(levels=1, spread_bps=0), random.Random(1))}, 1.0)
        self.sent: list[wire.Message] = []
        self.up = self.answers = True

    def connected(self, channel: str) -> bool:
        return self.up

    async def send(self, channel: str, message: wire.Message) -> None:
        if not self.up:
            raise ConnectionError(f"{self.name} {channel}: not connected")
        self.sent.append(message)
        if self.answers:
            self.deliver(self._reply(message))

    def _reply(self, message: wire.Message) -> list[Reply]:
        match message["op"]:
            case "new":
                order = Order(
                    message["id"], "us", 1, message["s"], message["side"], message["px"], message["qty"], message["tif"]
                )
                return self.exchange.new(order, message["epoch"])
            case "cancel":
                return self.exchange.cancel("us", message["id"], 1)
            case "cancel_all":
                return self.exchange.cancel_all("us", "requested")
            case "status":
                return [(1, self.exchange.state("us", message["ids"]))]
        return []

    def deliver(self, replies: list[Reply]) -> None:
        for _, reply in replies:
            self._floor.desk.on_message(self, reply, time.perf_counter_ns())  # type: ignore[arg-type]

    def ops(self) -> list[str]:
        return [str(message["op"]) for message in self.sent]


class Lease:
    """A lease that is held, or not, as the test says."""

    def __init__(self) -> None:
        self.epoch = 3

    def held(self) -> bool:
        return self.epoch > 0

    async def run(self) -> None: ...

    async def release(self) -> None: ...


class Floor:
    """Venues alpha and beta, and an active engine's desk and strategy."""

    def __init__(self, **arbitrage: Any) -> None:
        # The clock is the machine's own, which may stand still for milliseconds: who tests slowness says so.
        patient = {"max_decision_us": 10_000_000, "max_quote_age_ms": 10_000}
        settings = EngineSettings.model_validate(
            engine_settings(1, {"alpha": 1, "beta": 2}, arbitrage={**patient, **arbitrage})
            | {"symbols": ({"symbol": "BTC-USD", "lot_size": 0.1},)},
            strict=False,
        )
        self.metrics, self.lease = EngineMetrics(), Lease()
        self.gate = Gate(lambda before, after, reason: None)
        self.recorder = Recorder(None, self.metrics, lambda cap, *, on: None)
        self.desk = OrderDesk(settings, self.metrics, self.recorder, self.gate, self.lease)
        opportunities = Opportunities(self.metrics, self.recorder)
        self.arbitrage = Arbitrage(settings, self.metrics, self.gate, self.desk, opportunities)
        self.alpha, self.beta = FloorClient("alpha", self), FloorClient("beta", self)
        self.desk.clients = {"alpha": self.alpha, "beta": self.beta}  # type: ignore[dict-item]
        self.books = {name: Book(name, "BTC-USD") for name in self.desk.clients}
        self.gate.want("active", "test")
        self.gate.cap("no_lease", on=False)
        self.gate.cap("not_ready", on=False)

    async def quote(self, client: FloorClient, offset_bps: float, age_ms: int = 0) -> None:
        """Move a venue's market and let the engine see it."""
        market = client.exchange.markets["BTC-USD"]
        market.move(offset_bps)
        wall_ns, mono_ns = time.time_ns(), time.perf_counter_ns()
        book = self.books[client.name]
        book.apply(market.snapshot(wall_ns), wall_ns - age_ms * 1_000_000)
        await self.arbitrage.on_book(book, list(self.books.values()), mono_ns, wall_ns)

    async def cross(self) -> None:
        """Make beta's bid 1 % above alpha's ask."""
        await self.quote(self.alpha, 0.0)
        await self.quote(self.beta, 150.0)

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    def opportunities(self) -> dict[str, float]:
        """Count by `state reason`, what is zero left out."""
        found = {}
        for family in self.metrics.registry.collect():
            if family.name == "hft_arb_opportunities":
                for sample in family.samples:
                    found[f"{sample.labels['state']} {sample.labels['reason']}".strip()] = sample.value
        return found

    def position(self, name: str) -> float:
        return self.desk.positions.at(name, "BTC-USD").quantity
