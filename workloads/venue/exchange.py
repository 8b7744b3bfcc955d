"""Orders, accounts and matching of the simulated venue. Pure: no clock, no network; time and messages are handed in.

An order takes what it can from the displayed book; the rest of `ioc` is cancelled, the rest of `gtc` rests (not
displayed) and fills at its own price once the book crosses it.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, Literal

from workloads.venue.market import Market
from workloads.wire import Message, Side, TimeInForce

_REMEMBERED_ORDERS: Final = 10_000
"""Finished orders an account can still ask the status of."""

Outcome = Literal["open", "filled", "cancelled", "rejected"]


@dataclass(slots=True)
class Order:
    """One order and what became of it; prices in the quote currency, sizes in units of the base."""

    id: str
    account: str
    session: int
    symbol: str
    side: Side
    price: float
    size: float
    tif: TimeInForce
    filled: float = 0.0
    outcome: Outcome = "open"


@dataclass(slots=True)
class Account:
    """What the venue knows of one account; `epoch` is the highest one that it has traded with."""

    epoch: int = 0
    positions: dict[str, float] = field(default_factory=dict)
    finished: OrderedDict[str, Order] = field(default_factory=OrderedDict)


Reply = tuple[int, Message]
"""The session to tell, and what."""


class Exchange:
    """All markets, resting orders and accounts of one venue."""

    def __init__(self, markets: dict[str, Market], taker_fee_bps: float) -> None:
        self.markets = markets
        self.open: dict[str, Order] = {}
        self.accounts: dict[str, Account] = {}
        self.reject_all = False
        self._fee = taker_fee_bps * 1e-4

    def account(self, name: str) -> Account:
        """Return the account, made on first use."""
        return self.accounts.setdefault(name, Account())

    def new(self, order: Order, epoch: int) -> list[Reply]:
        """Match a new order; refuse it with a reason, never silently."""
        reason = self._refusal(order, epoch)
        if reason:
            order.outcome = "rejected"
            return [(order.session, {"t": "rej", "id": order.id, "reason": reason})]
        replies: list[Reply] = [(order.session, {"t": "ack", "id": order.id})]
        self.open[order.id] = order
        replies += self._match(order, at_own_price=False)
        if order.outcome == "open" and order.tif == "ioc":
            replies.append(self._cancelled(order, "ioc"))
        return replies

    def _refusal(self, order: Order, epoch: int) -> str:
        account = self.account(order.account)
        market = self.markets.get(order.symbol)
        if self.reject_all:
            return "venue_rejects_all"
        if epoch < account.epoch:
            return "stale_epoch"
        account.epoch = epoch
        if market is None:
            return "unknown_symbol"
        if order.id in self.open or order.id in account.finished:
            return "duplicate_id"
        if order.price <= 0:
            return "invalid_price"
        return "" if market.is_lots(order.size) else "invalid_size"

    def _match(self, order: Order, *, at_own_price: bool) -> list[Reply]:
        market = self.markets[order.symbol]
        replies = []
        for trade in market.take(order.side, order.price, market.round_size(order.size - order.filled)):
            price = order.price if at_own_price else trade.price
            replies.append(self._filled(order, price, trade.size))
        return replies

    def _filled(self, order: Order, price: float, size: float) -> Reply:
        market, account = self.markets[order.symbol], self.account(order.account)
        order.filled = market.round_size(order.filled + size)
        signed = size if order.side == "buy" else -size
        account.positions[order.symbol] = market.round_size(account.positions.get(order.symbol, 0.0) + signed)
        left = market.round_size(order.size - order.filled)
        if left <= 0:
            self._finish(order, "filled")
        fee = price * size * self._fee
        fill = {"t": "fill", "id": order.id, "px": price, "qty": size, "filled": order.filled, "left": left, "fee": fee}
        return order.session, fill

    def _finish(self, order: Order, outcome: Outcome) -> None:
        order.outcome = outcome
        del self.open[order.id]
        finished = self.account(order.account).finished
        finished[order.id] = order
        while len(finished) > _REMEMBERED_ORDERS:
            finished.popitem(last=False)

    def _cancelled(self, order: Order, reason: str) -> Reply:
        self._finish(order, "cancelled")
        return order.session, {"t": "canc", "id": order.id, "filled": order.filled, "reason": reason}

    def cancel(self, account: str, order_id: str, session: int) -> list[Reply]:
        """Cancel one open order of the account."""
        order = self.open.get(order_id)
        if order is None or order.account != account:
            return [(session, {"t": "rej", "id": order_id, "reason": "unknown_order"})]
        return [self._cancelled(order, "requested")]

    def cancel_all(self, account: str, reason: str, session: int | None = None) -> list[Reply]:
        """Cancel the open orders of an account, or only those that one session sent."""
        mine = [order for order in self.open.values() if order.account == account and session in (None, order.session)]
        return [self._cancelled(order, reason) for order in mine]

    def match_resting(self, symbol: str) -> list[Reply]:
        """Fill the resting orders that the symbol's book now crosses, oldest first, at their own prices."""
        market = self.markets[symbol]
        crossed = [each for each in self.open.values() if each.symbol == symbol]
        replies = []
        for order in crossed:
            if market.crosses(order.side, order.price):
                replies += self._match(order, at_own_price=True)
        return replies

    def state(self, account: str, ids: list[str]) -> Message:
        """Return the account's positions, open orders, and what became of the orders `ids`."""
        known = self.account(account)
        statuses = []
        for order_id in ids:
            order = self.open.get(order_id) or known.finished.get(order_id)
            outcome = order.outcome if order else "unknown"
            statuses.append({"id": order_id, "outcome": outcome, "filled": order.filled if order else 0.0})
        mine = [order.id for order in self.open.values() if order.account == account]
        return {"t": "state", "positions": dict(known.positions), "orders": mine, "statuses": statuses}
