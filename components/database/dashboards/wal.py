"""The write-ahead log: how much, how much of it is kept, checkpoints, the archive; pure."""

from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, graph
from components.database.dashboards.leading import NODE

_POSTGRES = f'job="postgres", {NODE}'


def written(board: Board) -> Graph:
    """Bytes a second."""
    about = About(
        title="WAL written",
        unit=units.BytesPerSecondIEC,
        description="What every standby has to receive and the archive has to take; ticks are most of it.",
        columns=6,
    )
    query = 'max(rate(patroni_xlog_location{job="patroni"}[$__rate_interval]))'
    return graph(about, board.parts, {"primary": query})


def kept(board: Board) -> Graph:
    """Bytes on disk."""
    about = About(
        title="WAL kept on disk",
        unit=units.BytesIEC,
        description="Kept for standbys and the archive; it grows while one of them is away.",
        columns=6,
        alert="TsdbWalGrowing",
    )
    return graph(about, board.parts, {"{{instance}}": f"max by (instance) (pg_wal_size_bytes{{{_POSTGRES}}})"})


def checkpoints(board: Board) -> Graph:
    """By reason."""
    about = About(
        title="Checkpoints in an hour",
        unit=units.Short,
        description="Timed ones are as planned; requested ones mean that max_wal_size is too small for the writes.",
        columns=6,
        alert="TsdbCheckpointsForced",
    )
    names = {"timed": "num_timed_total", "requested": "num_requested_total"}
    queries = {
        f"{word} {{{{instance}}}}": f"max by (instance) (increase(pg_stat_checkpointer_{name}{{{_POSTGRES}}}[1h]))"
        for word, name in names.items()
    }
    return graph(about, board.parts, queries)


def archived(board: Board) -> Graph:
    """WAL that waits for the repository."""
    about = About(
        title="WAL waiting for the archive",
        unit=units.Seconds,
        description="How long the oldest file has waited for the repository: a restore cannot reach what is not there.",
        columns=6,
        alert="ArchiveFailing",
    )
    return graph(about, board.backups, {"{{instance}}": 'max by (instance) (hft_archive_lag_seconds{job="backup"})'})
