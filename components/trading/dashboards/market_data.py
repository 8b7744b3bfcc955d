"""Market data: is it fresh, is it whole, is the line up, is it kept; pure."""

from grafana_foundation_sdk.builders.heatmap import Panel as Heatmap
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, heat, heatmap, quantiles, sql_graph, stacked
from components.trading.dashboards.chosen import SLOT, SYMBOL, VENUE, with_slot, with_symbol, with_venue
from components.trading.dashboards.states import venue_up

_STALE_SECONDS = 2.0
_MANY_RECONNECTS = 5
_BOOK = f"{VENUE}, {SYMBOL}, {SLOT}"
_FEED = f"{VENUE}, {SLOT}"


def market_data(stack: str) -> str:
    """The dashboard as JSON."""
    board = with_slot(with_symbol(with_venue(Board(stack, "market-data", "Market data"))))
    board.row("Is it fresh?", age(board), latency(board), latency_heat(board), from_the_future(board))
    board.row("Is it whole?", gaps(board), resets(board), dropped(board))
    board.row("Is the line up?", venue_up(board), reconnects(board))
    board.row("Is it kept?", ticks_stored(board), backlog(board))
    return board.text()


def age(board: Board) -> Graph:
    """How old the prices are."""
    about = About(
        title="Market data age",
        unit=units.Seconds,
        description="Time since the last update of a book: an edge against an old price is no edge.",
        columns=12,
        alert="MarketDataStale",
    )
    query = f"max by (venue, symbol) (hft_marketdata_age_seconds{{{_BOOK}}})"
    panel = graph(about, board.engine, {"{{venue}} {{symbol}}": query})
    return bounded(panel, {None: "green", _STALE_SECONDS: "red"})


def latency(board: Board) -> Graph:
    """Exchange to engine."""
    about = About(
        title="Market data latency",
        unit=units.Seconds,
        description="The exchange's time stamp to received: line, kernel and their clock against ours.",
        columns=12,
    )
    return graph(about, board.engine, quantiles("hft_marketdata_latency_seconds", "venue", _FEED))


def latency_heat(board: Board) -> Heatmap:
    """The same, every message counted."""
    about = About(
        title="Market data latency, messages by time",
        unit=units.Seconds,
        description="A band that widens is a line that fills up; a second band is a second way, or a burst.",
        columns=12,
    )
    return heatmap(about, board.engine, heat("hft_marketdata_latency_seconds", _FEED))


def from_the_future(board: Board) -> Graph:
    """Messages that were received before they were sent."""
    about = About(
        title="Messages from the future",
        unit=units.CountsPerSecond,
        description="Messages whose exchange time is later than ours: the clocks disagree, and latencies mean nothing.",
        columns=12,
        alert="MarketDataFromFuture",
    )
    query = f"sum by (venue) (rate(hft_marketdata_latency_negative_total{{{_FEED}}}[$__rate_interval]))"
    return graph(about, board.engine, {"{{venue}}": query})


def gaps(board: Board) -> Graph:
    """Lost messages."""
    about = About(
        title="Gaps in the sequence",
        unit=units.Short,
        description="Times in ten seconds that a message was missing: that book was wrong until the next snapshot.",
        columns=8,
        alert="MarketDataGap",
    )
    query = f"sum by (venue, symbol) (increase(hft_marketdata_gap_total{{{_BOOK}}}[10s]))"
    return graph(about, board.engine, {"{{venue}} {{symbol}}": query})


def resets(board: Board) -> Graph:
    """Sequences that went backwards."""
    about = About(
        title="Sequences begun anew",
        unit=units.Short,
        description="Times in a minute that a venue's sequence went backwards: it restarted, or moved us to another "
        "server.",
        columns=8,
    )
    query = f"sum by (venue, symbol) (increase(hft_marketdata_seq_reset_total{{{_BOOK}}}[1m]))"
    return graph(about, board.engine, {"{{venue}} {{symbol}}": query})


def dropped(board: Board) -> Graph:
    """Records given up."""
    about = About(
        title="Market data records given up",
        unit=units.Short,
        description="Records in ten seconds that no buffer had room for; trading goes on, research has a hole.",
        columns=8,
        alert="RecordsDropped",
    )
    query = f"sum by (reason) (increase(hft_marketdata_dropped_total{{{SLOT}}}[10s]))"
    return graph(about, board.engine, {"{{reason}}": query})


def reconnects(board: Board) -> Graph:
    """Connections made anew."""
    about = About(
        title="Reconnects in an hour",
        unit=units.Short,
        description="A line that comes and goes costs the queue position of every resting order.",
        columns=12,
        alert="VenueReconnecting",
    )
    query = f"sum by (venue, channel) (increase(hft_venue_reconnects_total{{{_FEED}}}[1h]))"
    panel = graph(about, board.engine, {"{{venue}} {{channel}}": query})
    return bounded(panel, {None: "green", _MANY_RECONNECTS: "red"})


def ticks_stored(board: Board) -> Graph:
    """What the database has of it."""
    about = About(
        title="Ticks stored",
        unit=units.Short,
        description="Rows in the hypertable of ticks for each ten seconds, by venue, as a standby has them.",
        columns=12,
    )
    sql = (
        "SELECT public.time_bucket('10 s', ts) AS time, venue AS metric, count(*) AS rows\n"
        "FROM trading.ticks\n"
        "WHERE $__timeFilter(ts) AND venue IN (${venue:sqlstring}) AND symbol IN (${symbol:sqlstring})\n"
        "GROUP BY 1, 2\n"
        "ORDER BY 1"
    )
    return sql_graph(about, board.database, sql)


def backlog(board: Board) -> Graph:
    """What still waits to be stored."""
    about = About(
        title="Ticks waiting for the database",
        unit=units.Short,
        description="Ticks in the engine's buffer; what rises here without end is given up in the end.",
        columns=12,
        alert="RecordsDropped",
    )
    query = f'sum by (instance) (hft_record_backlog_rows{{table="ticks", {SLOT}}})'
    return stacked(graph(about, board.engine, {"{{instance}}": query}))
