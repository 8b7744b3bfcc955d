"""The trading state: what an operator wants, capped by what the engine itself may not go beyond. Pure."""

from collections.abc import Callable
from typing import Final, Literal

from workloads.metrics import TRADING_STATES, TradingState

Cap = Literal["no_lease", "not_ready", "record_backlog", "not_synchronous", "unhedged", "draining", "stopping"]
_CAPS: Final[dict[Cap, TradingState]] = {
    "no_lease": "halted",
    "not_ready": "halted",
    "record_backlog": "reducing",
    "not_synchronous": "reducing",
    "unhedged": "reducing",
    "draining": "reducing",
    "stopping": "halted",
}


class Gate:
    """`active`: all orders; `reducing`: only such as bring a position down; `halted`: none, cancels still pass."""

    def __init__(self, changed: Callable[[TradingState, TradingState, str], None]) -> None:
        self._changed = changed
        self._caps: set[Cap] = {"no_lease", "not_ready"}
        self.wanted: TradingState = "halted"
        self.state: TradingState = "halted"

    def want(self, state: TradingState, reason: str) -> None:
        """Set what the operator wants; it is in force as far as the caps allow."""
        self.wanted = state
        if state == "active":
            self._caps.discard("unhedged")
        self._settle(reason)

    def cap(self, cap: Cap, *, on: bool) -> None:
        """Put a cap on or take it off."""
        if on != (cap in self._caps):
            (self._caps.add if on else self._caps.discard)(cap)
            self._settle(cap if on else f"{cap} over")

    @property
    def caps(self) -> list[str]:
        """Return the caps in force, sorted."""
        return sorted(self._caps)

    def _settle(self, reason: str) -> None:
        before = self.state
        strictest = max(TRADING_STATES.index(each) for each in (self.wanted, *(_CAPS[cap] for cap in self._caps)))
        self.state = TRADING_STATES[strictest]
        if self.state != before:
            self._changed(before, self.state, reason)
