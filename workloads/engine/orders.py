"""One order's life, from intent to end, by what the venue says. Pure."""

import uuid
from dataclasses import dataclass, field
from typing import Literal

from workloads.wire import Side, TimeInForce

Event = Literal["submitted", "acked", "filled", "cancelled", "rejected"]
State = Literal["sent", "open", "unknown", "done"]


@dataclass(slots=True, eq=False)
class Order:
    """An order of ours. `unknown` means that the connection broke: only the venue knows, until it was asked."""

    venue: str
    symbol: str
    side: Side
    price: float
    size: float
    tif: TimeInForce
    purpose: Literal["leg", "flatten"]
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    state: State = "sent"
    filled: float = 0.0
    cost: float = 0.0
    sent_ns: int = 0
    cancel_sent_ns: int = 0
    answered: bool = False

    @property
    def left(self) -> float:
        """Return the quantity not filled."""
        return self.size - self.filled

    @property
    def signed_left(self) -> float:
        """Return what the position may still change by."""
        return self.left if self.side == "buy" else -self.left

    @property
    def is_done(self) -> bool:
        """Say whether nothing more can happen to it."""
        return self.state == "done"


class OpenOrders:
    """All orders without an end."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}

    def __len__(self) -> int:
        return len(self._orders)

    def add(self, order: Order) -> None:
        """Keep a new order."""
        self._orders[str(order.id)] = order

    def get(self, order_id: str) -> Order | None:
        """Return the open order with this id."""
        return self._orders.get(order_id)

    def finish(self, order: Order) -> None:
        """Mark an order as ended and forget it."""
        order.state = "done"
        self._orders.pop(str(order.id), None)

    def at(self, venue: str) -> list[Order]:
        """Return the open orders of one venue, oldest first."""
        return [order for order in self._orders.values() if order.venue == venue]

    def pending(self, venue: str, symbol: str, side: Side) -> float:
        """Return the quantity that open orders may still fill."""
        return sum(o.left for o in self.at(venue) if o.symbol == symbol and o.side == side)
