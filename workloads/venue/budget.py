"""How many orders the simulated venue takes of an account; pure: monotonic time in seconds is handed in."""

from typing import Final

from workloads.wire import Limit

WINDOW_SECONDS: Final = 10
_BUCKET: Final = f"orders_{WINDOW_SECONDS}s"


class OrderBudget:
    """So many new orders of each account in a window; windows follow the clock, not the first order, as Binance's."""

    def __init__(self, orders: int) -> None:
        self._orders = orders
        self._window = 0
        self._counts: dict[str, int] = {}

    def take(self, account: str, now: float) -> bool:
        """Count one order, and say whether it may pass; who asks on beyond the limit is counted on."""
        self._counts[account] = self._count(account, now) + 1
        return self._counts[account] <= self._orders

    def use(self, account: str, now: float) -> list[Limit]:
        """What the account has used, as order entry tells it."""
        return [(_BUCKET, WINDOW_SECONDS, self._count(account, now), self._orders)]

    def _count(self, account: str, now: float) -> int:
        window = int(now // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._counts = window, {}
        return self._counts.get(account, 0)
