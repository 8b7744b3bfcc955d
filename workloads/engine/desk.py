"""The order desk: the only place that sends orders. It checks, sends, follows every order to its end and records it."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from workloads import wire
from workloads.engine import rows
from workloads.engine.gate import Gate
from workloads.engine.lease import Lease
from workloads.engine.limits import VenueLimits
from workloads.engine.orders import Event, OpenOrders, Order
from workloads.engine.positions import Positions
from workloads.engine.recorder import Recorder
from workloads.engine.risk import Risk
from workloads.engine.roundtrip import Roundtrips
from workloads.engine.settings import EngineSettings
from workloads.engine.venue_client import VenueClient
from workloads.log import Log
from workloads.metrics import EngineMetrics

log = Log("engine.desk")
_POLL_SECONDS: Final = 0.005


class OrderDesk:
    """Order entry at all venues. `moved` is told of every fill and every end of an order."""

    def __init__(
        self, settings: EngineSettings, metrics: EngineMetrics, recorder: Recorder, gate: Gate, lease: Lease
    ) -> None:
        self.positions, self.orders, self.roundtrips = Positions(), OpenOrders(), Roundtrips()
        self.risk = Risk(settings.risk, self.positions, self.orders)
        self.limits = VenueLimits()
        self.clients: Mapping[str, VenueClient] = {}
        self.reconciled: set[str] = set()
        self.moved: Callable[[Order], None] = lambda _order: None
        self._settings, self._metrics, self._recorder, self._gate = settings, metrics, recorder, gate
        self._lease = lease
        self._dead_man_at: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def may_send(self, order: Order) -> bool:
        """Say whether state and lease allow the order: halted allows none, reducing only a flattening one."""
        state = self._gate.state
        allowed = state == "active" or (state == "reducing" and order.purpose == "flatten")
        return allowed and self._lease.held()

    async def submit(self, order: Order) -> None:
        """Record the intent and write the order to its venue; an order that may not go ends as rejected."""
        if not self.may_send(order):
            self._ended(order, "rejected", "not_allowed")
            return
        self.orders.add(order)
        self._record(order, "submitted")
        self.risk.rate.take(1)
        message = {
            "op": "new", "id": str(order.id), "s": order.symbol, "side": order.side, "px": order.price,
            "qty": order.size, "tif": order.tif, "epoch": self._lease.epoch,
        }  # fmt: skip
        order.sent_ns = time.perf_counter_ns()
        try:
            await self.clients[order.venue].send("orders", message)
        except ConnectionError:
            self._ended(order, "rejected", "not_connected")

    async def cancel(self, order: Order) -> None:
        """Ask the venue to cancel; it passes in every state."""
        order.cancel_sent_ns = time.perf_counter_ns()
        try:
            await self.clients[order.venue].send("orders", {"op": "cancel", "id": str(order.id)})
        except ConnectionError:
            log.warning("cancel not sent: not connected", venue=order.venue, order=str(order.id))

    async def cancel_all(self, timeout_seconds: float) -> int:
        """Cancel everything and wait for the venues to confirm; return how many orders have no known end.

        As the leader, all orders of the account, whoever sent them; otherwise only this engine's.
        """
        for client in self.clients.values():
            if self._lease.held() and client.connected("orders"):
                await client.send("orders", {"op": "cancel_all"})
            else:
                for order in self.orders.at(client.name):
                    await self.cancel(order)
        until = time.monotonic() + timeout_seconds
        while len(self.orders) and time.monotonic() < until:
            await asyncio.sleep(_POLL_SECONDS)
        return len(self.orders)

    async def log_in(self, client: VenueClient) -> None:
        """Begin an order entry session and ask what became of the orders that the last one left open."""
        account = f"{self._settings.stack}-{self._settings.strategy}"
        login = {"op": "login", "account": account, "epoch": self._lease.epoch, "cancel_on_disconnect": True}
        await client.send("orders", login)
        await self.ask_status(client)
        await self._refresh_dead_man(client)

    async def ask_status(self, client: VenueClient) -> None:
        """Ask for positions, open orders and the status of ours; `on_message` takes the answer."""
        ids = [str(order.id) for order in self.orders.at(client.name)]
        await client.send("orders", {"op": "status", "ids": ids})

    def disconnected(self, client: VenueClient) -> None:
        """Keep the venue's open orders as unknown: only the venue can tell what became of them."""
        self.reconciled.discard(client.name)
        for order in self.orders.at(client.name):
            order.state = "unknown"

    async def refresh_dead_men(self) -> None:
        """While leading, keep every venue's dead man's switch from firing; a standby must not hide a dead leader."""
        while True:
            for client in self.clients.values():
                if client.connected("orders"):
                    await self._refresh_dead_man(client)
            await asyncio.sleep(self._settings.dead_man_ms / 3000)

    async def _refresh_dead_man(self, client: VenueClient) -> None:
        if self._lease.held():
            await client.send("orders", {"op": "dead_man", "timeout_ms": self._settings.dead_man_ms})
            self._dead_man_at[client.name] = time.monotonic() + self._settings.dead_man_ms / 1000

    def dead_man_seconds(self, venue: str) -> float:
        """Return seconds until the venue cancels for us; not a number before the first refresh."""
        at = self._dead_man_at.get(venue)
        return float("nan") if at is None else max(0.0, at - time.monotonic())

    def on_message(self, client: VenueClient, message: wire.Message, mono_ns: int) -> None:
        """Take one answer of a venue."""
        kind = message["t"]
        if kind == "state":
            self._on_state(client, message)
        elif kind != "cancelled_all":
            order = self.orders.get(message["id"])
            if order is not None:
                self._on_order(client, order, message, mono_ns)
            if "use" in message:
                self.limits.told(client.name, message["use"], mono_ns)

    def _on_order(self, client: VenueClient, order: Order, message: wire.Message, mono_ns: int) -> None:
        match message["t"]:
            case "ack":
                self._answered(order, "acked", mono_ns)
                order.state = "open"
                self._record(order, "acked")
            case "fill":
                self._filled(order, message)
            case "canc":
                if order.cancel_sent_ns:
                    self._measure(order.venue, "cancel", "acked", mono_ns - order.cancel_sent_ns)
                self._ended(order, "cancelled", message["reason"])
            case "rej" if order.answered:
                order.state = "unknown"
                self.spawn(self.ask_status(client))
            case "rej":
                self._answered(order, "rejected", mono_ns)
                self._ended(order, "rejected", message["reason"])
                if message["reason"] == wire.RATE_LIMIT:
                    self._metrics.venue_429.labels(order.venue).inc()

    def _answered(self, order: Order, outcome: str, mono_ns: int) -> None:
        order.answered = True
        roundtrip = mono_ns - order.sent_ns
        self.roundtrips.add(roundtrip)
        self._measure(order.venue, "ioc" if order.tif == "ioc" else "limit", outcome, roundtrip)

    def _measure(self, venue: str, kind: str, outcome: str, ns: int) -> None:
        self._metrics.order_roundtrip.labels(venue, kind, outcome).observe(ns / 1e9)

    def _filled(self, order: Order, message: wire.Message) -> None:
        price, size = message["px"], message["qty"]
        order.filled = message["filled"]
        order.cost += price * size
        self.positions.at(order.venue, order.symbol).fill(order.side, price, size, message["fee"])
        self._record(order, "filled", "" if message["left"] <= 0 else "partial", price, size)
        if message["left"] <= 0:
            self.orders.finish(order)
        self.moved(order)

    def _ended(self, order: Order, event: Event, reason: str) -> None:
        self.orders.finish(order)
        self._record(order, event, reason)
        self.moved(order)

    def _on_state(self, client: VenueClient, message: wire.Message) -> None:
        """Reconcile: what became of unknown orders, positions as the venue has them, orders that nobody owns."""
        for status in message["statuses"]:
            order = self.orders.get(status["id"])
            if order is not None:
                self._reconcile(order, status["outcome"], status["filled"])
        differed = self.positions.reconcile(client.name, message["positions"])
        if differed:
            log.warning("positions taken over from the venue", venue=client.name, symbols=differed)
        self.reconciled.add(client.name)
        if self._lease.held():
            for order_id in message["orders"]:
                if self.orders.get(order_id) is None:
                    log.warning("cancelling an order that nobody owns", venue=client.name, order=order_id)
                    self.spawn(client.send("orders", {"op": "cancel", "id": order_id}))

    def _reconcile(self, order: Order, outcome: str, filled: float) -> None:
        size = filled - order.filled
        if size > 0:
            order.filled = filled
            order.cost += order.price * size
            self._record(order, "filled", "reconciled", order.price, size)
        if outcome == "open":
            order.state, order.answered = "open", True
            self.moved(order)
        elif outcome == "filled":
            self.orders.finish(order)
            self.moved(order)
        else:
            self._ended(order, "rejected" if outcome in {"unknown", "rejected"} else "cancelled", "reconciled")

    def _record(
        self, order: Order, event: Event, reason: str = "", price: float | None = None, size: float | None = None
    ) -> None:
        self._metrics.orders.labels(event, reason).inc()
        settings = self._settings
        row = (
            rows.stamp(time.time_ns()), str(order.id), event, order.venue, order.symbol, order.side,
            order.price if price is None else price, order.size if size is None else size, reason,
            settings.algo_id, settings.trader_id, self._lease.epoch, settings.slot,
        )  # fmt: skip
        self._recorder.add(rows.ORDER_EVENTS, row)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run what sends, later; a connection that breaks meanwhile is logged."""

        async def guarded() -> None:
            try:
                await coroutine
            except ConnectionError as error:
                log.warning("not sent", error=str(error))

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
