"""One symbol's order book on one venue, kept by snapshot and deltas. Pure."""

import math
from enum import Enum

from workloads.wire import Message


class Applied(Enum):
    """What became of a message."""

    CURRENT = "current"
    """The book is up to date."""
    OLD = "old"
    """A delta that the snapshot already holds; nothing changed."""
    GAP = "gap"
    """A delta is missing: the book is not valid until the next snapshot."""
    RESET = "reset"
    """A snapshot with a lower sequence number than before; the book is up to date."""


class Book:
    """Price levels and the best of each side; prices in the quote currency, sizes in units of the base."""

    __slots__ = (
        "ask", "ask_size", "asks", "bid", "bid_size", "bids", "exchange_ns", "received_ns", "sequence", "symbol",
        "valid", "venue",
    )  # fmt: skip

    def __init__(self, venue: str, symbol: str) -> None:
        self.venue, self.symbol = venue, symbol
        self.sequence = 0
        self.exchange_ns = self.received_ns = 0
        self.invalidate()

    def invalidate(self) -> None:
        """Forget the levels: the connection is lost or a delta is missing."""
        self.valid = False
        self.bids: dict[float, float] = {}
        self.asks: dict[float, float] = {}
        self._best()

    def apply(self, message: Message, received_ns: int) -> Applied:
        """Apply a `snap` or `delta` (see `workloads.wire`); `received_ns` is since the Unix epoch."""
        sequence = message["q"]
        if message["t"] == "snap":
            result = Applied.RESET if sequence < self.sequence else Applied.CURRENT
            self.bids, self.asks, self.valid = {}, {}, True
        elif not self.valid or sequence <= self.sequence:
            return Applied.OLD
        elif sequence != self.sequence + 1:
            self.invalidate()
            return Applied.GAP
        else:
            result = Applied.CURRENT
        self.sequence, self.exchange_ns, self.received_ns = sequence, message["ts"], received_ns
        _set(self.bids, message["b"])
        _set(self.asks, message["a"])
        self._best()
        return result

    def _best(self) -> None:
        self.bid = max(self.bids, default=math.nan)
        self.ask = min(self.asks, default=math.nan)
        self.bid_size = self.bids.get(self.bid, 0.0)
        self.ask_size = self.asks.get(self.ask, 0.0)


def _set(side: dict[float, float], levels: list[tuple[float, float]]) -> None:
    for price, size in levels:
        if size:
            side[price] = size
        else:
            side.pop(price, None)
