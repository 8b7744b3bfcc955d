"""What an examiner asks: what became of each order, who did what, is the record whole; by SQL, pure."""

from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, graph, rows, sql_graph, stacked

# As long as a round trip may take and still be one (ROUNDTRIP_BUCKETS' end, four times).
_UNANSWERED_SECONDS = 10
_CHOSEN = "venue IN (${venue:sqlstring}) AND symbol IN (${symbol:sqlstring})"


def audit(stack: str) -> str:
    """The dashboard as JSON."""
    board = Board(stack, "audit", "Audit", refresh="30s")
    board.choose("venue", "hft_venue_up", "venue", "Venue")
    board.choose("symbol", "hft_marketdata_age_seconds", "symbol", "Symbol")
    board.row("What became of orders?", order_events(board), opportunities(board), unanswered(board), latest(board))
    board.row("Who did what?", actions(board), changed(board), entries(board))
    board.row("How far does the record reach?", reach(board))
    return board.text()


def order_events(board: Board) -> Graph:
    """Records by event."""
    about = About(
        title="Order events recorded",
        unit=units.Short,
        description="Rows for each ten seconds, by event, as a standby has them; they have to agree with the engines' "
        "counters.",
        columns=12,
    )
    sql = (
        "SELECT public.time_bucket('10 s', ts) AS time, event AS metric, count(*) AS rows\n"
        "FROM trading.order_events\n"
        f"WHERE $__timeFilter(ts) AND {_CHOSEN}\n"
        "GROUP BY 1, 2\n"
        "ORDER BY 1"
    )
    return stacked(sql_graph(about, board.database, sql))


def opportunities(board: Board) -> Graph:
    """Decisions by outcome."""
    about = About(
        title="Opportunities recorded",
        unit=units.Short,
        description="Rows for each ten seconds, by what became of them: why the algorithm traded, and why it did not.",
        columns=12,
    )
    sql = (
        "SELECT public.time_bucket('10 s', ts) AS time, state AS metric, count(*) AS rows\n"
        "FROM trading.opportunities\n"
        "WHERE $__timeFilter(ts) AND symbol IN (${symbol:sqlstring})\n"
        "GROUP BY 1, 2\n"
        "ORDER BY 1"
    )
    return stacked(sql_graph(about, board.database, sql))


def unanswered(board: Board) -> Table:
    """Orders whose end nobody knows."""
    about = About(
        title="Orders without an answer",
        unit=units.NoUnit,
        description=f"Submitted more than {_UNANSWERED_SECONDS} s ago and nothing recorded since: ask the venue about "
        "each.",
        columns=24,
        rows=5,
        alert="VenueDown",
        empty="every order has its answer",
    )
    sql = (
        "SELECT min(ts) AS submitted, order_id, venue, symbol, side, max(price) AS price, max(size) AS size, slot\n"
        "FROM trading.order_events\n"
        f"WHERE $__timeFilter(ts) AND {_CHOSEN}\n"
        "GROUP BY order_id, venue, symbol, side, slot\n"
        f"HAVING bool_and(event = 'submitted') AND max(ts) < now() - interval '{_UNANSWERED_SECONDS} s'\n"
        "ORDER BY 1 DESC\n"
        "LIMIT 100"
    )
    return rows(about, board.database, sql)


def latest(board: Board) -> Table:
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
        f"WHERE $__timeFilter(ts) AND {_CHOSEN}\n"
        "ORDER BY ts DESC\n"
        "LIMIT 100"
    )
    return rows(about, board.database, sql)


def actions(board: Board) -> Table:
    """The audit log in sum."""
    about = About(
        title="Actions of the last seven days",
        unit=units.Short,
        description="Who did what how often: a person in the list of actors is a change that nobody's program made.",
        columns=12,
    )
    sql = (
        "SELECT actor, action, count(*) AS times, max(ts) AS last\n"
        "FROM trading.audit_log\n"
        "WHERE ts > now() - interval '7 days'\n"
        "GROUP BY actor, action\n"
        "ORDER BY last DESC"
    )
    return rows(about, board.database, sql)


def changed(board: Board) -> Graph:
    """Rows that were not only appended."""
    about = About(
        title="Records changed or deleted",
        unit=units.Short,
        description="Rows that somebody changed or deleted in ten minutes, by table; programs only append, "
        "so that each is a person's doing. The log of the primary says whose.",
        columns=12,
        alert="AuditRowsChanged",
    )
    query = "sum by (relation) (hft_audit_changed_rows - min_over_time(hft_audit_changed_rows[10m]))"
    return graph(about, board.parts, {"{{relation}}": query})


def entries(board: Board) -> Table:
    """The audit log itself."""
    about = About(
        title="Last entries of the audit log",
        unit=units.NoUnit,
        description="Starts, stops, changes of the leader, halts: what happened to trading beside the orders.",
        columns=24,
    )
    sql = (
        "SELECT ts, actor, action, subject, details::text AS details\n"
        "FROM trading.audit_log\n"
        "ORDER BY ts DESC\n"
        "LIMIT 100"
    )
    return rows(about, board.database, sql)


def reach(board: Board) -> Table:
    """Chunks of the records."""
    about = About(
        title="Chunks of each hypertable",
        unit=units.NoUnit,
        description="From when on the records are there, and up to when a chunk waits for them; a regime asks for "
        "years.",
        columns=24,
        rows=5,
        alert="TsdbChunkMissing",
    )
    sql = (
        "SELECT hypertable_name AS hypertable, count(*) AS chunks, min(range_start) AS from_time,\n"
        "       max(range_end) AS to_time\n"
        "FROM timescaledb_information.chunks\n"
        "WHERE hypertable_schema = 'trading'\n"
        "GROUP BY 1\n"
        "ORDER BY 1"
    )
    return rows(about, board.database, sql)
