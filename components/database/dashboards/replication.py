"""What the standbys have of what the primary wrote; pure."""

from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph
from components.database.dashboards.leading import PATRONI

# The bound of the alerts TsdbReplicationLagHigh and TsdbNobodyMayLeadNext.
_FAR_BEHIND_BYTES = 64 * 2**20
_STEPS = {None: "green", float(_FAR_BEHIND_BYTES): "red"}
_WRITTEN = 'scalar(max(patroni_xlog_location{job="patroni"}))'
_STANDBY = f"and on (instance) patroni_replica{{{PATRONI}}} == 1"


def not_received(board: Board) -> Graph:
    """WAL that a lost primary would take with it."""
    about = About(
        title="WAL not received",
        unit=units.BytesIEC,
        description="What a standby lacks of the primary's WAL; with too much on all of them, none may lead next.",
        columns=6,
        alert="TsdbNobodyMayLeadNext",
    )
    query = f"clamp_min({_WRITTEN} - (patroni_xlog_received_location{{{PATRONI}}} {_STANDBY}), 0)"
    return bounded(graph(about, board.parts, {"{{instance}}": query}), _STEPS)


def not_replayed(board: Board) -> Graph:
    """WAL that readers do not see."""
    about = About(
        title="WAL not replayed",
        unit=units.BytesIEC,
        description="What a reader of a standby does not see yet; the panels that ask by SQL read there.",
        columns=6,
        alert="TsdbReplicationLagHigh",
    )
    query = f"clamp_min({_WRITTEN} - (patroni_xlog_replayed_location{{{PATRONI}}} {_STANDBY}), 0)"
    return bounded(graph(about, board.parts, {"{{instance}}": query}), _STEPS)


def age(board: Board) -> Graph:
    """The same in time."""
    about = About(
        title="Age of the last replayed commit",
        unit=units.Seconds,
        description="How old the newest row is that a standby shows; on a quiet database it is the last commit's own "
        "age.",
        columns=6,
    )
    query = f"time() - (patroni_xlog_replayed_timestamp{{{PATRONI}}} > 0 {_STANDBY})"
    return graph(about, board.parts, {"{{instance}}": query})


def timelines(board: Board) -> Graph:
    """Every failover is one more."""
    about = About(
        title="Timeline",
        unit=units.NoUnit,
        description="Rises by one with every new primary; a standby that stays on an older one does not follow.",
        columns=6,
    )
    query = f"max by (instance) (patroni_postgres_timeline{{{PATRONI}}})"
    return graph(about, board.parts, {"{{instance}}": query})
