"""The desk's overview: may we trade, how fast, what do we make of it, what do we risk; pure."""

from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, number, quantile, shares, stacked
from components.trading.dashboards.chosen import (
    OBJECTIVE_SECONDS,
    OBJECTIVE_SHARE,
    SLOT,
    SYMBOL,
    VENUE,
    with_slot,
    with_symbol,
    with_venue,
)
from components.trading.dashboards.states import leader, leaders, trading_state, venue_up

_NEAR_LIMIT, _AT_LIMIT = 0.8, 1.0
_MANY_REJECTS = 0.05
_USUAL_AND_TAIL = (("p50", 0.5), ("p99", 0.99))
_NONE = '"state", "none", "", ""'


def desk(stack: str) -> str:
    """The dashboard as JSON."""
    board = with_slot(with_symbol(with_venue(Board(stack, "desk", "Desk overview"))))
    board.row("May we trade?", trading_state(board), leader(board), leaders(board), venue_up(board, 18), alerts(board))
    board.row("How fast are we?", order_roundtrip(board), orders_within_objective(board), tick_to_trade(board))
    board.row(
        "What do we make of it?",
        opportunities(board),
        not_taken(board),
        opportunities_taken(board),
        orders(board),
        fills_and_rejects(board),
        pnl(board),
    )
    board.row("What do we risk?", exposure(board), positions(board), risk_limits(board), leg_imbalance(board))
    return board.text()


def alerts(board: Board) -> Stat:
    """How many alerts are open."""
    about = About(
        title="Alerts that page",
        unit=units.NoUnit,
        description="Open alerts that wake someone; Alertmanager has them by name. None is the only good number.",
        columns=6,
    )
    query = 'count(ALERTS{alertstate="firing", severity="page"}) or vector(0)'
    return number(about, board.engine, query, {None: "green", 1: "red"})


def order_roundtrip(board: Board) -> Graph:
    """Order sent to first answer."""
    about = About(
        title="Order round trip",
        unit=units.Seconds,
        description="Order sent to first answer; the objective is 99 % within 50 ms. One slow venue is the venue, all "
        "slow are ours. Quantiles are interpolated between buckets.",
        columns=10,
        alert="OrderRoundtripSlow",
    )
    histogram, only = "hft_order_roundtrip_seconds", f"{VENUE}, {SLOT}"
    queries = {f"{name} {{{{venue}}}}": quantile(share, histogram, "venue", only) for name, share in _USUAL_AND_TAIL}
    return bounded(graph(about, board.engine, queries), {None: "green", OBJECTIVE_SECONDS: "red"})


def orders_within_objective(board: Board) -> Stat:
    """The objective of the order round trip, over the time range that is shown."""
    about = About(
        title="Orders within 50 ms",
        unit=units.PercentUnit,
        description="Share of the orders in the time range that is shown; below 99 % the objective is missed.",
        columns=4,
        alert="OrderRoundtripSlow",
    )
    chosen = f"{VENUE}, {SLOT}"
    within = f'sum(increase(hft_order_roundtrip_seconds_bucket{{le="{OBJECTIVE_SECONDS}", {chosen}}}[$__range]))'
    query = f"{within} / sum(increase(hft_order_roundtrip_seconds_count{{{chosen}}}[$__range]))"
    return number(about, board.engine, query, {None: "red", OBJECTIVE_SHARE: "green"})


def tick_to_trade(board: Board) -> Graph:
    """Market data received to order written."""
    about = About(
        title="Tick to trade",
        unit=units.Seconds,
        description="Market data received to order written: our own part of the race, without the line and the venue.",
        columns=10,
    )
    histogram, only = "hft_tick_to_trade_seconds", f"{VENUE}, {SLOT}"
    queries = {f"{name} {{{{venue}}}}": quantile(share, histogram, "venue", only) for name, share in _USUAL_AND_TAIL}
    return graph(about, board.engine, queries)


def opportunities(board: Board) -> Graph:
    """What became of the edges that were found."""
    about = About(
        title="Opportunities by state",
        unit=units.CountsPerSecond,
        description="Edges detected, and what became of them: taken ones are ours, missed ones went to somebody "
        "faster.",
        columns=10,
    )
    query = f"sum by (state) (rate(hft_arb_opportunities_total{{{SLOT}}}[$__rate_interval]))"
    return graph(about, board.engine, {"{{state}}": query})


def not_taken(board: Board) -> Graph:
    """Why edges were left."""
    about = About(
        title="Why opportunities were not taken",
        unit=units.CountsPerSecond,
        description="Refused by us (stale price, risk, rate limit, size) or missed (too slow): the reason to work on "
        "next.",
        columns=10,
    )
    lost = f'hft_arb_opportunities_total{{state=~"rejected|missed", {SLOT}}}'
    query = f"sum by (state, reason) (rate({lost}[$__rate_interval])) or on () label_replace(vector(0), {_NONE})"
    return stacked(graph(about, board.engine, {"{{state}} {{reason}}": query}))


def opportunities_taken(board: Board) -> Stat:
    """The conversion over the time range that is shown."""
    about = About(
        title="Opportunities taken",
        unit=units.PercentUnit,
        description="Share of the detected edges that became orders, in the time range that is shown.",
        columns=4,
    )
    taken, detected = (
        f'sum(increase(hft_arb_opportunities_total{{state="{state}", {SLOT}}}[$__range]))'
        for state in ("taken", "detected")
    )
    return number(about, board.engine, f"({taken} or vector(0)) / {detected}", {None: "blue"})


def orders(board: Board) -> Graph:
    """Orders and their answers."""
    about = About(
        title="Orders by event",
        unit=units.CountsPerSecond,
        description="Submitted orders and their answers; while submitted runs ahead of the rest, answers are missing.",
        columns=8,
    )
    return graph(
        about,
        board.engine,
        {"{{event}}": f"sum by (event) (rate(hft_orders_total{{{SLOT}}}[$__rate_interval]))"},
    )


def fills_and_rejects(board: Board) -> Graph:
    """What becomes of orders, as shares."""
    about = About(
        title="Fill and reject rate",
        unit=units.PercentUnit,
        description="Filled and rejected events by submitted orders, over a minute; an order in several parts counts "
        "each. Rejects beyond 5 % mean one of our limits, or the venue.",
        columns=8,
        alert="OrderRejectsHigh",
    )
    submitted = f'sum(increase(hft_orders_total{{event="submitted", {SLOT}}}[1m]))'
    queries = {
        event: f'(sum(increase(hft_orders_total{{event="{event}", {SLOT}}}[1m])) or vector(0)) / ({submitted} > 0)'
        for event in ("filled", "rejected")
    }
    return bounded(graph(about, board.engine, queries).min(0), {None: "green", _MANY_REJECTS: "red"})


def pnl(board: Board) -> Graph:
    """Profit and loss."""
    about = About(
        title="Profit and loss",
        unit=units.Dollars,
        description="Since the engine's start, at average cost. Net is realized and unrealized less fees.",
        columns=8,
    )
    gains = f'sum(hft_pnl_usd{{kind=~"realized|unrealized", {SLOT}}})'
    queries = {
        "{{kind}}": f"sum by (kind) (hft_pnl_usd{{{SLOT}}})",
        "net": f'{gains} - sum(hft_pnl_usd{{kind="fees", {SLOT}}})',
    }
    return graph(about, board.engine, queries)


def exposure(board: Board) -> Graph:
    """All positions in one number."""
    about = About(
        title="Exposure",
        unit=units.Dollars,
        description="Sum of the absolute positions: what a market move can hit, hedged or not.",
        columns=6,
    )
    return graph(about, board.engine, {"{{instance}}": f"sum by (instance) (hft_exposure_usd{{{SLOT}}})"})


def positions(board: Board) -> Graph:
    """Positions by venue and symbol."""
    about = About(
        title="Position",
        unit=units.NoUnit,
        description="Units held, negative is short. One symbol's lines add up to zero while every leg is hedged.",
        columns=6,
    )
    query = f"sum by (venue, symbol) (hft_position{{{VENUE}, {SYMBOL}, {SLOT}}})"
    return graph(about, board.engine, {"{{venue}} {{symbol}}": query})


def risk_limits(board: Board) -> Graph:
    """Use of the pre-trade limits."""
    about = About(
        title="Risk limit ratio",
        unit=units.PercentUnit,
        description="Use of each pre-trade limit. Trades stop at the engine's inventory_ratio of position and "
        "exposure; at 100 % whatever adds to it is refused.",
        columns=6,
        alert="RiskLimitReached",
    )
    query = f"max by (limit) (hft_risk_limit_ratio{{{SLOT}}})"
    panel = shares(graph(about, board.engine, {"{{limit}}": query}))
    return bounded(panel, {None: "green", _NEAR_LIMIT: "yellow", _AT_LIMIT: "red"})


def leg_imbalance(board: Board) -> Graph:
    """What is filled on one leg only."""
    about = About(
        title="Leg imbalance",
        unit=units.Dollars,
        description="Filled on one leg and not on the other: the risk that arbitrage is not supposed to have.",
        columns=6,
        alert="LegImbalanceLasting",
    )
    return graph(about, board.engine, {"{{instance}}": f"sum by (instance) (hft_leg_imbalance_usd{{{SLOT}}})"})
