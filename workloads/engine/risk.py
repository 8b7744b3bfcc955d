"""Pre-trade risk: every order of ours passes here first. Pure; monotonic time in seconds is handed in."""

from workloads.engine.orders import OpenOrders
from workloads.engine.positions import Positions
from workloads.engine.settings import RiskSettings
from workloads.wire import Side


class RateLimit:
    """A token bucket; it holds one second's worth."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._tokens = self._capacity = max(per_second, 1.0)
        self._last = 0.0

    def _refill(self, now: float) -> None:
        self._tokens = min(self._capacity, self._tokens + (now - self._last) * self._per_second)
        self._last = now

    def allows(self, count: int, now: float) -> bool:
        """Say whether `count` orders may go now; takes nothing."""
        self._refill(now)
        return self._tokens >= count

    def take(self, count: int) -> None:
        """Count orders that went."""
        self._tokens -= count

    def used_ratio(self, now: float) -> float:
        """Return the share of the bucket that is gone."""
        self._refill(now)
        return 1 - self._tokens / self._capacity


class Risk:
    """The limits against positions and open orders as they would be if everything open were filled."""

    def __init__(self, settings: RiskSettings, positions: Positions, orders: OpenOrders) -> None:
        self._settings, self._positions, self._orders = settings, positions, orders
        self.rate = RateLimit(settings.max_orders_per_second)

    def room(self, venue: str, symbol: str, side: Side, price: float, share: float) -> float:
        """Return the largest quantity of one order that order limit and `share` of the position limit leave; >= 0."""
        sign = 1.0 if side == "buy" else -1.0
        towards = sign * self._positions.at(venue, symbol).quantity + self._orders.pending(venue, symbol, side)
        by_position = share * self._settings.max_position_usd / price - towards
        return max(0.0, min(self._settings.max_order_usd / price, by_position))

    def refusal(self, count: int, added_usd: float, share: float, now: float) -> str:
        """Return why `count` new orders must not go, or nothing; `added_usd` may fill `share` of the exposure limit."""
        if len(self._orders) + count > self._settings.max_open_orders:
            return "risk"
        if added_usd > 0 and self._positions.exposure_usd + added_usd > share * self._settings.max_exposure_usd:
            return "risk"
        return "" if self.rate.allows(count, now) else "rate_limit"

    def ratios(self, now: float) -> dict[str, float]:
        """Return the use of each limit; 1 is full."""
        largest = max((position.usd for _, position in self._positions.items()), default=0.0)
        return {
            "position": largest / self._settings.max_position_usd,
            "exposure": self._positions.exposure_usd / self._settings.max_exposure_usd,
            "open_orders": len(self._orders) / self._settings.max_open_orders,
            "order_rate": self.rate.used_ratio(now),
        }
