"""Whether the hypertables are looked after, and how large they are; pure."""

from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, rows

_LATE_SECONDS = 300.0


def ahead(board: Board) -> Graph:
    """Chunks made before their time."""
    about = About(
        title="Chunks ahead of their time",
        unit=units.Short,
        description="Without one, all who insert wait at the boundary until one is made.",
        columns=8,
        alert="TsdbChunkMissing",
    )
    panel = graph(about, board.parts, {"{{relation}}": "max by (relation) (hft_chunks_ahead)"}).min(0)
    return bounded(panel, {None: "red", 1.0: "green"})


def failing(board: Board) -> Graph:
    """Items that fail."""
    about = About(
        title="Upkeep that fails",
        unit=units.Short,
        description="1 while the latest run of an item failed: chunks are not made, or old ones not dropped.",
        columns=8,
        alert="TsdbMaintenanceFailing",
    )
    return graph(about, board.parts, {"{{item}}": "max by (item) (hft_maintenance_failing)"})


def late(board: Board) -> Graph:
    """When it last ran."""
    about = About(
        title="Time since the last upkeep",
        unit=units.Seconds,
        description="It runs once a minute on the primary; beyond five minutes it hangs, or pg_cron does not run.",
        columns=8,
        alert="TsdbMaintenanceLate",
    )
    query = "time() - max(hft_maintenance_job_ended_timestamp_seconds)"
    return bounded(graph(about, board.parts, {"upkeep": query}), {None: "green", _LATE_SECONDS: "red"})


def sizes(board: Board) -> Table:
    """Bytes by hypertable."""
    about = About(
        title="Hypertables",
        unit=units.BytesIEC,
        description="Size with indexes and chunks, largest first; the first to look at when a disk fills.",
        columns=24,
        rows=5,
        alert="IngestStopped",
    )
    sql = (
        "SELECT format('%s.%s', hypertable_schema, hypertable_name) AS hypertable,\n"
        "       public.hypertable_size(format('%I.%I', hypertable_schema, hypertable_name)::regclass) AS bytes\n"
        "FROM timescaledb_information.hypertables\n"
        "WHERE hypertable_schema = 'trading'\n"
        "ORDER BY bytes DESC"
    )
    return rows(about, board.database, sql)
