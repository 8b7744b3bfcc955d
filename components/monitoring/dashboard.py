"""Hosts and cores: is there CPU, memory, disk and network left, is the clock right, is everything watched; pure."""

from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, shares, timeline
from components._common.scraping import FREE_SLOT_JOB

_NODE = 'job="node", instance=~"$host"'
_DISKS = f'{_NODE}, fstype!~"tmpfs|overlay|squashfs|ramfs"'
_LINES = f'{_NODE}, device!~"lo|veth.*|br-.*|docker.*|ifb.*"'
# The bounds are those of alerts.yaml, and of clock.yaml by default.
_LITTLE, _STOLEN, _UNSURE_SECONDS = 0.10, 0.0003, 0.0001


def hosts(stack: str) -> str:
    """The dashboard as JSON."""
    board = Board(stack, "hosts", "Hosts and cores", minutes=30)
    board.choose("host", 'node_uname_info{job="node"}', "instance", "Host")
    board.row("Is there CPU left?", busy(board), cores(board), stolen(board), pressure(board))
    board.row("Is there memory and disk left?", memory(board), swapped(board), disk_free(board), disk_busy(board))
    board.row("Does the network keep up?", network(board), dropped(board), retransmitted(board), conntrack(board))
    board.row("Is the clock right?", clock_error(board), clock_last_set(board), clock_kept(board))
    board.row("Is everything watched?", targets(board), rules(board), certificates(board))
    return board.text()


def busy(board: Board) -> Graph:
    """CPU by host."""
    about = About(
        title="CPU in use",
        unit=units.PercentUnit,
        description="Of all cores of a host, the engines' own included: those spin, so look at the cores one by one.",
        columns=12,
    )
    query = f'1 - avg by (instance) (rate(node_cpu_seconds_total{{{_NODE}, mode="idle"}}[$__rate_interval]))'
    return shares(graph(about, board.parts, {"{{instance}}": query}))


def cores(board: Board) -> Graph:
    """CPU by core."""
    about = About(
        title="Each core in use",
        unit=units.PercentUnit,
        description="An engine's core is its own: whatever runs there beside it is jitter in every order.",
        columns=12,
    )
    query = f'1 - sum by (instance, cpu) (rate(node_cpu_seconds_total{{{_NODE}, mode="idle"}}[$__rate_interval]))'
    return shares(graph(about, board.parts, {"{{instance}} {{cpu}}": f"clamp({query}, 0, 1)"}))


def stolen(board: Board) -> Graph:
    """What the hypervisor takes."""
    about = About(
        title="CPU stolen",
        unit=units.PercentUnit,
        description="What the hypervisor takes of the CPU that loses most: no setting of ours gives it back.",
        columns=12,
        alert="HostCpuStolen",
    )
    query = f'max by (instance) (rate(node_cpu_seconds_total{{{_NODE}, mode="steal"}}[$__rate_interval]))'
    return bounded(graph(about, board.parts, {"{{instance}}": query}).min(0), {None: "green", _STOLEN: "red"})


def pressure(board: Board) -> Graph:
    """Stalls."""
    about = About(
        title="Time that something waited",
        unit=units.PercentUnit,
        description="Share of the time in which some process waited for CPU, disk or memory.",
        columns=12,
        alert="HostCpuPressure",
        empty="the host's kernel counts no pressure (PSI is not in it, or is off)",
    )
    queries = {
        f"{what} {{{{instance}}}}": (
            f"max by (instance) (rate(node_pressure_{what}_waiting_seconds_total{{{_NODE}}}[$__rate_interval]))"
        )
        for what in ("cpu", "io", "memory")
    }
    return graph(about, board.parts, queries)


def memory(board: Board) -> Graph:
    """Memory that is left."""
    about = About(
        title="Memory left",
        unit=units.PercentUnit,
        description="Every part has a hard limit; below 10 % the kernel begins to choose whom it ends.",
        columns=6,
        alert="HostMemoryLow",
    )
    query = (
        f"max by (instance) (node_memory_MemAvailable_bytes{{{_NODE}}})"
        f" / max by (instance) (node_memory_MemTotal_bytes{{{_NODE}}})"
    )
    return bounded(shares(graph(about, board.parts, {"{{instance}}": query})), {None: "red", _LITTLE: "green"})


def swapped(board: Board) -> Graph:
    """Memory that comes back from disk."""
    about = About(
        title="Pages read back from swap",
        unit=units.CountsPerSecond,
        description="Any at all costs every latency on that host; trading hosts have swap off.",
        columns=6,
        alert="HostSwapping",
    )
    query = f"max by (instance) (rate(node_vmstat_pswpin{{{_NODE}}}[$__rate_interval]))"
    return graph(about, board.parts, {"{{instance}}": query})


def disk_free(board: Board) -> Graph:
    """Room by file system."""
    about = About(
        title="Disk left",
        unit=units.PercentUnit,
        description="PostgreSQL stops on a full disk; look at WAL, then at retention.",
        columns=6,
        alert="HostDiskFilling",
    )
    query = (
        f"min by (instance, device) (node_filesystem_avail_bytes{{{_DISKS}}}"
        f" / (node_filesystem_size_bytes{{{_DISKS}}} > 0))"
    )
    panel = shares(graph(about, board.parts, {"{{instance}} {{device}}": query}))
    return bounded(panel, {None: "red", _LITTLE: "green"})


def disk_busy(board: Board) -> Graph:
    """Time in which a disk worked."""
    about = About(
        title="Disk in use",
        unit=units.PercentUnit,
        description="Share of the time in which a disk had work; near 100 % every commit waits in its queue.",
        columns=6,
    )
    query = f"max by (instance, device) (rate(node_disk_io_time_seconds_total{{{_NODE}}}[$__rate_interval]))"
    return graph(about, board.parts, {"{{instance}} {{device}}": query})


def network(board: Board) -> Graph:
    """Bytes by line."""
    about = About(
        title="Network",
        unit=units.BitsPerSecondSI,
        description="By line; market data near the line's rate waits in the switch before it waits here.",
        columns=6,
    )
    queries = {
        f"{word} {{{{instance}}}} {{{{device}}}}": (
            f"8 * sum by (instance, device) (rate(node_network_{word}_bytes_total{{{_LINES}}}[$__rate_interval]))"
        )
        for word in ("receive", "transmit")
    }
    return graph(about, board.parts, queries)


def dropped(board: Board) -> Graph:
    """Packets that were lost on the host."""
    about = About(
        title="Packets dropped by the host",
        unit=units.CountsPerSecond,
        description="By the line (ring full) and by the kernel (backlog full): each is a gap in somebody's feed.",
        columns=6,
        alert="HostNetworkDrops",
    )
    line = f"sum by (instance) (rate(node_network_receive_drop_total{{{_LINES}}}[$__rate_interval]))"
    kernel = f"sum by (instance) (rate(node_softnet_dropped_total{{{_NODE}}}[$__rate_interval]))"
    return graph(about, board.parts, {"line {{instance}}": line, "kernel {{instance}}": kernel})


def retransmitted(board: Board) -> Graph:
    """TCP that had to say it again."""
    about = About(
        title="TCP segments sent again",
        unit=units.PercentUnit,
        description="Share of the segments sent; a lossy line delays orders by at least 200 ms each time.",
        columns=6,
        alert="HostRetransmits",
    )
    again, all_sent = (
        f"sum by (instance) (rate(node_netstat_Tcp_{name}{{{_NODE}}}[$__rate_interval]))"
        for name in ("RetransSegs", "OutSegs")
    )
    return graph(about, board.parts, {"{{instance}}": f"{again} / ({all_sent} > 0)"})


def conntrack(board: Board) -> Graph:
    """Room in the table of connections."""
    about = About(
        title="Use of the connection table",
        unit=units.PercentUnit,
        description="When the kernel's table is full, it drops new connections without a word.",
        columns=6,
        alert="HostConntrackFilling",
        empty="the host's kernel tracks no connections, as is best on a trading host",
    )
    query = (
        f"max by (instance) (node_nf_conntrack_entries{{{_NODE}}})"
        f" / max by (instance) (node_nf_conntrack_entries_limit{{{_NODE}}})"
    )
    return shares(graph(about, board.parts, {"{{instance}}": query}))


def clock_error(board: Board) -> Graph:
    """How far off UTC it may be."""
    about = About(
        title="Clock: bound of the error",
        unit=units.Seconds,
        description="The most by which the clock may be off UTC, as the host's time service says. RTS 25 asks for 100 "
        "µs of high-frequency techniques; clock_limit_us of hft:monitoring is when the page comes.",
        empty="no time service of a host answers NTP on 127.0.0.1, as chrony would (docs/guides/hosts.md)",
        columns=8,
        alert="HostClockErrorHigh",
    )
    query = f"max by (instance) (instance:clock_error_seconds{{{_NODE}}})"
    return bounded(graph(about, board.parts, {"{{instance}}": query}), {None: "green", _UNSURE_SECONDS: "red"})


def clock_last_set(board: Board) -> Graph:
    """Whether it was set lately."""
    about = About(
        title="Clock: bound of the kernel",
        unit=units.Seconds,
        description="Grows by 500 µs a second until the clock is set again: a saw while somebody does, a slope while "
        "nobody does.",
        columns=8,
        alert="HostClockUnsynchronised",
    )
    query = f"max by (instance) (node_timex_maxerror_seconds{{{_NODE}}})"
    return graph(about, board.parts, {"{{instance}}": query})


def clock_kept(board: Board) -> Timeline:
    """Whether somebody sets it."""
    about = About(
        title="Clock: synchronised",
        unit=units.NoUnit,
        description="Whether the kernel takes its clock for synchronised; without, every time stamp is a guess.",
        columns=8,
        alert="HostClockUnsynchronised",
    )
    states = {0: ("no", "red"), 1: ("yes", "green")}
    query = f"min by (instance) (node_timex_sync_status{{{_NODE}}})"
    return timeline(about, board.parts, {"{{instance}}": query}, states)


def targets(board: Board) -> Timeline:
    """Whether Prometheus sees everything."""
    about = About(
        title="Parts that answer Prometheus",
        unit=units.NoUnit,
        description="Of each kind, whether all answer; what does not answer raises no alert of its own.",
        columns=12,
        alert="TargetDown",
    )
    states = {0: ("some are down", "red"), 1: ("all answer", "green")}
    return timeline(about, board.parts, {"{{job}}": f'min by (job) (up{{job!="{FREE_SLOT_JOB}"}})'}, states)


def rules(board: Board) -> Graph:
    """Whether alerts are in time."""
    about = About(
        title="Time for the rules, of their interval",
        unit=units.PercentUnit,
        description="At 100 % a group of alerts is not done before it is due again, and pages come late.",
        columns=6,
        alert="PrometheusRulesSlow",
    )
    query = "max by (instance) (prometheus_rule_group_last_duration_seconds / prometheus_rule_group_interval_seconds)"
    return graph(about, board.parts, {"{{instance}}": query})


def certificates(board: Board) -> Graph:
    """When the first certificate ends."""
    about = About(
        title="Time to the end of the next certificate",
        unit=units.Seconds,
        description="`hft up` renews long before; when it reaches zero nobody connects to that part any more.",
        columns=6,
        alert="CertificateEnding",
    )
    query = "min(hft_certificate_end_timestamp_seconds) - time()"
    return graph(about, board.parts, {"next": query}).min(0)
