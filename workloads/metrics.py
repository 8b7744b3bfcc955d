"""The metric contract of a trading container: every `hft_*` metric, its labels and its buckets, stated once.

Any engine in Python can use it: `metrics = EngineMetrics()`, then `metrics.order_roundtrip.labels(...)`. Units are
base units (seconds, US dollars); label values have to be bounded. `exposition()` is the body of `GET /metrics`.
"""

import math
from collections.abc import Iterable
from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

TradingState = Literal["active", "reducing", "halted"]
TRADING_STATES: Final[tuple[TradingState, ...]] = get_args(TradingState)
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

# Written out: 100 * 1e-6 is 9.999999999999999e-05, and that is what the label `le` would say.
ROUNDTRIP_BUCKETS: Final = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
)  # fmt: skip
"""Seconds; holds 0.05, the bound of the order round trip's service level objective."""
HOT_PATH_BUCKETS: Final = (
    0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
    0.05,
)  # fmt: skip
"""Seconds; for what happens inside one process."""
FEED_BUCKETS: Final = (
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
)  # fmt: skip
"""Seconds; exchange to engine."""
LIFETIME_BUCKETS: Final = (*ROUNDTRIP_BUCKETS, 5.0, 10.0, 60.0)
SESSION_BUCKETS: Final = (1.0, 10.0, 60.0, 600.0, 3600.0, 21600.0, 86400.0)
EDGE_BPS_BUCKETS: Final = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 200.0, 500.0)
SIZE_USD_BUCKETS: Final = tuple(10.0 * 2**n for n in range(10))


class EngineMetrics:
    """All metrics of the contract in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._orders()
        self._market_data()
        self._arbitrage()
        self._risk()
        self._venues()
        self._process()

    def _histogram(self, name: str, text: str, labels: tuple[str, ...], buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, text, labels, buckets=buckets, registry=self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def _orders(self) -> None:
        self.order_roundtrip = self._histogram(
            "hft_order_roundtrip_seconds", "Order sent to first answer.", ("venue", "type", "outcome"),
            ROUNDTRIP_BUCKETS,
        )  # fmt: skip
        self.tick_to_trade = self._histogram(
            "hft_tick_to_trade_seconds", "Market data received to order written.", ("venue",), HOT_PATH_BUCKETS
        )
        self.orders = self._counter("hft_orders_total", "Order events.", "event", "reason")

    def _market_data(self) -> None:
        self.marketdata_latency = self._histogram(
            "hft_marketdata_latency_seconds", "Exchange time to received.", ("venue", "feed"), FEED_BUCKETS
        )
        self.marketdata_latency_negative = self._counter(
            "hft_marketdata_latency_negative_total", "Messages from the future: clocks disagree.", "venue", "feed"
        )
        self.marketdata_age = self._gauge("hft_marketdata_age_seconds", "Age of the last update.", "venue", "symbol")
        self.marketdata_gap = self._counter("hft_marketdata_gap_total", "Gaps in the sequence.", "venue", "symbol")
        self.marketdata_seq_reset = self._counter(
            "hft_marketdata_seq_reset_total", "Sequences that went backwards.", "venue", "symbol"
        )
        self.marketdata_dropped = self._counter("hft_marketdata_dropped_total", "Records given up.", "reason")
        self.orderbook_apply = self._histogram(
            "hft_orderbook_apply_seconds", "Time to apply one update to a book.", (), HOT_PATH_BUCKETS
        )
        self.lock_wait = self._histogram("hft_lock_wait_seconds", "Time waited for a lock.", (), HOT_PATH_BUCKETS)

    def _arbitrage(self) -> None:
        self.arb_opportunities = self._counter(
            "hft_arb_opportunities_total", "Opportunities: detected, rejected, taken, missed.", "state", "reason"
        )
        self.arb_edge_bps = self._histogram("hft_arb_edge_bps", "Edge found.", ("kind",), EDGE_BPS_BUCKETS)
        self.arb_size_usd = self._histogram("hft_arb_size_usd", "Size found.", (), SIZE_USD_BUCKETS)
        self.arb_lifetime = self._histogram("hft_arb_lifetime_seconds", "Time the edge stood.", (), LIFETIME_BUCKETS)
        self.leg_imbalance_usd = self._gauge("hft_leg_imbalance_usd", "Filled on one leg only, absolute.")
        self.unhedged = self._histogram("hft_unhedged_seconds", "Time with one leg open.", (), LIFETIME_BUCKETS)

    def _risk(self) -> None:
        self.position = self._gauge("hft_position", "Position in units of the symbol.", "venue", "symbol")
        self.exposure_usd = self._gauge("hft_exposure_usd", "Sum of absolute positions.")
        self.pnl_usd = self._gauge("hft_pnl_usd", "Profit and loss: realized, unrealized, fees.", "kind")
        self.risk_limit_ratio = self._gauge("hft_risk_limit_ratio", "Use of a limit; 1 is full.", "limit")

    def _venues(self) -> None:
        self.venue_up = self._gauge("hft_venue_up", "1 while connected.", "venue", "channel")
        self.venue_reconnects = self._counter(
            "hft_venue_reconnects_total", "Connections made anew.", "venue", "channel"
        )
        self.venue_session = self._histogram(
            "hft_venue_session_seconds", "Length of an ended session.", ("venue", "channel"), SESSION_BUCKETS
        )
        self.venue_ratelimit_used = self._gauge(
            "hft_venue_ratelimit_used_ratio", "Use of a venue's rate limit.", "venue", "bucket"
        )
        self.venue_429 = self._counter("hft_venue_429_total", "Refused for too many requests.", "venue")
        self.venue_ban = self._counter("hft_venue_ban_total", "Bans by the venue.", "venue")
        self.deadman_remaining = self._gauge(
            "hft_deadman_remaining_seconds", "Time until the venue cancels for us.", "venue"
        )

    def _process(self) -> None:
        self.trading_state = self._gauge("hft_trading_state", "1 for the state in force.", "state")
        self.leader = self._gauge("hft_leader", "1 while the lease is held.", "colour")
        self.leader_epoch = self._gauge("hft_leader_epoch", "Fencing epoch of the lease; 0 without it.")
        self.clock_error = self._gauge("hft_clock_error_seconds", "The kernel's bound of the clock's error.")
        self.clock_error.set(math.nan)
        self.build_info = self._gauge("hft_build_info", "1; what runs here.", "digest", "colour")
        self.deploy_phase = self._gauge("hft_deploy_phase", "Step of a running deploy; 0 for none.")
        self.record_backlog_rows = self._gauge("hft_record_backlog_rows", "Rows not yet in the database.", "table")
        self.record_backlog_seconds = self._gauge(
            "hft_record_backlog_seconds", "Age of the oldest order or audit row not yet in the database."
        )
        self.record_synchronous = self._gauge(
            "hft_record_synchronous",
            "1 while commits of order and audit rows are synchronous, 0 when they are refused.",
        )
        self.record_synchronous.set(math.nan)

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

    def exposition(self) -> bytes:
        """Return the Prometheus text of all metrics."""
        return generate_latest(self.registry)
