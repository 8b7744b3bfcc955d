"""etcd: is there a leader, are disks and network fast enough for it, is there room; pure."""

from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, quantile, shares, timeline

_MEMBER = 'job="etcd", instance=~"$member"'
# etcd documentation, "Hardware recommendations": p99 of fsync below 10 ms, of a backend commit below 25 ms.
_SLOW_FSYNC_SECONDS, _SLOW_COMMIT_SECONDS = 0.01, 0.025
_NEARLY_FULL = 0.8


def etcd(stack: str) -> str:
    """The dashboard as JSON."""
    board = Board(stack, "etcd", "etcd").choose("member", 'etcd_server_has_leader{job="etcd"}', "instance", "Member")
    board.row("Does it agree?", leaders(board), leader_changes(board), proposals(board))
    board.row("Is it fast?", fsync(board), commit(board), peers(board), heartbeats(board))
    board.row("Is there room?", size(board), keys(board), requests(board))
    return board.text()


def leaders(board: Board) -> Timeline:
    """Who leads, who follows, who is alone."""
    about = About(
        title="Members",
        unit=units.NoUnit,
        description="A member without a leader cannot renew a lease: neither the primary's nor an engine's.",
        columns=12,
        alert="EtcdNoLeader",
    )
    states = {0: ("no leader", "red"), 1: ("follows", "blue"), 2: ("leads", "green")}
    query = (
        f"max by (instance) (etcd_server_has_leader{{{_MEMBER}}}) + "
        f"max by (instance) (etcd_server_is_leader{{{_MEMBER}}})"
    )
    return timeline(about, board.parts, {"{{instance}}": query}, states)


def leader_changes(board: Board) -> Graph:
    """Elections."""
    about = About(
        title="Changes of the leader in an hour",
        unit=units.Short,
        description="Each one holds the leases up for an election; more than a few mean a slow disk or a busy host.",
        columns=6,
        alert="EtcdLeaderChanging",
    )
    query = f"max by (instance) (increase(etcd_server_leader_changes_seen_total{{{_MEMBER}}}[1h]))"
    return graph(about, board.parts, {"{{instance}}": query})


def proposals(board: Board) -> Graph:
    """Writes that wait or fail."""
    about = About(
        title="Proposals waiting and failed",
        unit=units.Short,
        description="Writes that wait for a majority, and those of a minute that did not get one.",
        columns=6,
    )
    return graph(
        about,
        board.parts,
        {
            "waiting {{instance}}": f"max by (instance) (etcd_server_proposals_pending{{{_MEMBER}}})",
            "failed {{instance}}": f"max by (instance) (increase(etcd_server_proposals_failed_total{{{_MEMBER}}}[1m]))",
        },
    )


def fsync(board: Board) -> Graph:
    """Disk of the log."""
    about = About(
        title="Write of the log to disk, p99",
        unit=units.Seconds,
        description="Every lease waits for it on a majority; beyond 10 ms renewals come late under load.",
        columns=6,
        alert="EtcdFsyncSlow",
    )
    query = quantile(0.99, "etcd_disk_wal_fsync_duration_seconds", "instance", _MEMBER)
    return bounded(graph(about, board.parts, {"{{instance}}": query}), {None: "green", _SLOW_FSYNC_SECONDS: "red"})


def commit(board: Board) -> Graph:
    """Disk of the data."""
    about = About(
        title="Commit of the data to disk, p99",
        unit=units.Seconds,
        description="Beyond 25 ms the disk is shared with something that writes more than it should.",
        columns=6,
        alert="EtcdCommitSlow",
    )
    query = quantile(0.99, "etcd_disk_backend_commit_duration_seconds", "instance", _MEMBER)
    return bounded(graph(about, board.parts, {"{{instance}}": query}), {None: "green", _SLOW_COMMIT_SECONDS: "red"})


def peers(board: Board) -> Graph:
    """Network between members."""
    about = About(
        title="Round trip between members, p99",
        unit=units.Seconds,
        description="The network that every change of a lease crosses; compare it with the election timeout.",
        columns=6,
        alert="EtcdPeerSlow",
    )
    # Members look at each other twice a minute.
    rate = f"rate(etcd_network_peer_round_trip_time_seconds_bucket{{{_MEMBER}}}[2m])"
    query = f"histogram_quantile(0.99, sum by (instance, le) ({rate}))"
    return graph(about, board.parts, {"{{instance}}": query})


def heartbeats(board: Board) -> Graph:
    """A leader that is too busy."""
    about = About(
        title="Heartbeats sent late",
        unit=units.Short,
        description="In a minute, by a leader that had no time: the step before an election that nobody wanted.",
        columns=6,
    )
    query = f"max by (instance) (increase(etcd_server_heartbeat_send_failures_total{{{_MEMBER}}}[1m]))"
    return graph(about, board.parts, {"{{instance}}": query})


def size(board: Board) -> Graph:
    """Use of the quota."""
    about = About(
        title="Use of the quota",
        unit=units.PercentUnit,
        description="When it is full, etcd refuses writes: no failover, no new lease, until someone defragments it.",
        columns=8,
        alert="EtcdNearlyFull",
    )
    query = (
        f"max by (instance) (etcd_mvcc_db_total_size_in_bytes{{{_MEMBER}}})"
        f" / max by (instance) (etcd_server_quota_backend_bytes{{{_MEMBER}}})"
    )
    panel = shares(graph(about, board.parts, {"{{instance}}": query}))
    return bounded(panel, {None: "green", _NEARLY_FULL: "red"})


def keys(board: Board) -> Graph:
    """What is in it."""
    about = About(
        title="Keys",
        unit=units.Short,
        description="A few dozen for one cluster and its engines; a growing number is somebody who writes and never "
        "deletes.",
        columns=8,
    )
    query = f"max by (instance) (etcd_debugging_mvcc_keys_total{{{_MEMBER}}})"
    return graph(about, board.parts, {"{{instance}}": query})


def requests(board: Board) -> Graph:
    """Who asks it how much."""
    about = About(
        title="Writes and reads",
        unit=units.CountsPerSecond,
        description="Applied writes and ranges read, of all members; Patroni and leases need a few a second, no more.",
        columns=8,
    )
    return graph(
        about,
        board.parts,
        {
            "writes": f"max(rate(etcd_mvcc_put_total{{{_MEMBER}}}[$__rate_interval]))",
            "reads": f"sum(rate(etcd_mvcc_range_total{{{_MEMBER}}}[$__rate_interval]))",
        },
    )
