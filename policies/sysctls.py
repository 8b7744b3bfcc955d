"""Which sysctls a container can set: the table by kernel, proven against a real network namespace by its test.

Docker hands `net.*` (with a network namespace of the container's own), some of `kernel.msg*`, `kernel.sem`,
`kernel.shm*` and `fs.mqueue.*` on, and refuses every other (runc, libcontainer/configs/validate). Of those that it
hands on, some exist in the host's namespace only, and some can be read and not written: the container does not start.
Kernels are those of the commits that are named, measured on 6.18.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

Kernel = tuple[int, int]
"""`(6, 12)`."""


class Effect(Enum):
    """What happens if a container sets it."""

    WORKS = "works"
    READ_ONLY = "can be read only there"
    HOST_ONLY = "exists on the host only"
    ABSENT = "does not exist yet"
    DEAD = "has no effect any more"
    REFUSED = "is refused by Docker"
    UNKNOWN = "is not in the table"


OLDEST: Kernel = (4, 15)
"""Where the table begins: the kernel of the oldest host with Docker 20.10 (Ubuntu 18.04)."""


@dataclass(frozen=True)
class Sysctl:
    """One row: some names that behave alike."""

    names: tuple[str, ...]
    effect: Effect
    since: Kernel = OLDEST
    """The first kernel of which this is true."""
    instead: str = ""
    """What to do on such a kernel."""


_ON_HOST = "set it on the host in /etc/sysctl.d"
_PER_SOCKET = "set it on the host in /etc/sysctl.d, or per socket with SO_BUSY_POLL"

_BUFFERS = tuple(f"net.core.{way}mem_{bound}" for way in "rw" for bound in ("default", "max"))
_UDP_LEAST = ("net.ipv4.udp_rmem_min", "net.ipv4.udp_wmem_min")
_SINCE_OLDEST = (
    *("ip_default_ttl", "ip_forward", "ip_local_port_range", "ip_local_reserved_ports", "ip_nonlocal_bind"),
    *("ip_unprivileged_port_start", "ping_group_range"),
    *("tcp_abort_on_overflow", "tcp_adv_win_scale", "tcp_autocorking", "tcp_base_mss", "tcp_congestion_control"),
    *("tcp_dsack", "tcp_early_retrans", "tcp_ecn", "tcp_fastopen", "tcp_fin_timeout", "tcp_frto"),
    *("tcp_keepalive_intvl", "tcp_keepalive_probes", "tcp_keepalive_time", "tcp_limit_output_bytes"),
    *("tcp_max_syn_backlog", "tcp_max_tw_buckets", "tcp_min_rtt_wlen", "tcp_min_tso_segs", "tcp_moderate_rcvbuf"),
    *("tcp_mtu_probing", "tcp_no_metrics_save", "tcp_notsent_lowat", "tcp_orphan_retries", "tcp_pacing_ca_ratio"),
    *("tcp_pacing_ss_ratio", "tcp_recovery", "tcp_reordering", "tcp_retries1", "tcp_retries2", "tcp_rfc1337"),
    *("tcp_rmem", "tcp_sack", "tcp_slow_start_after_idle", "tcp_syn_retries", "tcp_synack_retries", "tcp_syncookies"),
    *("tcp_thin_linear_timeouts", "tcp_timestamps", "tcp_tso_win_divisor", "tcp_tw_reuse", "tcp_window_scaling"),
    *("tcp_wmem",),
)

TABLE = (
    Sysctl(("net.core.somaxconn",), Effect.WORKS),
    Sysctl(tuple(f"net.ipv4.{name}" for name in _SINCE_OLDEST), Effect.WORKS),
    Sysctl(_UDP_LEAST, Effect.HOST_ONLY, instead=_ON_HOST),
    # "udp: Move the udp sysctl to namespace."
    Sysctl(_UDP_LEAST, Effect.WORKS, since=(4, 17)),
    # "txhash: Add socket option to control TX hash rethink behavior"
    Sysctl(("net.core.txrehash",), Effect.WORKS, since=(5, 18)),
    # "tcp: Set pingpong threshold via sysctl"
    Sysctl(("net.ipv4.tcp_pingpong_thresh",), Effect.WORKS, since=(6, 7)),
    Sysctl(("net.core.optmem_max",), Effect.HOST_ONLY, instead=_ON_HOST),
    # "net: Namespace-ify sysctl_optmem_max"
    Sysctl(("net.core.optmem_max",), Effect.WORKS, since=(6, 8)),
    # "tcp: add sysctl_tcp_rto_min_us"
    Sysctl(("net.ipv4.tcp_rto_min_us",), Effect.WORKS, since=(6, 11)),
    # "tcp: add tcp_rto_max_ms sysctl"
    Sysctl(("net.ipv4.tcp_rto_max_ms",), Effect.WORKS, since=(6, 15)),
    Sysctl(_BUFFERS, Effect.HOST_ONLY, instead=_ON_HOST),
    # "net: make net.core.{r,w}mem_{default,max} namespaced": seen on 6.11 and not on 6.6, google/gvisor#10704.
    Sysctl(_BUFFERS, Effect.READ_ONLY, since=(6, 11), instead=_ON_HOST),
    Sysctl(("net.core.busy_poll", "net.core.busy_read"), Effect.HOST_ONLY, instead=_PER_SOCKET),
    Sysctl(
        (
            *("net.core.netdev_max_backlog", "net.core.netdev_budget", "net.core.netdev_budget_usecs"),
            *("net.core.default_qdisc", "net.core.dev_weight", "net.core.rps_sock_flow_entries"),
            *("net.core.flow_limit_cpu_bitmap", "net.core.flow_limit_table_len"),
            *("net.ipv4.tcp_mem", "net.ipv4.udp_mem", "net.ipv4.tcp_max_orphans"),
        ),
        Effect.HOST_ONLY,
        instead=_ON_HOST,
    ),
    Sysctl(("net.ipv4.tcp_low_latency",), Effect.DEAD, instead="remove it: it does nothing since Linux 4.14"),
)
_IPC = re.compile(r"kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..+")
_NETWORK = re.compile(r"net\..+")
_KERNEL = re.compile(r"(\d+)\.(\d+)")
_LOOK = "see in a network namespace of the host whether it is there: ip netns exec … sysctl"


def effect(name: str, kernel: Kernel) -> tuple[Effect, str]:
    """What happens if a container with its own network sets `name`, and what to do instead."""
    if is_ipc(name):
        return Effect.WORKS, ""
    if not is_network(name):
        return Effect.REFUSED, _ON_HOST
    rows = [row for row in TABLE if name in row.names]
    if not rows or kernel < OLDEST:
        return Effect.UNKNOWN, _LOOK
    true = [row for row in rows if row.since <= kernel]
    if not true:
        return Effect.ABSENT, f"remove it: it is there since Linux {'.'.join(map(str, rows[0].since))}"
    return true[-1].effect, true[-1].instead


def is_ipc(name: str) -> bool:
    """Whether it belongs to the IPC namespace; all that Docker hands on of it can be set."""
    return bool(_IPC.fullmatch(name))


def is_network(name: str) -> bool:
    """Whether it belongs to the network namespace."""
    return bool(_NETWORK.fullmatch(name))


def names() -> Iterator[str]:
    """Every name in the table, once."""
    yield from dict.fromkeys(name for row in TABLE for name in row.names)


def kernel(release: str) -> Kernel:
    """The kernel of a release such as `6.12.43+deb13-amd64`. Raises ValueError if it is none."""
    found = _KERNEL.match(release)
    if not found:
        raise ValueError(f"{release!r} is no kernel release; write it as 6.12")
    return int(found[1]), int(found[2])
