"""What a trading container shows: the part of the engine contract that Prometheus reads."""

from typing import Final, Literal, get_args

from workloads.contract import buckets
from workloads.contract.exporter import Exporter
from workloads.contract.label import Label
from workloads.contract.labels import CHANNEL, COLOUR, STRATEGY, SYMBOL, VENUE
from workloads.contract.metric import Metric

TradingState = Literal["active", "reducing", "halted"]
TRADING_STATES: Final[tuple[TradingState, ...]] = get_args(TradingState)

_FEED: Final = Label(name="feed", values=("book",), others=7, bound="the feeds that an engine subscribes to")
_ORDER_REASON: Final = Label(
    name="reason",
    values=("", "partial", "reconciled", "not_allowed", "not_connected"),
    others=64,
    bound="the codes by which venues refuse and cancel",
)
_TABLE: Final = Label(name="table", values=("ticks", "opportunities", "order_events", "audit_log"))
_OPPORTUNITY_REASONS: Final = (
    *("", "invalid_price", "below_min_size", "stale", "risk", "rate_limit", "too_slow", "not_connected", "reducing"),
    "halted",
)

ORDER_ROUNDTRIP: Final = Metric(
    name="hft_order_roundtrip_seconds",
    kind="histogram",
    help="Order sent to first answer.",
    unit="seconds",
    labels=(
        VENUE,
        Label(name="type", values=("ioc", "limit", "cancel")),
        Label(name="outcome", values=("acked", "rejected")),
    ),
    buckets=buckets.ROUNDTRIP,
)
TICK_TO_TRADE: Final = Metric(
    name="hft_tick_to_trade_seconds",
    kind="histogram",
    help="Market data received to order written.",
    unit="seconds",
    labels=(VENUE,),
    buckets=buckets.HOT_PATH,
)
ORDERS: Final = Metric(
    name="hft_orders_total",
    kind="counter",
    help="Order events; a fill of a part has the reason `partial`.",
    labels=(
        Label(name="event", values=("submitted", "acked", "filled", "cancelled", "rejected")),
        _ORDER_REASON,
    ),
)
MARKETDATA_LATENCY: Final = Metric(
    name="hft_marketdata_latency_seconds",
    kind="histogram",
    help="Exchange time to received, to be read with `hft_clock_error_seconds`.",
    unit="seconds",
    labels=(VENUE, _FEED),
    buckets=buckets.FEED,
)
MARKETDATA_LATENCY_NEGATIVE: Final = Metric(
    name="hft_marketdata_latency_negative_total",
    kind="counter",
    help="Messages from the future: clocks disagree.",
    labels=(VENUE, _FEED),
)
MARKETDATA_AGE: Final = Metric(
    name="hft_marketdata_age_seconds",
    kind="gauge",
    help="Age of the last update.",
    unit="seconds",
    labels=(VENUE, SYMBOL),
)
MARKETDATA_GAP: Final = Metric(
    name="hft_marketdata_gap_total",
    kind="counter",
    help="Missing sequence numbers; the book is rebuilt.",
    labels=(VENUE, SYMBOL),
)
MARKETDATA_SEQ_RESET: Final = Metric(
    name="hft_marketdata_seq_reset_total",
    kind="counter",
    help="Sequences that went backwards.",
    labels=(VENUE, SYMBOL),
)
MARKETDATA_DROPPED: Final = Metric(
    name="hft_marketdata_dropped_total",
    kind="counter",
    help="Records given up; any increase is a page.",
    labels=(Label(name="reason", values=("db",)),),
)
ORDERBOOK_APPLY: Final = Metric(
    name="hft_orderbook_apply_seconds",
    kind="histogram",
    help="Time to apply one update to a book.",
    unit="seconds",
    buckets=buckets.HOT_PATH,
)
LOCK_WAIT: Final = Metric(
    name="hft_lock_wait_seconds",
    kind="histogram",
    help="Time waited for a lock; the reference engine has none.",
    unit="seconds",
    buckets=buckets.HOT_PATH,
)
ARB_OPPORTUNITIES: Final = Metric(
    name="hft_arb_opportunities_total",
    kind="counter",
    help="Opportunities: `detected`, then one of `taken`, `missed` and `rejected` with its reason.",
    labels=(
        Label(name="state", values=("detected", "rejected", "taken", "missed")),
        Label(name="reason", values=_OPPORTUNITY_REASONS),
    ),
)
ARB_EDGE_BPS: Final = Metric(
    name="hft_arb_edge_bps",
    kind="histogram",
    help="Edge found, `net` of fees or not, in hundredths of a percent.",
    unit="bps",
    labels=(Label(name="kind", values=("gross", "net")),),
    buckets=buckets.EDGE_BPS,
)
ARB_SIZE_USD: Final = Metric(
    name="hft_arb_size_usd",
    kind="histogram",
    help="Size found.",
    unit="usd",
    buckets=buckets.SIZE_USD,
)
ARB_LIFETIME: Final = Metric(
    name="hft_arb_lifetime_seconds",
    kind="histogram",
    help="Time the edge stood.",
    unit="seconds",
    buckets=buckets.LIFETIME,
)
LEG_IMBALANCE_USD: Final = Metric(
    name="hft_leg_imbalance_usd",
    kind="gauge",
    help="Filled on one leg only, absolute.",
    unit="usd",
)
UNHEDGED: Final = Metric(
    name="hft_unhedged_seconds",
    kind="histogram",
    help="Time with one leg open.",
    unit="seconds",
    buckets=buckets.LIFETIME,
)
UNHEDGED_AGE: Final = Metric(
    name="hft_unhedged_age_seconds",
    kind="gauge",
    help="How long the oldest open leg has been open; 0 while all are hedged.",
    unit="seconds",
)
POSITION: Final = Metric(
    name="hft_position",
    kind="gauge",
    help="Position in units of the symbol; negative is short.",
    labels=(VENUE, SYMBOL),
)
EXPOSURE_USD: Final = Metric(
    name="hft_exposure_usd",
    kind="gauge",
    help="Sum of absolute positions.",
    unit="usd",
)
PNL_USD: Final = Metric(
    name="hft_pnl_usd",
    kind="gauge",
    help="Profit and loss since the start; fees count as positive.",
    unit="usd",
    labels=(Label(name="kind", values=("realized", "unrealized", "fees")),),
)
RISK_LIMIT_RATIO: Final = Metric(
    name="hft_risk_limit_ratio",
    kind="gauge",
    help="Use of a limit; 1 is full.",
    unit="ratio",
    labels=(Label(name="limit", values=("position", "exposure", "open_orders", "order_rate")),),
)
VENUE_UP: Final = Metric(
    name="hft_venue_up",
    kind="gauge",
    help="1 while connected.",
    labels=(VENUE, CHANNEL),
)
VENUE_RECONNECTS: Final = Metric(
    name="hft_venue_reconnects_total",
    kind="counter",
    help="Connections made anew.",
    labels=(VENUE, CHANNEL),
)
VENUE_SESSION: Final = Metric(
    name="hft_venue_session_seconds",
    kind="histogram",
    help="Length of an ended session.",
    unit="seconds",
    labels=(VENUE, CHANNEL),
    buckets=buckets.SESSION,
)
VENUE_RATELIMIT_USED: Final = Metric(
    name="hft_venue_ratelimit_used_ratio",
    kind="gauge",
    help="Use of a venue's rate limit, as told with the latest order, 0 once its window is over. Both slots share it.",
    unit="ratio",
    labels=(VENUE, Label(name="bucket", others=16, bound="the limits that a venue counts")),
)
VENUE_429: Final = Metric(
    name="hft_venue_429_total",
    kind="counter",
    help="Orders and connections that were refused for too many requests.",
    labels=(VENUE,),
)
VENUE_BAN: Final = Metric(
    name="hft_venue_ban_total",
    kind="counter",
    help="Bans by the venue.",
    labels=(VENUE,),
)
DEADMAN_REMAINING: Final = Metric(
    name="hft_deadman_remaining_seconds",
    kind="gauge",
    help="Time until the venue cancels for us; NaN in a slot that never led.",
    unit="seconds",
    labels=(VENUE,),
)
TRADING_STATE: Final = Metric(
    name="hft_trading_state",
    kind="gauge",
    help="1 for the state in force, 0 for the others.",
    labels=(Label(name="state", values=TRADING_STATES),),
)
LEADER: Final = Metric(
    name="hft_leader",
    kind="gauge",
    help="1 while the lease is held.",
    labels=(COLOUR,),
)
LEADER_EPOCH: Final = Metric(
    name="hft_leader_epoch",
    kind="gauge",
    help="Fencing epoch of the lease; 0 without it.",
)
CLOCK_ERROR: Final = Metric(
    name="hft_clock_error_seconds",
    kind="gauge",
    help="The kernel's bound of the clock's error; NaN while nothing disciplines the clock.",
    unit="seconds",
)
BUILD_INFO: Final = Metric(
    name="hft_build_info",
    kind="gauge",
    help="1; what runs here.",
    labels=(Label(name="digest", others=1, bound="the image that the container runs"), COLOUR),
)
DEPLOY_PHASE: Final = Metric(
    name="hft_deploy_phase",
    kind="gauge",
    help="Step of a running deploy; 0 for none.",
    stable=False,
)
RECORD_BACKLOG_ROWS: Final = Metric(
    name="hft_record_backlog_rows",
    kind="gauge",
    help="Rows not yet in the database.",
    unit="rows",
    labels=(_TABLE,),
)
RECORD_BACKLOG_SECONDS: Final = Metric(
    name="hft_record_backlog_seconds",
    kind="gauge",
    help="Age of the oldest order or audit row not yet in the database.",
    unit="seconds",
)
RECORD_SYNCHRONOUS: Final = Metric(
    name="hft_record_synchronous",
    kind="gauge",
    help="1 while commits of order and audit rows are synchronous, 0 when they would not be and are refused.",
)
RECORD_REFUSED: Final = Metric(
    name="hft_record_refused_total",
    kind="counter",
    help="Batches of rows that the database refused for what is in them; they are tried again.",
    labels=(_TABLE,),
)
CPU_THROTTLED_PERIODS: Final = Metric(
    name="hft_cpu_throttled_periods_total",
    kind="counter",
    help="Periods in which a CPU quota held the container back; NaN where its cgroup does not say.",
)
CPU_THROTTLED: Final = Metric(
    name="hft_cpu_throttled_seconds_total",
    kind="counter",
    help="Time for which a CPU quota held the container back; NaN where its cgroup does not say.",
    unit="seconds",
)
INVOLUNTARY_SWITCHES: Final = Metric(
    name="hft_involuntary_switches_total",
    kind="counter",
    help="Times that the kernel took a CPU from the engine for somebody else.",
)

ENGINE: Final = Exporter(
    name="Engine",
    what="A trading container that honours the engine contract.",
    job="engine",
    target_labels=(STRATEGY,),
    metrics=(
        *(ORDER_ROUNDTRIP, TICK_TO_TRADE, ORDERS),
        *(MARKETDATA_LATENCY, MARKETDATA_LATENCY_NEGATIVE, MARKETDATA_AGE, MARKETDATA_GAP, MARKETDATA_SEQ_RESET),
        *(MARKETDATA_DROPPED, ORDERBOOK_APPLY, LOCK_WAIT),
        *(ARB_OPPORTUNITIES, ARB_EDGE_BPS, ARB_SIZE_USD, ARB_LIFETIME, LEG_IMBALANCE_USD, UNHEDGED, UNHEDGED_AGE),
        *(POSITION, EXPOSURE_USD, PNL_USD, RISK_LIMIT_RATIO),
        *(VENUE_UP, VENUE_RECONNECTS, VENUE_SESSION, VENUE_RATELIMIT_USED, VENUE_429, VENUE_BAN, DEADMAN_REMAINING),
        *(TRADING_STATE, LEADER, LEADER_EPOCH, CLOCK_ERROR, BUILD_INFO, DEPLOY_PHASE),
        *(RECORD_BACKLOG_ROWS, RECORD_BACKLOG_SECONDS, RECORD_SYNCHRONOUS, RECORD_REFUSED),
        *(CPU_THROTTLED_PERIODS, CPU_THROTTLED, INVOLUNTARY_SWITCHES),
    ),
)
