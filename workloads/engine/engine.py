"""The engine: joins feeds, strategy, order desk, lease and recorder, and answers for the trading state."""

import asyncio
import json
import time
from typing import Final

from workloads import wire
from workloads.engine import clock, rows
from workloads.engine.arbitrage import Arbitrage
from workloads.engine.books import Applied, Book
from workloads.engine.cpu import CpuAccount
from workloads.engine.desk import OrderDesk
from workloads.engine.gate import Gate
from workloads.engine.lease import lease
from workloads.engine.opportunities import Opportunities
from workloads.engine.recorder import Recorder
from workloads.engine.settings import EngineSettings
from workloads.engine.venue_client import Channel, VenueClient
from workloads.log import Log
from workloads.metrics import EngineMetrics, TradingState

log = Log("engine")
_HOUSEKEEPING_SECONDS: Final = 0.25
_DRAIN_SHARE, _CONFIRM_SHARE, _FLUSH_SHARE = 0.3, 0.3, 0.3
"""Of `stop_timeout_seconds`; the rest is for giving the lease back."""


class Engine:
    """One engine. `run` until cancelled, then `stop`; raises ConfigError when a secret cannot be read."""

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.metrics = EngineMetrics()
        self.gate = Gate(self._state_changed)
        self.lease = lease(settings, self._leadership_changed)
        self.recorder = Recorder(settings.database, self.metrics, self.gate.cap)
        self.desk = OrderDesk(settings, self.metrics, self.recorder, self.gate, self.lease)
        opportunities = Opportunities(self.metrics, self.recorder)
        self._arbitrage = Arbitrage(settings, self.metrics, self.gate, self.desk, opportunities)
        self.clients = {v.venue: VenueClient(v, self.metrics, self) for v in settings.venues}
        self.desk.clients = self.clients
        self._books = {s.symbol: {venue: Book(venue, s.symbol) for venue in self.clients} for s in settings.symbols}
        self._symbol_books = {symbol: list(books.values()) for symbol, books in self._books.items()}
        self._latency = {v: self.metrics.marketdata_latency.labels(v, "book") for v in self.clients}
        self._cpu = CpuAccount(self.metrics)
        self._leads = False
        self._operator = False
        self.metrics.start_at_zero(self.clients, self._books)
        self.metrics.set_trading_state(self.gate.state)
        self.metrics.leader.labels(settings.slot).set(0)
        self.metrics.build_info.labels(settings.digest, settings.slot).set(1)

    async def run(self) -> None:
        """Trade until cancelled."""
        self.audit("engine", "started", {"digest": self.settings.digest})
        async with asyncio.TaskGroup() as group:
            for client in self.clients.values():
                group.create_task(client.run())
            for coroutine in (self.recorder.run, self.lease.run, self.desk.refresh_dead_men, self._keep_house):
                group.create_task(coroutine())

    # Market data

    async def on_market_data(self, client: VenueClient, message: wire.Message, mono_ns: int, wall_ns: int) -> None:
        """Apply an update and act on it; ask for a snapshot when one is missing."""
        book = self._books[message["s"]][client.name]
        before_ns = time.perf_counter_ns()
        applied = book.apply(message, wall_ns)
        apply_ns = time.perf_counter_ns() - before_ns
        if applied is Applied.GAP:
            self.metrics.marketdata_gap.labels(client.name, book.symbol).inc()
            await client.send("md", {"op": "snapshot", "symbol": book.symbol})
        elif applied is not Applied.OLD:
            if applied is Applied.RESET:
                self.metrics.marketdata_seq_reset.labels(client.name, book.symbol).inc()
            await self._arbitrage.on_book(book, self._symbol_books[book.symbol], mono_ns, wall_ns)
            self._record_tick(book)
        self.metrics.orderbook_apply.observe(apply_ns * 1e-9)
        self._observe_latency(client.name, wall_ns - message["ts"])

    def _observe_latency(self, venue: str, ns: int) -> None:
        if ns >= 0:
            self._latency[venue].observe(ns * 1e-9)
        else:
            self.metrics.marketdata_latency_negative.labels(venue, "book").inc()

    def _record_tick(self, book: Book) -> None:
        row = (
            rows.stamp(book.received_ns), book.venue, book.symbol, book.bid, book.bid_size, book.ask, book.ask_size,
            rows.stamp(book.exchange_ns), book.sequence,
        )  # fmt: skip
        self.recorder.add(rows.TICKS, row)

    # Connections

    def on_order_entry(self, client: VenueClient, message: wire.Message, mono_ns: int) -> None:
        """Hand an answer to the order desk."""
        self.desk.on_message(client, message, mono_ns)

    async def on_connected(self, client: VenueClient, channel: Channel) -> None:
        """Subscribe, or log in to order entry."""
        if channel == "md":
            await client.send("md", {"op": "subscribe", "symbols": list(self._books)})
        else:
            await self.desk.log_in(client)

    def on_disconnected(self, client: VenueClient, channel: Channel) -> None:
        """Trust nothing that came over the connection any more."""
        if channel == "orders":
            self.desk.disconnected(client)
        else:
            for books in self._books.values():
                books[client.name].invalidate()

    def missing(self) -> list[str]:
        """Return what stands between the engine and being ready, sorted: books not built, venues not reconciled.

        Nothing missing for the first time opens the gate; later each trade looks at its own venues only.
        """
        every = [book for books in self._symbol_books.values() for book in books]
        books = [f"book {book.venue} {book.symbol}" for book in every if not book.valid]
        venues = [f"positions {venue}" for venue in self.clients if venue not in self.desk.reconciled]
        if not books and not venues:
            self.gate.cap("not_ready", on=False)
        return sorted(books + venues)

    # State and leadership

    def order(self, state: TradingState, actor: str) -> None:
        """Do what an operator says; it holds over a change of leadership."""
        self._operator = True
        self.audit(actor, {"active": "activate", "reducing": "reduce", "halted": "halt"}[state], {})
        self.gate.want(state, f"ordered by {actor}")

    def _state_changed(self, before: TradingState, after: TradingState, reason: str) -> None:
        log.warning("trading state changed", before=before, after=after, reason=reason)
        self.metrics.set_trading_state(after)
        self.audit("engine", "state", {"before": before, "after": after, "reason": reason})
        if before == "active" or after == "halted":
            self.desk.spawn(self._cancel_all())

    async def _cancel_all(self) -> None:
        left = await self.desk.cancel_all(self.settings.stop_timeout_seconds)
        if left:
            log.error("orders not confirmed as cancelled", orders=left)

    def _leadership_changed(self) -> None:
        leads = self.lease.held()
        self.metrics.leader.labels(self.settings.slot).set(leads)
        self.metrics.leader_epoch.set(self.lease.epoch)
        if leads == self._leads:
            return
        self._leads = leads
        self.audit("engine", "lease won" if leads else "lease lost", {"epoch": self.lease.epoch})
        if leads and not self._operator:
            self.gate.want(self.settings.state_on_leadership, "state_on_leadership")
        self.gate.cap("no_lease", on=not leads)
        if leads:
            for client in self.clients.values():
                if client.connected("orders"):
                    self.desk.spawn(self.desk.log_in(client))

    def audit(self, actor: str, action: str, details: dict[str, object]) -> None:
        """Record who did what to this engine."""
        settings = self.settings
        subject = f"{settings.stack}/{settings.strategy}/{settings.slot}"
        text = json.dumps(details | {"epoch": self.lease.epoch})
        self.recorder.add(rows.AUDIT_LOG, (rows.stamp(time.time_ns()), actor, action, subject, text))

    # Housekeeping and the end

    async def _keep_house(self) -> None:
        while True:
            self.missing()
            self._set_gauges()
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)

    def _set_gauges(self) -> None:
        metrics, desk, now_ns = self.metrics, self.desk, time.time_ns()
        for books in self._books.values():
            for book in books.values():
                age = (now_ns - book.received_ns) * 1e-9 if book.received_ns else float("nan")
                metrics.marketdata_age.labels(book.venue, book.symbol).set(age)
                if book.valid:
                    desk.positions.at(book.venue, book.symbol).marked((book.bid + book.ask) / 2)
        everything = [position for _, position in desk.positions.items()]
        for (venue, symbol), position in desk.positions.items():
            metrics.position.labels(venue, symbol).set(position.quantity)
        metrics.unhedged_age.set(self._arbitrage.unhedged_seconds())
        metrics.exposure_usd.set(desk.positions.exposure_usd)
        metrics.pnl_usd.labels("realized").set(sum(position.realized for position in everything))
        metrics.pnl_usd.labels("unrealized").set(sum(position.unrealized for position in everything))
        metrics.pnl_usd.labels("fees").set(sum(position.fees for position in everything))
        for limit, ratio in desk.risk.ratios(time.monotonic()).items():
            metrics.risk_limit_ratio.labels(limit).set(ratio)
        for venue, bucket, ratio in desk.limits.ratios(time.perf_counter_ns()):
            metrics.venue_ratelimit_used.labels(venue, bucket).set(ratio)
        for venue in self.clients:
            metrics.deadman_remaining.labels(venue).set(desk.dead_man_seconds(venue))
        metrics.leader.labels(self.settings.slot).set(self.lease.held())
        metrics.clock_error.set(clock.error_seconds())

    async def exposition(self) -> bytes:
        """The body of `GET /metrics`."""
        self._cpu.take()
        return await self.metrics.exposition()

    async def drain(self) -> int:
        """Stop entering, cancel, hedge what is half done, confirm, flush, release; return orders without an end.

        Takes at most `stop_timeout_seconds`; connections, recorder and lease have to run still.
        """
        budget = self.settings.stop_timeout_seconds
        self.gate.cap("draining", on=True)
        until = time.monotonic() + budget * _DRAIN_SHARE
        while not self._arbitrage.is_idle and time.monotonic() < until:
            await asyncio.sleep(0.005)
        self.gate.cap("stopping", on=True)
        left = await self.desk.cancel_all(budget * _CONFIRM_SHARE)
        self.audit("engine", "stopped", {"open_orders": left})
        flushed = await self.recorder.flushed(budget * _FLUSH_SHARE)
        (log.info if flushed and not left else log.error)("drained", open_orders=left, recorded=flushed)
        return left
