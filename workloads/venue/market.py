"""One symbol's displayed book at the simulated venue: it follows the price and is consumed by takers. Pure."""

import math
import random
from dataclasses import dataclass

from workloads.venue.settings import PriceSettings, SymbolSettings
from workloads.wire import Level, Message, Side

_BPS = 1e-4


@dataclass(frozen=True, slots=True)
class Trade:
    """A part of an order that was filled against one level."""

    price: float
    size: float


class Market:
    """Levels of one symbol; prices are whole ticks inside, so that no rounding error can accumulate."""

    def __init__(self, symbol: SymbolSettings, settings: PriceSettings, draw: random.Random) -> None:
        self.symbol = symbol
        self.sequence = 0
        self._settings = settings
        self._draw = draw
        self._sides: dict[Side, dict[int, float]] = {"buy": {}, "sell": {}}
        self._changed: dict[Side, set[int]] = {"buy": set(), "sell": set()}
        self._decimals = max(0, math.ceil(-math.log10(symbol.tick_size))) + 1

    def move(self, offset_bps: float) -> None:
        """Put the book around the starting price plus `offset_bps`; one level of each side gets a new size."""
        middle = self.symbol.price * (1 + offset_bps * _BPS) / self.symbol.tick_size
        half = middle * self._settings.spread_bps * _BPS / 2
        best_bid = math.floor(middle - half)
        best_ask = max(math.ceil(middle + half), best_bid + 1)
        self._place("buy", range(best_bid, best_bid - self._settings.levels, -1))
        self._place("sell", range(best_ask, best_ask + self._settings.levels))

    def _place(self, side: Side, ticks: range) -> None:
        book, changed = self._sides[side], self._changed[side]
        fresh = self._draw.choice(ticks)
        for tick in [tick for tick in book if tick not in ticks]:
            del book[tick]
            changed.add(tick)
        for tick in ticks:
            if tick not in book or tick == fresh:
                book[tick] = self._size()
                changed.add(tick)

    def _size(self) -> float:
        lots = self.symbol.level_size / self.symbol.lot_size * self._draw.uniform(0.5, 1.5)
        return self.round_size(max(1.0, lots) * self.symbol.lot_size)

    def round_size(self, size: float) -> float:
        """Return a quantity rounded to whole lots."""
        return round(round(size / self.symbol.lot_size) * self.symbol.lot_size, 10)

    def is_lots(self, size: float) -> bool:
        """Say whether a quantity is a positive number of whole lots."""
        return size > 0 and math.isclose(size, self.round_size(size), rel_tol=0, abs_tol=1e-9)

    def price(self, tick: int) -> float:
        """Return the price of a whole number of ticks."""
        return round(tick * self.symbol.tick_size, self._decimals)

    def take(self, side: Side, limit: float, size: float) -> list[Trade]:
        """Fill up to `size` against the opposite levels not worse than `limit`, best first, and consume them."""
        against: Side = "sell" if side == "buy" else "buy"
        book = self._sides[against]
        trades = []
        for tick in sorted(book, reverse=side == "sell"):
            price = self.price(tick)
            if size <= 0 or (price > limit if side == "buy" else price < limit):
                break
            part = min(size, book[tick])
            size = self.round_size(size - part)
            trades.append(Trade(price, part))
            self._consume(against, tick, part)
        return trades

    def _consume(self, side: Side, tick: int, size: float) -> None:
        left = self.round_size(self._sides[side][tick] - size)
        self._changed[side].add(tick)
        if left > 0:
            self._sides[side][tick] = left
        else:
            del self._sides[side][tick]

    def crosses(self, side: Side, limit: float) -> bool:
        """Say whether an order at `limit` would fill now, at least in part."""
        book = self._sides["sell" if side == "buy" else "buy"]
        if not book:
            return False
        return self.price(min(book)) <= limit if side == "buy" else self.price(max(book)) >= limit

    def delta(self, now_ns: int) -> Message:
        """Return what changed since the last delta as the next message of the sequence."""
        self.sequence += 1
        message = self._message("delta", now_ns, *(self._levels(side, self._changed[side]) for side in self._sides))
        for changed in self._changed.values():
            changed.clear()
        return message

    def snapshot(self, now_ns: int) -> Message:
        """Return all levels; the sequence number is that of the last delta."""
        return self._message("snap", now_ns, *(self._levels(side, set(book)) for side, book in self._sides.items()))

    def has_changes(self) -> bool:
        """Say whether a delta would say anything."""
        return any(self._changed.values())

    def _levels(self, side: Side, ticks: set[int]) -> list[Level]:
        book = self._sides[side]
        return [(self.price(tick), book.get(tick, 0.0)) for tick in sorted(ticks, reverse=side == "buy")]

    def _message(self, kind: str, now_ns: int, bids: list[Level], asks: list[Level]) -> Message:
        return {"t": kind, "s": self.symbol.symbol, "q": self.sequence, "ts": now_ns, "b": bids, "a": asks}
