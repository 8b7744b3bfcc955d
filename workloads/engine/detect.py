"""Finds where one venue's bid is above another's ask by more than the fees. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from workloads.engine.books import Book


@dataclass(frozen=True, slots=True)
class Cross:
    """Buy at one venue, sell at the other; edges in basis points of the buying price, before and after fees."""

    symbol: str
    buy: Book
    sell: Book
    buy_price: float
    sell_price: float
    size: float
    gross_bps: float
    net_bps: float

    @property
    def key(self) -> tuple[str, str, str]:
        """Return symbol, buying and selling venue: one opportunity at a time may stand per key."""
        return self.symbol, self.buy.venue, self.sell.venue

    @property
    def size_usd(self) -> float:
        """Return the notional at the buying price."""
        return self.size * self.buy_price


def cross(buy: Book, sell: Book, fees_bps: float) -> Cross | None:
    """Return the cross of two books of one symbol when the bid is above the ask, whatever is left after fees."""
    # A missing side is NaN, for which every comparison is false.
    if not sell.bid > buy.ask > 0:
        return None
    gross = (sell.bid - buy.ask) / buy.ask * 1e4
    size = min(buy.ask_size, sell.bid_size)
    return Cross(buy.symbol, buy, sell, buy.ask, sell.bid, size, gross, gross - fees_bps)


def crosses(changed: Book, others: Iterable[Book], fees_bps: dict[str, float], min_edge_bps: float) -> list[Cross]:
    """Return the crosses of a changed book with the other venues' books, both ways, worth at least the edge."""
    found = []
    for other in others:
        if other is changed:
            continue
        fees = fees_bps[changed.venue] + fees_bps[other.venue]
        for buy, sell in ((changed, other), (other, changed)):
            candidate = cross(buy, sell, fees)
            if candidate and candidate.net_bps >= min_edge_bps:
                found.append(candidate)
    return found
