"""Dashboards of trading: the desk, the way of an order, market data, deploys, objectives."""

from components.trading.dashboards.deploys import deploys
from components.trading.dashboards.desk import desk
from components.trading.dashboards.market_data import market_data
from components.trading.dashboards.order_path import order_path
from components.trading.dashboards.slo import slo

__all__ = ["trading_dashboards"]


def trading_dashboards(stack: str) -> dict[str, str]:
    """Dashboard name → JSON."""
    return {
        "desk": desk(stack),
        "order-path": order_path(stack),
        "market-data": market_data(stack),
        "deploys": deploys(stack),
        "slo": slo(stack),
    }
