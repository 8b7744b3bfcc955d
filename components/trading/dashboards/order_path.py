"""The way of an order: from the tick to the acknowledgement, and into the records; pure."""

from grafana_foundation_sdk.builders.heatmap import Panel as Heatmap
from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import (
    About,
    Board,
    bounded,
    graph,
    heat,
    heatmap,
    quantile,
    quantiles,
    stacked,
    timeline,
)
from components.trading.dashboards.chosen import OBJECTIVE_SECONDS, SLOT, VENUE, with_slot, with_venue

_LATE_SECONDS = 2.5
_CHOSEN = f"{VENUE}, {SLOT}"


def order_path(stack: str) -> str:
    """The dashboard as JSON."""
    board = with_slot(with_venue(Board(stack, "order-path", "Order path")))
    board.row(
        "How long from the tick to the order?",
        tick_to_trade(board),
        tick_to_trade_heat(board),
        orderbook_apply(board),
        lock_wait(board),
        throttled(board),
        preempted(board),
    )
    board.row(
        "How long from the order to the answer?",
        roundtrip(board),
        roundtrip_heat(board),
        roundtrip_by_outcome(board),
        rejects(board),
        unhedged(board),
        rate_limit(board),
        refused_by_venue(board),
        dead_man(board),
    )
    board.row(
        "Is it recorded?",
        record_backlog_age(board),
        record_backlog_rows(board),
        records_synchronous(board),
    )
    return board.text()


def tick_to_trade(board: Board) -> Graph:
    """Market data received to order written."""
    about = About(
        title="Tick to trade",
        unit=units.Seconds,
        description="Market data received to order written: our own part of the race, without the line and the venue.",
        columns=12,
    )
    return graph(about, board.engine, quantiles("hft_tick_to_trade_seconds", "venue", _CHOSEN))


def tick_to_trade_heat(board: Board) -> Heatmap:
    """The same, every order counted."""
    about = About(
        title="Tick to trade, orders by time",
        unit=units.Seconds,
        description="Two bands mean two ways through the engine: a cold cache, a garbage collection, a busy core.",
        columns=12,
    )
    return heatmap(about, board.engine, heat("hft_tick_to_trade_seconds", _CHOSEN))


def orderbook_apply(board: Board) -> Graph:
    """Book keeping on the hot path."""
    about = About(
        title="Order book update",
        unit=units.Seconds,
        description="Time to apply one update to a book; while it runs no order is decided. Beyond 1 ms it costs "
        "edges.",
        columns=12,
    )
    return graph(about, board.engine, quantiles("hft_orderbook_apply_seconds", "instance", SLOT))


def lock_wait(board: Board) -> Graph:
    """Waiting inside the process."""
    about = About(
        title="Waiting for a lock",
        unit=units.Seconds,
        description="Time that the hot path waited for another thread of the same engine; beyond 0.5 ms it is no hot "
        "path.",
        columns=12,
        empty="an engine without locks on its hot path, as the reference engine, observes none",
    )
    return graph(about, board.engine, quantiles("hft_lock_wait_seconds", "instance", SLOT))


def throttled(board: Board) -> Graph:
    """A CPU quota."""
    about = About(
        title="Periods that a CPU quota cut short",
        unit=units.Short,
        description="In a minute. No engine has a quota: any at all stood still for the rest of its 100 ms.",
        columns=12,
        alert="EngineThrottled",
        empty="the engine's cgroup does not say",
    )
    query = f"sum by (instance) (increase(hft_cpu_throttled_periods_total{{{SLOT}}}[1m]))"
    return graph(about, board.engine, {"{{instance}}": query})


def preempted(board: Board) -> Graph:
    """Somebody else on the engine's CPUs."""
    about = About(
        title="Times that the engine lost its CPU",
        unit=units.CountsPerSecond,
        description="The kernel gave the CPU to somebody else; on CPUs of its own there is nobody.",
        columns=12,
    )
    query = f"sum by (instance) (rate(hft_involuntary_switches_total{{{SLOT}}}[$__rate_interval]))"
    return graph(about, board.engine, {"{{instance}}": query})


def roundtrip(board: Board) -> Graph:
    """Order sent to first answer."""
    about = About(
        title="Order round trip",
        unit=units.Seconds,
        description="Order sent to first answer; the objective is 99 % within 50 ms. One slow venue is the venue, all "
        "slow are ours. Quantiles are interpolated between buckets.",
        columns=12,
        alert="OrderRoundtripSlow",
    )
    panel = graph(about, board.engine, quantiles("hft_order_roundtrip_seconds", "venue", _CHOSEN))
    return bounded(panel, {None: "green", OBJECTIVE_SECONDS: "red"})


def roundtrip_heat(board: Board) -> Heatmap:
    """The same, every order counted."""
    about = About(
        title="Order round trip, orders by time",
        unit=units.Seconds,
        description="Where the answers are, not only where the tail is: a shift of the whole band is the line or the "
        "venue.",
        columns=12,
        alert="OrderRoundtripSlow",
    )
    return heatmap(about, board.engine, heat("hft_order_roundtrip_seconds", _CHOSEN))


def roundtrip_by_outcome(board: Board) -> Graph:
    """Whether a refusal comes sooner than an acceptance."""
    about = About(
        title="Order round trip p99 by type and outcome",
        unit=units.Seconds,
        description="A venue that refuses fast and accepts slowly is busy; one that refuses slowly is in trouble.",
        columns=12,
    )
    query = quantile(0.99, "hft_order_roundtrip_seconds", "type, outcome", _CHOSEN)
    return graph(about, board.engine, {"{{type}} {{outcome}}": query})


def rejects(board: Board) -> Graph:
    """Refused orders by reason."""
    about = About(
        title="Rejected orders by reason",
        unit=units.CountsPerSecond,
        description="Reasons of our own limits are ours to mend; others are the venue's words. None is a line at zero.",
        columns=12,
        alert="OrderRejectsHigh",
    )
    rejected = f'rate(hft_orders_total{{event="rejected", {SLOT}}}[$__rate_interval])'
    query = f'sum by (reason) ({rejected}) or on () label_replace(vector(0), "reason", "none", "", "")'
    return stacked(graph(about, board.engine, {"{{reason}}": query}))


def unhedged(board: Board) -> Graph:
    """How long one leg stood open."""
    about = About(
        title="Time with one leg open",
        unit=units.Seconds,
        description="From the first fill to the hedge: while it lasts, a position is held that nobody wanted.",
        columns=6,
        alert="LegUnhedged",
        empty="no trade had a leg open in that time",
    )
    queries = {name: quantile(share, "hft_unhedged_seconds", "", SLOT) for name, share in (("p50", 0.5), ("p99", 0.99))}
    return graph(about, board.engine, queries)


def rate_limit(board: Board) -> Graph:
    """Use of the venue's budget of requests."""
    about = About(
        title="Use of the venue's rate limit",
        unit=units.PercentUnit,
        description="What is used of a venue's budget of requests; at 100 % it refuses, and after that it bans.",
        columns=6,
        alert="VenueRateLimitNear",
    )
    query = f"max by (venue, bucket) (hft_venue_ratelimit_used_ratio{{{_CHOSEN}}})"
    return graph(about, board.engine, {"{{venue}} {{bucket}}": query})


def refused_by_venue(board: Board) -> Graph:
    """Refusals for too many requests, and bans."""
    about = About(
        title="Too many requests, and bans",
        unit=units.Short,
        description="Refusals for too many requests and bans in a minute; a ban stops trading there for minutes to "
        "days.",
        columns=6,
        alert="VenueRateLimited",
    )
    queries = {
        f"{word} {{{{venue}}}}": f"sum by (venue) (increase({name}{{{_CHOSEN}}}[1m]))"
        for word, name in (("refused", "hft_venue_429_total"), ("banned", "hft_venue_ban_total"))
    }
    return graph(about, board.engine, queries)


def dead_man(board: Board) -> Graph:
    """How long the venue waits for us."""
    about = About(
        title="Dead man's switch",
        unit=units.Seconds,
        description="Time until a venue cancels our orders by itself, if it hears nothing more; near zero it is about "
        "to.",
        columns=6,
        alert="DeadManLow",
    )
    query = f"min by (venue) (hft_deadman_remaining_seconds{{{_CHOSEN}}})"
    return graph(about, board.engine, {"{{venue}}": query})


def record_backlog_age(board: Board) -> Graph:
    """How long order and audit rows wait for the database."""
    about = About(
        title="Oldest order record not yet committed",
        unit=units.Seconds,
        description="An order or audit row that waits for the database; after 5 s the engine only reduces.",
        columns=8,
        alert="OrderRecordsLate",
    )
    panel = graph(about, board.engine, {"{{instance}}": f"max by (instance) (hft_record_backlog_seconds{{{SLOT}}})"})
    return bounded(panel, {None: "green", _LATE_SECONDS: "red"})


def record_backlog_rows(board: Board) -> Graph:
    """How much waits for the database."""
    about = About(
        title="Record backlog",
        unit=units.Short,
        description="Rows not yet in the database, by table. Ticks are given up when the buffer is full, orders never.",
        columns=8,
    )
    query = f"sum by (table) (hft_record_backlog_rows{{{SLOT}}})"
    return stacked(graph(about, board.engine, {"{{table}}": query}))


def records_synchronous(board: Board) -> Timeline:
    """Whether an acknowledged order row can be lost."""
    about = About(
        title="Commits of order rows",
        unit=units.NoUnit,
        description="Synchronous means that a standby has the row too; while refused, the engine only reduces.",
        columns=8,
        alert="OrderRecordsNotSynchronous",
    )
    states = {0: ("refused", "red"), 1: ("synchronous", "green")}
    query = f"min by (instance) (hft_record_synchronous{{{SLOT}}})"
    return timeline(about, board.engine, {"{{instance}}": query}, states)
