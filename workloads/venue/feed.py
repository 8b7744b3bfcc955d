"""Market data of the simulated venue: moves the prices and sends snapshots and deltas to who subscribed."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from workloads import wire
from workloads.venue.delay import DelayLine
from workloads.venue.exchange import Exchange, Reply
from workloads.venue.metrics import VenueMetrics
from workloads.venue.prices import Noise, Walk
from workloads.venue.settings import VenueSettings

_SLOW_CONSUMER_BYTES: Final = 1_000_000
"""Unsent bytes after which a subscriber is closed, so that one of them cannot hold up the rest."""

Deliver = Callable[[list[Reply]], None]
Sending = Coroutine[Any, Any, object]


@dataclass(eq=False, slots=True)
class Subscriber:
    """One market data connection."""

    socket: web.WebSocketResponse
    request: web.Request
    symbols: set[str] = field(default_factory=set)

    def is_slow(self) -> bool:
        """Say whether it has stopped reading."""
        transport = self.request.transport
        return transport is not None and transport.get_write_buffer_size() > _SLOW_CONSUMER_BYTES


class Feed:
    """The price process and the market data connections. `run` until cancelled; needs a running event loop."""

    def __init__(self, settings: VenueSettings, exchange: Exchange, metrics: VenueMetrics) -> None:
        self.dropped_until = 0.0
        self._settings, self._exchange, self._metrics = settings, exchange, metrics
        self._subscribers: set[Subscriber] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        latency = settings.latency
        self._line = DelayLine(
            latency.feed_us, latency.jitter_us, random.Random(f"{settings.seed}:{settings.venue}:feed")
        )
        each = settings.symbols
        self._walks = {s.symbol: Walk(settings.seed, s.symbol, s.volatility_bps) for s in each}
        self._noises = {s.symbol: Noise(settings.seed, settings.venue, s.symbol, settings.prices) for s in each}
        self.move_all()

    async def run(self, deliver: Deliver) -> None:
        """Move every symbol once per interval; `deliver` gets the fills that this causes."""
        interval = self._settings.prices.tick_interval_ms / 1000
        while True:
            await asyncio.sleep(interval)
            self.move_all()
            for symbol in self._exchange.markets:
                deliver(self._exchange.match_resting(symbol))
                self.publish(symbol)

    def move_all(self) -> None:
        """Put every book where its walk and its noise are now."""
        now = time.time()
        for symbol, market in self._exchange.markets.items():
            market.move(self._walks[symbol].offset_bps(now) + self._noises[symbol].next_bps())

    def publish(self, symbol: str) -> None:
        """Send the symbol's changes, if there are any, to its subscribers after the feed's delay."""
        market = self._exchange.markets[symbol]
        if market.has_changes():
            text = wire.encode(market.delta(time.time_ns()))
            self._metrics.marketdata_messages.labels(symbol).inc()
            self._line.put(lambda: self._broadcast(symbol, text))

    def _broadcast(self, symbol: str, text: str) -> None:
        for subscriber in self._subscribers:
            if symbol not in subscriber.symbols:
                continue
            if subscriber.is_slow():
                self._metrics.slow_consumers.inc()
                subscriber.symbols.clear()
                self._start(subscriber.socket.close(message=b"slow consumer"))
            else:
                self._start(subscriber.socket.send_str(text))

    def _start(self, coroutine: Sending) -> None:
        async def guarded() -> None:
            with contextlib.suppress(ConnectionError):
                await coroutine

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Handle one market data connection until it ends."""
        if time.monotonic() < self.dropped_until:
            raise web.HTTPServiceUnavailable(text="market data is dropped by /control/drop-feed\n")
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        subscriber = Subscriber(socket, request)
        self._subscribers.add(subscriber)
        self._metrics.sessions.labels("md").inc()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._requested(subscriber, wire.decode(message.data))
        finally:
            self._subscribers.discard(subscriber)
            self._metrics.sessions.labels("md").dec()
        return socket

    def _requested(self, subscriber: Subscriber, message: wire.Message) -> None:
        names = message["symbols"] if message["op"] == "subscribe" else [message["symbol"]]
        for symbol in names:
            if symbol in self._exchange.markets:
                self._line.put(lambda symbol=symbol: self._snapshot(subscriber, symbol))  # type: ignore[misc]

    def _snapshot(self, subscriber: Subscriber, symbol: str) -> None:
        subscriber.symbols.add(symbol)
        text = wire.encode(self._exchange.markets[symbol].snapshot(time.time_ns()))
        self._start(subscriber.socket.send_str(text))

    async def drop(self, seconds: float) -> None:
        """Close all market data connections and refuse new ones for a while."""
        self.dropped_until = time.monotonic() + seconds
        await asyncio.gather(*(subscriber.socket.close() for subscriber in tuple(self._subscribers)))

    def close(self) -> None:
        """Give the timer back."""
        self._line.close()
