"""Positions by venue and symbol, with profit and loss at average cost. Pure."""

import math
from dataclasses import dataclass

from workloads.wire import Side

_DUST = 1e-9


@dataclass(slots=True)
class Position:
    """One symbol on one venue; `quantity` is negative when short, money is in US dollars."""

    quantity: float = 0.0
    average: float = 0.0
    realized: float = 0.0
    fees: float = 0.0
    mark: float = 0.0

    def fill(self, side: Side, price: float, size: float, fee: float) -> None:
        """Take one fill in."""
        signed = size if side == "buy" else -size
        closing = min(abs(self.quantity), size) if self.quantity * signed < 0 else 0.0
        self.realized += closing * (price - self.average) * math.copysign(1, self.quantity)
        self.fees += fee
        before, self.quantity = self.quantity, round(self.quantity + signed, 10)
        if abs(self.quantity) < _DUST:
            self.quantity = self.average = 0.0
        elif before * self.quantity <= 0:
            self.average = price
        elif not closing:
            self.average = (abs(before) * self.average + size * price) / abs(self.quantity)
        self.mark = price

    def marked(self, price: float) -> None:
        """Value it at `price`; a position taken over from the venue starts without profit."""
        if not self.average:
            self.average = price if self.quantity else 0.0
        self.mark = price

    @property
    def usd(self) -> float:
        """Return the absolute value at the last mark."""
        return abs(self.quantity) * self.mark

    @property
    def unrealized(self) -> float:
        """Return the profit of closing at the last mark."""
        return self.quantity * (self.mark - self.average)


class Positions:
    """All positions."""

    def __init__(self) -> None:
        self._positions: dict[tuple[str, str], Position] = {}

    def at(self, venue: str, symbol: str) -> Position:
        """Return a position, flat at first."""
        return self._positions.setdefault((venue, symbol), Position())

    def items(self) -> list[tuple[tuple[str, str], Position]]:
        """Return every position with its venue and symbol."""
        return list(self._positions.items())

    def reconcile(self, venue: str, truth: dict[str, float]) -> list[str]:
        """Set a venue's positions to what it says, at the last mark; return the symbols that differed."""
        differed = []
        known = {symbol for (at, symbol) in self._positions if at == venue}
        for symbol in sorted(known | truth.keys()):
            position, quantity = self.at(venue, symbol), truth.get(symbol, 0.0)
            if abs(position.quantity - quantity) > _DUST:
                position.quantity, position.average = quantity, position.mark
                differed.append(symbol)
        return differed

    @property
    def exposure_usd(self) -> float:
        """Return the sum of the absolute values."""
        return sum(position.usd for position in self._positions.values())
