"""Dashboards of trading."""

from components.trading.dashboards.trading import trading_dashboard

__all__ = ["trading_dashboard"]
