"""The desk's dashboard: may we trade, how fast, what do we make of it, what do we risk, is it recorded; pure."""

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DataSourceRef

from components._common.naming import grafana_uid
from components.trading.dashboards.panels import About, bounded, graph, number, quantiles, rows, stacked, timeline

# The bounds are those of alerts.yaml, so that a line on the dashboard is where someone is told.
_OBJECTIVE_SECONDS = 0.05
_OBJECTIVE_SHARE = 0.99
_STALE_SECONDS = 2.0
_LATE_SECONDS = 2.5
_NEAR_LIMIT, _AT_LIMIT = 0.8, 1.0


def trading_dashboard(stack: str) -> str:
    """The dashboard as JSON, on the data sources of the same stack; stacks that share one Grafana have one each."""
    metrics = DataSourceRef(type_val="prometheus", uid=grafana_uid(stack, "prometheus"))
    database = DataSourceRef(type_val="grafana-postgresql-datasource", uid=grafana_uid(stack, "timescaledb"))
    outline = (
        _page(stack)
        .with_row(Row("May we trade?"))
        .with_panel(trading_state(metrics))
        .with_panel(leader(metrics))
        .with_panel(leaders(metrics))
        .with_panel(venue_up(metrics))
        .with_panel(marketdata_age(metrics))
        .with_row(Row("How fast are we?"))
        .with_panel(order_roundtrip(metrics))
        .with_panel(orders_within_objective(metrics))
        .with_panel(tick_to_trade(metrics))
        .with_row(Row("What do we make of it?"))
        .with_panel(opportunities(metrics))
        .with_panel(orders(metrics))
        .with_panel(pnl(metrics))
        .with_row(Row("What do we risk?"))
        .with_panel(exposure(metrics))
        .with_panel(positions(metrics))
        .with_panel(risk_limits(metrics))
        .with_row(Row("Is it recorded?"))
        .with_panel(record_backlog_age(metrics))
        .with_panel(record_backlog_rows(metrics))
        .with_panel(last_order_events(database))
    )
    return JSONEncoder(sort_keys=True, indent=2).encode(outline.build())


def _page(stack: str) -> Dashboard:
    return (
        Dashboard(f"Trading {stack}")
        .uid(grafana_uid(stack, "trading"))
        .tags(["hft", stack])
        .readonly()
        .timezone("utc")
        .time("now-15m", "now")
        .refresh("5s")
        .tooltip(DashboardCursorSync.CROSSHAIR)
    )


def trading_state(source: DataSourceRef) -> Timeline:
    """Active, reducing or halted, by engine."""
    about = About(
        title="Trading state",
        unit=units.NoUnit,
        description="Active enters orders, reducing only brings positions down, halted sends no order at all.",
        columns=9,
    )
    active, reducing = (f'sum by (instance) (hft_trading_state{{state="{state}"}})' for state in ("active", "reducing"))
    states = {0: ("halted", "red"), 1: ("reducing", "yellow"), 2: ("active", "green")}
    return timeline(about, source, {"{{instance}}": f"2 * {active} + {reducing}"}, states)


def leader(source: DataSourceRef) -> Timeline:
    """Who holds the lease."""
    about = About(
        title="Leader",
        unit=units.NoUnit,
        description="Only the slot with the lease enters orders; the other one stands by.",
        columns=9,
    )
    states = {0: ("stands by", "blue"), 1: ("leads", "green")}
    return timeline(about, source, {"{{instance}}": "max by (instance) (hft_leader)"}, states)


def leaders(source: DataSourceRef) -> Stat:
    """How many hold the lease."""
    about = About(
        title="Engines with the lease",
        unit=units.NoUnit,
        description="It has to be one: with none nobody trades, and two would trade against each other.",
        columns=6,
    )
    return number(about, source, "sum(hft_leader) or vector(0)", {None: "red", 1: "green", 2: "red"})


def venue_up(source: DataSourceRef) -> Timeline:
    """Connections to venues."""
    about = About(
        title="Venue up",
        unit=units.NoUnit,
        description="While a channel is down, what rests at the venue is unknown, until it cancels for us.",
        columns=12,
    )
    query = "min by (instance, venue, channel) (hft_venue_up)"
    states = {0: ("down", "red"), 1: ("up", "green")}
    return timeline(about, source, {"{{instance}} {{venue}} {{channel}}": query}, states)


def marketdata_age(source: DataSourceRef) -> Graph:
    """How old the prices are."""
    about = About(
        title="Market data age",
        unit=units.Seconds,
        description="Time since the last update of a book: an edge against an old price is no edge.",
        columns=12,
    )
    query = "max by (venue, symbol) (hft_marketdata_age_seconds)"
    panel = graph(about, source, {"{{venue}} {{symbol}}": query})
    return bounded(panel, {None: "green", _STALE_SECONDS: "red"})


def order_roundtrip(source: DataSourceRef) -> Graph:
    """Order sent to first answer."""
    about = About(
        title="Order round trip",
        unit=units.Seconds,
        description=(
            "Order sent to first answer; the objective is 99 % within 50 ms. One slow venue is the venue, all slow are "
            "ours. Quantiles are interpolated between buckets."
        ),
        columns=12,
    )
    panel = graph(about, source, quantiles("hft_order_roundtrip_seconds", by="venue"))
    return bounded(panel, {None: "green", _OBJECTIVE_SECONDS: "red"})


def orders_within_objective(source: DataSourceRef) -> Stat:
    """The objective of the order round trip, over the time range that is shown."""
    about = About(
        title="Orders within 50 ms",
        unit=units.PercentUnit,
        description="Share of the orders in the time range that is shown; below 99 % the objective is missed.",
        columns=4,
    )
    within = f'sum(increase(hft_order_roundtrip_seconds_bucket{{le="{_OBJECTIVE_SECONDS}"}}[$__range]))'
    query = f"{within} / sum(increase(hft_order_roundtrip_seconds_count[$__range]))"
    return number(about, source, query, {None: "red", _OBJECTIVE_SHARE: "green"})


def tick_to_trade(source: DataSourceRef) -> Graph:
    """Market data received to order written."""
    about = About(
        title="Tick to trade",
        unit=units.Seconds,
        description="Market data received to order written: our own part of the race, without the line and the venue.",
        columns=8,
    )
    return graph(about, source, quantiles("hft_tick_to_trade_seconds", by="venue"))


def opportunities(source: DataSourceRef) -> Graph:
    """What became of the edges that were found."""
    about = About(
        title="Opportunities by state and reason",
        unit=units.CountsPerSecond,
        description="Edges detected, and what became of them; missed ones went to somebody faster.",
        columns=8,
    )
    query = "sum by (state, reason) (rate(hft_arb_opportunities_total[$__rate_interval]))"
    return graph(about, source, {"{{state}} {{reason}}": query})


def orders(source: DataSourceRef) -> Graph:
    """Orders and their answers."""
    about = About(
        title="Orders by event",
        unit=units.CountsPerSecond,
        description="Submitted orders and their answers; rejects beyond 5 % mean one of our limits, or the venue.",
        columns=8,
    )
    query = "sum by (event) (rate(hft_orders_total[$__rate_interval]))"
    return graph(about, source, {"{{event}}": query})


def pnl(source: DataSourceRef) -> Graph:
    """Profit and loss."""
    about = About(
        title="Profit and loss",
        unit=units.Dollars,
        description="Since the engine's start, at average cost. Net is realized and unrealized less fees.",
        columns=8,
    )
    gains = 'sum(hft_pnl_usd{kind=~"realized|unrealized"})'
    queries = {"{{kind}}": "sum by (kind) (hft_pnl_usd)", "net": f'{gains} - sum(hft_pnl_usd{{kind="fees"}})'}
    return graph(about, source, queries)


def exposure(source: DataSourceRef) -> Graph:
    """All positions in one number."""
    about = About(
        title="Exposure",
        unit=units.Dollars,
        description="Sum of the absolute positions: what a market move can hit, hedged or not.",
        columns=8,
    )
    return graph(about, source, {"{{instance}}": "sum by (instance) (hft_exposure_usd)"})


def positions(source: DataSourceRef) -> Graph:
    """Positions by venue and symbol."""
    about = About(
        title="Position",
        unit=units.NoUnit,
        description="Units held, negative is short. One symbol's lines add up to zero while every leg is hedged.",
        columns=8,
    )
    query = "sum by (instance, venue, symbol) (hft_position)"
    return graph(about, source, {"{{instance}} {{venue}} {{symbol}}": query})


def risk_limits(source: DataSourceRef) -> Graph:
    """Use of the pre-trade limits."""
    about = About(
        title="Risk limit ratio",
        unit=units.PercentUnit,
        description="Use of each pre-trade limit; at 100 % orders that add to it are refused.",
        columns=8,
    )
    panel = graph(about, source, {"{{instance}} {{limit}}": "max by (instance, limit) (hft_risk_limit_ratio)"})
    return bounded(panel, {None: "green", _NEAR_LIMIT: "yellow", _AT_LIMIT: "red"})


def record_backlog_age(source: DataSourceRef) -> Graph:
    """How long order and audit rows wait for the database."""
    about = About(
        title="Oldest order record not yet committed",
        unit=units.Seconds,
        description="An order or audit row that waits for the database; after 5 s the engine only reduces.",
        columns=12,
    )
    panel = graph(about, source, {"{{instance}}": "max by (instance) (hft_record_backlog_seconds)"})
    return bounded(panel, {None: "green", _LATE_SECONDS: "red"})


def record_backlog_rows(source: DataSourceRef) -> Graph:
    """How much waits for the database."""
    about = About(
        title="Record backlog",
        unit=units.Short,
        description="Rows not yet in the database, by table. Ticks are given up when the buffer is full, orders never.",
        columns=12,
    )
    return stacked(graph(about, source, {"{{table}}": "sum by (table) (hft_record_backlog_rows)"}))


def last_order_events(source: DataSourceRef) -> Table:
    """The records themselves."""
    about = About(
        title="Last order events",
        unit=units.NoUnit,
        description="The latest order records as the database has them: what an auditor would see.",
        columns=24,
    )
    sql = (
        "SELECT ts, order_id, event, venue, symbol, side, price, size, reason, algo_id, trader_id, epoch, slot\n"
        "FROM trading.order_events\n"
        "WHERE $__timeFilter(ts)\n"
        "ORDER BY ts DESC\n"
        "LIMIT 100"
    )
    return rows(about, source, sql)
