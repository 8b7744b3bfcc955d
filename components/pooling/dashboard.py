"""The way of clients to the database: HAProxy's routes and PgBouncer's pools; pure."""

from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, stacked, timeline

_ROUTER = 'job="haproxy", instance=~"$router"'
_POOLER = 'job="pgbouncer", instance=~"$pooler"'
_LONG_WAIT_SECONDS = 1.0


def pooling(stack: str) -> str:
    """The dashboard as JSON."""
    board = Board(stack, "pooling", "Pooling", minutes=30)
    board.choose("router", 'haproxy_process_uptime_seconds{job="haproxy"}', "instance", "Router")
    board.choose("pooler", 'pgbouncer_up{job="pgbouncer"}', "instance", "Pooler")
    board.row("Does it lead somewhere?", servers(board), up(board))
    board.row("Who waits?", waiting(board), longest_wait(board), time_waited(board))
    board.row("What do pools do?", clients(board), connections(board), queries(board), query_time(board))
    board.row("What do routes do?", sessions(board), traffic(board), failures(board))
    return board.text()


def servers(board: Board) -> Graph:
    """Nodes behind each route."""
    about = About(
        title="Nodes behind each route",
        unit=units.Short,
        description="The route `primary` has one or nobody can write; without a standby, reads burden the primary.",
        columns=12,
        alert="RouterNoPrimary",
    )
    query = f'max by (instance, proxy) (haproxy_backend_active_servers{{{_ROUTER}, proxy=~"primary|standbys"}})'
    return graph(about, board.parts, {"{{instance}} {{proxy}}": query}).min(0)


def up(board: Board) -> Timeline:
    """Whether poolers answer."""
    about = About(
        title="Poolers answer",
        unit=units.NoUnit,
        description="A host's clients have this pooler only; without it they can take the router.",
        columns=12,
        alert="PoolerDown",
    )
    states = {0: ("down", "red"), 1: ("up", "green")}
    return timeline(about, board.parts, {"{{instance}}": f"max by (instance) (pgbouncer_up{{{_POOLER}}})"}, states)


def waiting(board: Board) -> Graph:
    """Clients in the queue."""
    about = About(
        title="Clients that wait for a connection",
        unit=units.Short,
        description="A moment of some is a burst; a queue that stays means that the pool, or the primary, is too "
        "small.",
        columns=8,
        alert="PoolerClientsWaiting",
    )
    query = f"sum by (instance, database, user) (pgbouncer_pools_client_waiting_connections{{{_POOLER}}})"
    return stacked(graph(about, board.parts, {"{{instance}} {{user}} {{database}}": query}))


def longest_wait(board: Board) -> Graph:
    """How long the first one in the queue waits."""
    about = About(
        title="Longest wait now",
        unit=units.Seconds,
        description="Of the client at the head of the queue; an order row that waits here is not recorded yet.",
        columns=8,
        alert="PoolerClientsWaiting",
    )
    query = f"max by (instance, database, user) (pgbouncer_pools_client_maxwait_seconds{{{_POOLER}}})"
    panel = graph(about, board.parts, {"{{instance}} {{user}} {{database}}": query})
    return bounded(panel, {None: "green", _LONG_WAIT_SECONDS: "red"})


def time_waited(board: Board) -> Graph:
    """Waiting in sum."""
    about = About(
        title="Time clients waited, each second",
        unit=units.Seconds,
        description="Of all clients together: 1 means that on average one client was waiting all the time.",
        columns=8,
        alert="PoolerOrdersWaiting",
    )
    query = (
        f"sum by (instance, database) (rate(pgbouncer_stats_client_wait_seconds_total{{{_POOLER}}}[$__rate_interval]))"
    )
    return graph(about, board.parts, {"{{instance}} {{database}}": query})


def clients(board: Board) -> Graph:
    """Clients at work."""
    about = About(
        title="Clients at work",
        unit=units.Short,
        description="Clients that have a connection of the pool at the moment, by role and database.",
        columns=6,
    )
    query = f"sum by (instance, database, user) (pgbouncer_pools_client_active_connections{{{_POOLER}}})"
    return stacked(graph(about, board.parts, {"{{instance}} {{user}} {{database}}": query}))


def connections(board: Board) -> Graph:
    """Connections to the database."""
    about = About(
        title="Connections to the database",
        unit=units.Short,
        description="In use and idle; in use at the size of the pool means that clients wait.",
        columns=6,
    )
    queries = {
        f"{word} {{{{user}}}} {{{{database}}}}": (
            f"sum by (database, user) (pgbouncer_pools_server_{word}_connections{{{_POOLER}}})"
        )
        for word in ("active", "idle")
    }
    return stacked(graph(about, board.parts, queries))


def queries(board: Board) -> Graph:
    """Queries a second."""
    about = About(
        title="Queries",
        unit=units.CountsPerSecond,
        description="By database: `hft` leads to the primary, `hft_ro` to a standby.",
        columns=6,
    )
    query = f"sum by (instance, database) (rate(pgbouncer_stats_queries_pooled_total{{{_POOLER}}}[$__rate_interval]))"
    return graph(about, board.parts, {"{{instance}} {{database}}": query})


def query_time(board: Board) -> Graph:
    """Mean time of a query."""
    about = About(
        title="Mean time of a query",
        unit=units.Seconds,
        description="At the database, without the wait for a connection; when it rises the wait follows.",
        columns=6,
    )
    spent, asked = (
        f"sum by (database) (rate(pgbouncer_stats_{name}{{{_POOLER}}}[$__rate_interval]))"
        for name in ("queries_duration_seconds_total", "queries_pooled_total")
    )
    return graph(about, board.parts, {"{{database}}": f"{spent} / ({asked} > 0)"})


def sessions(board: Board) -> Graph:
    """Open sessions."""
    about = About(
        title="Sessions by route",
        unit=units.Short,
        description="Open connections through the router; at a failover those to the old primary are cut at once.",
        columns=8,
    )
    query = f'sum by (instance, proxy) (haproxy_backend_current_sessions{{{_ROUTER}, proxy=~"primary|standbys"}})'
    return stacked(graph(about, board.parts, {"{{instance}} {{proxy}}": query}))


def traffic(board: Board) -> Graph:
    """Bytes."""
    about = About(
        title="Bytes by route",
        unit=units.BytesPerSecondIEC,
        description="To and from the database through the routers, counted when a session ends: "
        "a large query of a person shows.",
        columns=8,
    )
    chosen = f'{_ROUTER}, proxy=~"primary|standbys"'
    written = {
        f"{word} {{{{proxy}}}}": (
            f"sum by (proxy) (rate(haproxy_backend_bytes_{word}_total{{{chosen}}}[$__rate_interval]))"
        )
        for word in ("in", "out")
    }
    return graph(about, board.parts, written)


def failures(board: Board) -> Graph:
    """Connections that came to nothing."""
    about = About(
        title="Connections refused in a minute",
        unit=units.Short,
        description="Clients that got no server: some at a failover, none otherwise.",
        columns=8,
        alert="RouterConnectionsFailing",
    )
    chosen = f'{_ROUTER}, proxy=~"primary|standbys"'
    query = f"sum by (instance, proxy) (increase(haproxy_backend_connection_errors_total{{{chosen}}}[1m]))"
    return graph(about, board.parts, {"{{instance}} {{proxy}}": query})
