"""Who leads the cluster, and who could; pure."""

from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, graph, number, timeline

NODE = 'instance=~"$node"'
PATRONI = f'job="patroni", {NODE}'
_FLAGS = {
    "waits for a restart": "patroni_pending_restart",
    "paused": "patroni_is_paused",
    "failsafe": "patroni_failsafe_mode_is_active",
    "without leader": "patroni_cluster_unlocked",
}


def roles(board: Board) -> Timeline:
    """Role by node."""
    about = About(
        title="Roles",
        unit=units.NoUnit,
        description="The primary takes orders, a quorum standby confirms them; a change of green is a failover or "
        "switchover.",
        columns=12,
        alert="TsdbNoPrimary",
    )
    states = {0: ("follows", "blue"), 1: ("confirms", "yellow"), 2: ("leads", "green")}
    query = (
        f"2 * max by (instance) (patroni_primary{{{PATRONI}}})"
        f" + max by (instance) (patroni_quorum_standby{{{PATRONI}}})"
    )
    return timeline(about, board.parts, {"{{instance}}": query}, states)


def primaries(board: Board) -> Stat:
    """How many lead."""
    about = About(
        title="Primaries",
        unit=units.NoUnit,
        description="It has to be one: without, no order is recorded; with two, records part.",
        columns=6,
        alert="TsdbTwoPrimaries",
    )
    query = 'sum(patroni_primary{job="patroni"}) or vector(0)'
    return number(about, board.parts, query, {None: "red", 1: "green", 2: "red"})


def synchronous(board: Board) -> Stat:
    """How many confirm."""
    about = About(
        title="Standbys that confirm",
        unit=units.NoUnit,
        description="With none, the primary acknowledges no order row, and engines only reduce.",
        columns=6,
        alert="TsdbNoSynchronousStandby",
    )
    query = 'sum(patroni_quorum_standby{job="patroni"}) or vector(0)'
    return number(about, board.parts, query, {None: "red", 1: "green"})


def running(board: Board) -> Timeline:
    """Whether PostgreSQL runs."""
    about = About(
        title="PostgreSQL runs",
        unit=units.NoUnit,
        description="A node that is down is one loss less that the cluster survives.",
        columns=8,
        alert="TsdbNodeNotRunning",
    )
    states = {0: ("down", "red"), 1: ("runs", "green")}
    query = f"max by (instance) (patroni_postgres_running{{{PATRONI}}})"
    return timeline(about, board.parts, {"{{instance}}": query}, states)


def last_seen(board: Board) -> Graph:
    """Contact with etcd."""
    about = About(
        title="Time since etcd was heard",
        unit=units.Seconds,
        description="A primary that does not hear etcd for the length of its lease steps down.",
        columns=8,
        alert="TsdbStoreUnseen",
    )
    query = f"time() - max by (instance) (patroni_dcs_last_seen{{{PATRONI}}})"
    return graph(about, board.parts, {"{{instance}}": query})


def attention(board: Board) -> Timeline:
    """What should not stay so."""
    about = About(
        title="What should not stay so",
        unit=units.NoUnit,
        description="A parameter that is not in force, a pause that nobody ended, no leader, or etcd away.",
        columns=8,
        alert="TsdbRestartPending",
    )
    queries = {word: f"max({name}{{{PATRONI}}})" for word, name in _FLAGS.items()}
    return timeline(about, board.parts, queries, {0: ("no", "green"), 1: ("yes", "orange")})
