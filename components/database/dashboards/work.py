"""What clients do in the database; pure."""

from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, shares, stacked
from components.database.dashboards.leading import NODE

_POSTGRES = f'job="postgres", {NODE}'
_HFT = f'{_POSTGRES}, datname="hft"'
_MANY_CONNECTIONS = 0.85


def transactions(board: Board) -> Graph:
    """Commits and rollbacks."""
    about = About(
        title="Transactions",
        unit=units.CountsPerSecond,
        description="Commits and rollbacks in the database of trading; rollbacks that rise are refused rows.",
        columns=8,
    )
    queries = {
        f"{word} {{{{instance}}}}": (
            f"sum by (instance) (rate(pg_stat_database_xact_{word}{{{_HFT}}}[$__rate_interval]))"
        )
        for word in ("commit", "rollback")
    }
    return graph(about, board.parts, queries)


def connections(board: Board) -> Graph:
    """Use of max_connections."""
    about = About(
        title="Use of the connections",
        unit=units.PercentUnit,
        description="At 100 % nobody is let in any more, the engine's recorder included; clients belong behind the "
        "pooler.",
        columns=8,
        alert="TsdbConnectionsNearLimit",
    )
    query = (
        f"sum by (instance) (pg_stat_activity_count{{{_POSTGRES}}})"
        f" / max by (instance) (pg_settings_max_connections{{{_POSTGRES}}})"
    )
    panel = shares(graph(about, board.parts, {"{{instance}}": query}))
    return bounded(panel, {None: "green", _MANY_CONNECTIONS: "red"})


def oldest(board: Board) -> Graph:
    """Long transactions."""
    about = About(
        title="Longest transaction",
        unit=units.Seconds,
        description="A transaction that stays open holds locks and dead rows; on a standby it holds the replay up.",
        columns=8,
        alert="TsdbTransactionLong",
    )
    query = f"max by (instance) (pg_stat_activity_max_tx_duration{{{_HFT}}})"
    return graph(about, board.parts, {"{{instance}}": query})


def locks(board: Board) -> Graph:
    """Locks by mode."""
    about = About(
        title="Locks",
        unit=units.Short,
        description="By mode; exclusive ones that stay are a migration or a person, and inserts wait behind them.",
        columns=8,
    )
    query = f"sum by (mode) (pg_locks_count{{{_HFT}}}) > 0 or on () sum(pg_locks_count{{{_HFT}}}) * 0"
    return stacked(graph(about, board.parts, {"{{mode}}": query}))


def cache(board: Board) -> Graph:
    """Reads from memory."""
    about = About(
        title="Blocks found in memory",
        unit=units.PercentUnit,
        description="Share of the blocks that needed no read; on the primary it stays near 100 % while ticks are "
        "appended.",
        columns=8,
    )
    hit, read = (
        f"sum by (instance) (rate(pg_stat_database_blks_{word}{{{_HFT}}}[$__rate_interval]))"
        for word in ("hit", "read")
    )
    return graph(about, board.parts, {"{{instance}}": f"{hit} / ({hit} + {read} > 0)"})


def deadlocks(board: Board) -> Graph:
    """What PostgreSQL broke off."""
    about = About(
        title="Deadlocks and conflicts in an hour",
        unit=units.Short,
        description="Transactions that were broken off: against each other, or on a standby because replay went on.",
        columns=8,
    )
    queries = {
        f"{word} {{{{instance}}}}": f"sum by (instance) (increase(pg_stat_database_{word}{{{_HFT}}}[1h]))"
        for word in ("deadlocks", "conflicts")
    }
    return graph(about, board.parts, queries)
