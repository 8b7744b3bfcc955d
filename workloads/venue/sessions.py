"""Order entry of the simulated venue: sessions, cancel on disconnect and the dead man's switch."""

import asyncio
import contextlib
import hmac
import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import WSMsgType, web

from workloads import wire
from workloads.log import Log
from workloads.venue.budget import OrderBudget
from workloads.venue.delay import DelayLine
from workloads.venue.exchange import Exchange, Order, Reply
from workloads.venue.metrics import VenueMetrics
from workloads.venue.settings import VenueSettings

log = Log("venue.orders")
_MAX_DEAD_MAN_MS: Final = 900_000  # the longest that a venue is known to allow (WOO X)


@dataclass(eq=False, slots=True)
class Session:
    """One order entry connection; it may do nothing before it has logged in."""

    number: int
    socket: web.WebSocketResponse
    account: str = ""
    cancel_on_disconnect: bool = True


class OrderEntry:
    """All order entry connections. `changed` is told which symbol's book an order has changed."""

    def __init__(
        self,
        exchange: Exchange,
        settings: VenueSettings,
        metrics: VenueMetrics,
        changed: Callable[[str], None],
        api_key: str | None,
    ) -> None:
        draw = random.Random(f"{settings.seed}:{settings.venue}:orders")
        self.line = DelayLine(settings.latency.order_us, settings.latency.jitter_us, draw)
        self._exchange, self._api_key, self._metrics, self._changed = exchange, api_key, metrics, changed
        self._budget = OrderBudget(settings.max_orders_per_10_seconds)
        self._sessions: dict[int, Session] = {}
        self._numbers = itertools.count(1)
        self._dead_men: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Handle one order entry connection until it ends; a wrong key is refused with 401."""
        given = request.headers.get("X-Api-Key", "")
        if self._api_key is not None and not hmac.compare_digest(given.encode(), self._api_key.encode()):
            raise web.HTTPUnauthorized(text="X-Api-Key is not this venue's key\n")
        socket = web.WebSocketResponse(heartbeat=10)
        await socket.prepare(request)
        session = Session(next(self._numbers), socket)
        self._sessions[session.number] = session
        self._metrics.sessions.labels("orders").inc()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    decoded = wire.decode(message.data)
                    self.line.put(lambda decoded=decoded: self._handle(session, decoded))  # type: ignore[misc]
        finally:
            self._ended(session)
        return socket

    def _ended(self, session: Session) -> None:
        del self._sessions[session.number]
        self._metrics.sessions.labels("orders").dec()
        if session.cancel_on_disconnect:
            self._forced("disconnect", session.account, session.number)

    def _forced(self, reason: str, account: str, session: int | None) -> None:
        replies = self._exchange.cancel_all(account, reason, session)
        if replies:
            log.warning("orders cancelled by the venue", reason=reason, account=account, orders=len(replies))
            self._metrics.forced_cancels.labels(reason).inc(len(replies))
        self.deliver(replies)

    def _handle(self, session: Session, message: wire.Message) -> None:
        operation = message.get("op")
        if operation == "login":
            session.account = message["account"]
            session.cancel_on_disconnect = message["cancel_on_disconnect"]
            replies: list[Reply] = [(session.number, self._exchange.state(session.account, []))]
        elif not session.account:
            replies = [(session.number, {"t": "rej", "id": message.get("id"), "reason": "not_logged_in"})]
        else:
            replies = self._operation(session, message)
        self.deliver(replies)
        if operation == "new" and message["s"] in self._exchange.markets:
            self._changed(message["s"])

    def _operation(self, session: Session, message: wire.Message) -> list[Reply]:
        match message["op"]:
            case "new":
                return self._new(session, message)
            case "cancel":
                return self._exchange.cancel(session.account, message["id"], session.number)
            case "cancel_all":
                cancelled = self._exchange.cancel_all(session.account, "requested")
                return [*cancelled, (session.number, {"t": "cancelled_all", "n": len(cancelled)})]
            case "dead_man":
                self._dead_man(session.account, min(message["timeout_ms"], _MAX_DEAD_MAN_MS))
                return []
            case "status":
                return [(session.number, self._exchange.state(session.account, message["ids"]))]
            case unknown:
                return [(session.number, {"t": "rej", "id": message.get("id"), "reason": f"unknown_op {unknown!r}"})]

    def _new(self, session: Session, message: wire.Message) -> list[Reply]:
        now = time.monotonic()
        if self._budget.take(session.account, now):
            replies = self._exchange.new(self._order(session, message), message["epoch"])
        else:
            replies = [(session.number, {"t": "rej", "id": message["id"], "reason": wire.RATE_LIMIT})]
        _, answer = replies[0]
        answer["use"] = self._budget.use(session.account, now)
        return replies

    def _order(self, session: Session, message: wire.Message) -> Order:
        return Order(
            id=message["id"],
            account=session.account,
            session=session.number,
            symbol=message["s"],
            side=message["side"],
            price=message["px"],
            size=message["qty"],
            tif=message["tif"],
        )

    def _dead_man(self, account: str, timeout_ms: float) -> None:
        handle = self._dead_men.pop(account, None)
        if handle:
            handle.cancel()
        if timeout_ms > 0:
            loop = asyncio.get_running_loop()
            self._dead_men[account] = loop.call_later(timeout_ms / 1000, self._forced, "dead_man", account, None)

    def deliver(self, replies: list[Reply]) -> None:
        """Send replies to their sessions, in order; who is gone can ask for the status later."""
        if not replies:
            return
        for _, reply in replies:
            self._metrics.orders.labels(reply["t"], reply.get("reason", "")).inc()
        self._metrics.open_orders.set(len(self._exchange.open))
        task = asyncio.create_task(self._send(replies))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, replies: list[Reply]) -> None:
        for number, reply in replies:
            session = self._sessions.get(number)
            if session is not None:
                with contextlib.suppress(ConnectionError):
                    await session.socket.send_str(wire.encode(reply))

    async def disconnect_all(self) -> None:
        """Close all order entry connections."""
        await asyncio.gather(*(session.socket.close() for session in tuple(self._sessions.values())))

    def close(self) -> None:
        """Stop the dead man's switches and give the timer back."""
        for handle in self._dead_men.values():
            handle.cancel()
        self.line.close()
