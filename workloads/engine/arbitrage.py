"""The strategy: decides on opportunities, sends both legs, and flattens what only one leg has filled."""

import asyncio
import math
import time
from dataclasses import dataclass, field
from typing import Final

from workloads import wire
from workloads.engine.books import Book
from workloads.engine.desk import OrderDesk
from workloads.engine.detect import Cross, crosses
from workloads.engine.gate import Gate
from workloads.engine.opportunities import Opportunities, Opportunity
from workloads.engine.orders import Order
from workloads.engine.settings import EngineSettings
from workloads.log import Log
from workloads.metrics import EngineMetrics

log = Log("engine.arbitrage")
_ABSURD_EDGE_BPS: Final = 500.0
"""An edge that wide is an error in somebody's data; it is the top bucket of `hft_arb_edge_bps`."""
_FLATTEN_PAUSE_SECONDS: Final = 0.05


@dataclass(slots=True, eq=False)
class Trade:
    """Two legs and the flattening orders that followed them; `unhedged_at` is monotonic seconds."""

    opportunity: Opportunity
    buy: Order
    sell: Order
    flattening: list[Order] = field(default_factory=list)
    unhedged_at: float = 0.0

    @property
    def imbalance(self) -> float:
        """Return what was bought more than sold, in units."""
        orders = (self.buy, self.sell, *self.flattening)
        return sum(order.filled if order.side == "buy" else -order.filled for order in orders)


class Arbitrage:
    """Cross-venue arbitrage over all books."""

    def __init__(
        self,
        settings: EngineSettings,
        metrics: EngineMetrics,
        gate: Gate,
        desk: OrderDesk,
        opportunities: Opportunities,
    ) -> None:
        self._settings, self._metrics, self._gate, self._desk = settings.arbitrage, metrics, gate, desk
        self._opportunities = opportunities
        self._fees = {venue.venue: venue.taker_fee_bps for venue in settings.venues}
        self._lots = {each.symbol: each.lot_size for each in settings.symbols}
        self._trades: dict[Order, Trade] = {}
        self._tick_to_trade = {name: metrics.tick_to_trade.labels(name) for name in self._fees}
        self._given_up_usd = self._given_up_at = 0.0
        desk.moved = self._moved

    async def on_book(self, book: Book, books: list[Book], mono_ns: int, wall_ns: int) -> None:
        """Look at a changed book against the same symbol's other books; trade at once when it is worth it."""
        found = crosses(book, books, self._fees, self._settings.min_edge_bps)
        for opportunity in self._opportunities.update(book.symbol, book.venue, found, wall_ns):
            size, reason = self._decide(opportunity.cross, mono_ns, wall_ns)
            if reason:
                self._opportunities.decide(opportunity, "rejected", reason)
            else:
                await self._trade(opportunity, size, mono_ns)
            self._opportunities.detected(opportunity)

    def _decide(self, cross: Cross, mono_ns: int, wall_ns: int) -> tuple[float, str]:
        """Return the size to trade, or why not to."""
        limits = self._settings
        if self._gate.state != "active":
            return 0.0, self._gate.state
        if not all(self._desk.clients[book.venue].connected("orders") for book in (cross.buy, cross.sell)):
            return 0.0, "not_connected"
        if not (0 < cross.buy_price < math.inf and cross.gross_bps <= _ABSURD_EDGE_BPS):
            return 0.0, "invalid_price"
        if wall_ns - min(cross.buy.received_ns, cross.sell.received_ns) > limits.max_quote_age_ms * 1_000_000:
            return 0.0, "stale"
        size, reason = self._size(cross)
        if not reason and time.perf_counter_ns() - mono_ns > limits.max_decision_us * 1000:
            reason = "too_slow"
        return size, reason

    def _size(self, cross: Cross) -> tuple[float, str]:
        risk, price, share = self._desk.risk, cross.buy_price, self._settings.inventory_ratio
        room = min(
            risk.room(cross.buy.venue, cross.symbol, "buy", cross.buy_price, share),
            risk.room(cross.sell.venue, cross.symbol, "sell", cross.sell_price, share),
        )
        size = self._whole_lots(cross.symbol, min(cross.size, room))
        if size <= 0 or size * price < self._settings.min_size_usd:
            return 0.0, "risk" if room < cross.size else "below_min_size"
        return size, risk.refusal(2, self._added_usd(cross, size), share, time.monotonic())

    def _added_usd(self, cross: Cross, size: float) -> float:
        """Return by how much the trade makes the sum of absolute positions larger; negative when smaller."""
        bought = self._desk.positions.at(cross.buy.venue, cross.symbol).quantity
        sold = self._desk.positions.at(cross.sell.venue, cross.symbol).quantity
        return (abs(bought + size) - abs(bought) + abs(sold - size) - abs(sold)) * cross.buy_price

    def _whole_lots(self, symbol: str, size: float) -> float:
        lot = self._lots[symbol]
        return round(math.floor(size / lot + 1e-9) * lot, 10)

    async def _trade(self, opportunity: Opportunity, size: float, mono_ns: int) -> None:
        cross = opportunity.cross
        tif: wire.TimeInForce = "ioc" if self._settings.order_type == "ioc" else "gtc"
        buy = Order(cross.buy.venue, cross.symbol, "buy", cross.buy_price, size, tif, "leg")
        sell = Order(cross.sell.venue, cross.symbol, "sell", cross.sell_price, size, tif, "leg")
        trade = self._trades[buy] = self._trades[sell] = Trade(opportunity, buy, sell)
        for leg in (buy, sell):
            if buy.is_done and not buy.filled:
                leg.state = "done"
                self._moved(leg)
                break
            await self._desk.submit(leg)
            self._tick_to_trade[leg.venue].observe((time.perf_counter_ns() - mono_ns) / 1e9)
        asyncio.get_running_loop().call_later(self._settings.leg_timeout_ms / 1000, self._timed_out, trade)

    def _timed_out(self, trade: Trade) -> None:
        for leg in (trade.buy, trade.sell):
            if leg.state in {"sent", "open"}:
                self._desk.spawn(self._desk.cancel(leg))

    def _moved(self, order: Order) -> None:
        """Follow a fill or an end: time the imbalance, settle once all orders of the trade have ended."""
        trade = self._trades.get(order)
        if trade is None:
            return
        self._time_imbalance(trade)
        if all(each.is_done for each in (trade.buy, trade.sell, *trade.flattening)):
            if trade.opportunity.outcome is None:
                taken = min(trade.buy.filled, trade.sell.filled) > 0
                self._opportunities.decide(trade.opportunity, "taken" if taken else "missed")
            self._settle(trade)

    def _time_imbalance(self, trade: Trade) -> None:
        now = time.monotonic()
        if self._is_flat(trade):
            if trade.unhedged_at:
                self._metrics.unhedged.observe(now - trade.unhedged_at)
            trade.unhedged_at = 0.0
        elif not trade.unhedged_at:
            trade.unhedged_at = now
        self._set_imbalance()

    def _set_imbalance(self) -> None:
        if "unhedged" not in self._gate.caps:
            self._given_up_usd = self._given_up_at = 0.0
        trades = set(self._trades.values())
        self._metrics.leg_imbalance_usd.set(self._given_up_usd + sum(abs(t.imbalance) * t.buy.price for t in trades))

    def unhedged_seconds(self) -> float:
        """Return the age of the oldest open leg; one that was given up counts until somebody activates. 0 for none."""
        given_up = self._given_up_at if "unhedged" in self._gate.caps else 0.0
        since = [at for at in (given_up, *(trade.unhedged_at for trade in self._trades.values())) if at]
        return time.monotonic() - min(since) if since else 0.0

    def _is_flat(self, trade: Trade) -> bool:
        return abs(trade.imbalance) < self._lots[trade.buy.symbol] / 2

    def _settle(self, trade: Trade) -> None:
        if self._is_flat(trade):
            self._forget(trade)
        elif len(trade.flattening) >= self._settings.flatten_attempts:
            log.error("leg not flattened: reducing until activated", symbol=trade.buy.symbol, units=trade.imbalance)
            self._gate.cap("unhedged", on=True)
            self._given_up_at = self._given_up_at or trade.unhedged_at
            self._given_up_usd += abs(trade.imbalance) * trade.buy.price
            self._forget(trade)
        else:
            pause = _FLATTEN_PAUSE_SECONDS if trade.flattening else 0.0
            asyncio.get_running_loop().call_later(pause, lambda: self._desk.spawn(self._flatten(trade)))

    async def _flatten(self, trade: Trade) -> None:
        """Undo what only one leg has filled, on the venue that filled it, at a price that should fill at once."""
        cross, slippage = trade.opportunity.cross, self._settings.flatten_slippage_bps * 1e-4
        size = self._whole_lots(cross.symbol, abs(trade.imbalance) + self._lots[cross.symbol] / 2)
        if trade.imbalance > 0:
            price = (cross.buy.bid if cross.buy.valid else cross.buy_price) * (1 - slippage)
            order = Order(cross.buy.venue, cross.symbol, "sell", price, size, "ioc", "flatten")
        else:
            price = (cross.sell.ask if cross.sell.valid else cross.sell_price) * (1 + slippage)
            order = Order(cross.sell.venue, cross.symbol, "buy", price, size, "ioc", "flatten")
        trade.flattening.append(order)
        self._trades[order] = trade
        await self._desk.submit(order)

    @property
    def is_idle(self) -> bool:
        """Say whether every trade has settled."""
        return not self._trades

    def _forget(self, trade: Trade) -> None:
        for order in (trade.buy, trade.sell, *trade.flattening):
            self._trades.pop(order, None)
        self._set_imbalance()
