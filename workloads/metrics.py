"""What an engine measures, by the metric contract.

Any engine in Python can use it: `metrics = EngineMetrics()`, then `metrics.order_roundtrip.labels(...)`. Units are
base units (seconds, US dollars); label values have to keep to the contract's bounds. `await exposition()` gives the
body of `GET /metrics`; an engine without asyncio has `generate_latest(metrics.registry)` of prometheus_client.
"""

import math
from collections.abc import Iterable
from typing import Final

from prometheus_client.exposition import CONTENT_TYPE_LATEST

from workloads.contract import engine
from workloads.contract.buckets import ROUNDTRIP as ROUNDTRIP_BUCKETS
from workloads.contract.buckets import SIZE_USD as SIZE_USD_BUCKETS
from workloads.contract.engine import TRADING_STATES, TradingState
from workloads.instruments import Instruments

__all__ = [
    "CONTENT_TYPE",
    "ROUNDTRIP_BUCKETS",
    "SIZE_USD_BUCKETS",
    "TRADING_STATES",
    "EngineMetrics",
    "TradingState",
]

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class EngineMetrics(Instruments):
    """All metrics of a trading container."""

    def __init__(self) -> None:
        super().__init__()
        self._orders()
        self._market_data()
        self._arbitrage()
        self._risk()
        self._venues()
        self._process()

    def _orders(self) -> None:
        self.order_roundtrip = self.histogram(engine.ORDER_ROUNDTRIP)
        self.tick_to_trade = self.histogram(engine.TICK_TO_TRADE)
        self.orders = self.counter(engine.ORDERS)

    def _market_data(self) -> None:
        self.marketdata_latency = self.histogram(engine.MARKETDATA_LATENCY)
        self.marketdata_latency_negative = self.counter(engine.MARKETDATA_LATENCY_NEGATIVE)
        self.marketdata_age = self.gauge(engine.MARKETDATA_AGE)
        self.marketdata_gap = self.counter(engine.MARKETDATA_GAP)
        self.marketdata_seq_reset = self.counter(engine.MARKETDATA_SEQ_RESET)
        self.marketdata_dropped = self.counter(engine.MARKETDATA_DROPPED)
        self.orderbook_apply = self.histogram(engine.ORDERBOOK_APPLY)
        self.lock_wait = self.histogram(engine.LOCK_WAIT)

    def _arbitrage(self) -> None:
        self.arb_opportunities = self.counter(engine.ARB_OPPORTUNITIES)
        self.arb_edge_bps = self.histogram(engine.ARB_EDGE_BPS)
        self.arb_size_usd = self.histogram(engine.ARB_SIZE_USD)
        self.arb_lifetime = self.histogram(engine.ARB_LIFETIME)
        self.leg_imbalance_usd = self.gauge(engine.LEG_IMBALANCE_USD)
        self.unhedged = self.histogram(engine.UNHEDGED)
        self.unhedged_age = self.gauge(engine.UNHEDGED_AGE)

    def _risk(self) -> None:
        self.position = self.gauge(engine.POSITION)
        self.exposure_usd = self.gauge(engine.EXPOSURE_USD)
        self.pnl_usd = self.gauge(engine.PNL_USD)
        self.risk_limit_ratio = self.gauge(engine.RISK_LIMIT_RATIO)

    def _venues(self) -> None:
        self.venue_up = self.gauge(engine.VENUE_UP)
        self.venue_reconnects = self.counter(engine.VENUE_RECONNECTS)
        self.venue_session = self.histogram(engine.VENUE_SESSION)
        self.venue_ratelimit_used = self.gauge(engine.VENUE_RATELIMIT_USED)
        self.venue_429 = self.counter(engine.VENUE_429)
        self.venue_ban = self.counter(engine.VENUE_BAN)
        self.deadman_remaining = self.gauge(engine.DEADMAN_REMAINING)

    def _process(self) -> None:
        self.trading_state = self.gauge(engine.TRADING_STATE)
        self.leader = self.gauge(engine.LEADER)
        self.leader_epoch = self.gauge(engine.LEADER_EPOCH)
        self.clock_error = self.gauge(engine.CLOCK_ERROR)
        self.clock_error.set(math.nan)
        self.build_info = self.gauge(engine.BUILD_INFO)
        self.deploy_phase = self.gauge(engine.DEPLOY_PHASE)
        self.record_backlog_rows = self.gauge(engine.RECORD_BACKLOG_ROWS)
        self.record_backlog_seconds = self.gauge(engine.RECORD_BACKLOG_SECONDS)
        self.record_synchronous = self.gauge(engine.RECORD_SYNCHRONOUS)
        self.record_synchronous.set(math.nan)
        self.record_refused = self.counter(engine.RECORD_REFUSED)
        self.cpu_throttled_periods = self.counter(engine.CPU_THROTTLED_PERIODS)
        self.cpu_throttled = self.counter(engine.CPU_THROTTLED)
        self.involuntary_switches = self.counter(engine.INVOLUNTARY_SWITCHES)

    def start_at_zero(self, venues: Iterable[str], symbols: Iterable[str]) -> None:
        """Show rare events before the first: `increase` cannot see the first of a series that was not there."""
        for venue in venues:
            for symbol in symbols:
                self.marketdata_gap.labels(venue, symbol)
                self.marketdata_seq_reset.labels(venue, symbol)
            for channel in ("md", "orders"):
                self.venue_reconnects.labels(venue, channel)
            self.marketdata_latency_negative.labels(venue, "book")
            self.venue_429.labels(venue)
            self.venue_ban.labels(venue)

    def set_trading_state(self, state: TradingState) -> None:
        """Set `hft_trading_state` one-hot."""
        for each in TRADING_STATES:
            self.trading_state.labels(each).set(each == state)
