"""The disks of the nodes, as their guards see them; pure."""

from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, timeline
from components.database.dashboards.leading import NODE

_UNHEARD_SECONDS = 60.0


def free(board: Board) -> Graph:
    """Room, and where ticks are refused."""
    about = About(
        title="Free on the data disk",
        unit=units.BytesIEC,
        description="Below the line `stop` the primary refuses ticks and takes orders on; above `resume` it takes all "
        "again.",
        columns=12,
        alert="IngestStopped",
    )
    return graph(
        about,
        board.parts,
        {
            "free {{instance}}": f"min by (instance) (hft_disk_free_bytes{{{NODE}}})",
            "stop": f"max(hft_disk_guard_stop_bytes{{{NODE}}})",
            "resume": f"max(hft_disk_guard_resume_bytes{{{NODE}}})",
        },
    )


def ingest(board: Board) -> Timeline:
    """Whether ticks are taken."""
    about = About(
        title="Ticks are taken",
        unit=units.NoUnit,
        description="Refused while a disk is nearly full: research has a hole, orders do not.",
        columns=6,
        alert="IngestStopped",
    )
    states = {0: ("taken", "green"), 1: ("refused", "red")}
    query = f"max by (instance) (hft_disk_guard_stopped{{{NODE}}})"
    return timeline(about, board.parts, {"{{instance}}": query}, states)


def heard(board: Board) -> Graph:
    """Whether the guard gets through."""
    about = About(
        title="Time since the primary heard the guard",
        unit=units.Seconds,
        description="A guard that is not heard cannot stop ingest: then a full disk stops the database.",
        columns=6,
        alert="DiskGuardUnheard",
    )
    query = f"time() - max by (instance) (hft_disk_guard_confirmed_timestamp_seconds{{{NODE}}})"
    return bounded(graph(about, board.parts, {"{{instance}}": query}), {None: "green", _UNHEARD_SECONDS: "red"})
