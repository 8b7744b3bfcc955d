"""The table's logic; that it is true is proven against a kernel in test_sysctls_of_the_kernel.py."""

from collections import Counter

import pytest

from policies.sysctls import OLDEST, TABLE, Effect, Kernel, effect, is_ipc, is_network, kernel, names

ON_HOST = "set it on the host in /etc/sysctl.d"
LOOK = "see in a network namespace of the host whether it is there: ip netns exec … sysctl"


@pytest.mark.parametrize(
    ("name", "before", "at"),
    [
        ("net.ipv4.udp_rmem_min", (Effect.HOST_ONLY, ON_HOST), (4, 17)),
        ("net.ipv4.udp_wmem_min", (Effect.HOST_ONLY, ON_HOST), (4, 17)),
        ("net.core.txrehash", (Effect.ABSENT, "remove it: it is there since Linux 5.18"), (5, 18)),
        ("net.ipv4.tcp_pingpong_thresh", (Effect.ABSENT, "remove it: it is there since Linux 6.7"), (6, 7)),
        ("net.core.optmem_max", (Effect.HOST_ONLY, ON_HOST), (6, 8)),
        ("net.ipv4.tcp_rto_min_us", (Effect.ABSENT, "remove it: it is there since Linux 6.11"), (6, 11)),
        ("net.ipv4.tcp_rto_max_ms", (Effect.ABSENT, "remove it: it is there since Linux 6.15"), (6, 15)),
    ],
)
def test_from_its_kernel_on_it_works(name: str, before: tuple[Effect, str], at: Kernel) -> None:
    assert effect(name, (at[0], at[1] - 1)) == before
    assert effect(name, at) == (Effect.WORKS, "")
    assert effect(name, (7, 0)) == (Effect.WORKS, "")


@pytest.mark.parametrize("way", ["r", "w"])
@pytest.mark.parametrize("bound", ["default", "max"])
def test_the_buffers_of_all_sockets_are_the_hosts(way: str, bound: str) -> None:
    assert effect(f"net.core.{way}mem_{bound}", (6, 10)) == (Effect.HOST_ONLY, ON_HOST)
    assert effect(f"net.core.{way}mem_{bound}", (6, 11)) == (Effect.READ_ONLY, ON_HOST)


@pytest.mark.parametrize("name", ["net.core.busy_poll", "net.core.busy_read"])
def test_what_a_socket_can_ask_for_itself(name: str) -> None:
    assert effect(name, (6, 12)) == (Effect.HOST_ONLY, f"{ON_HOST}, or per socket with SO_BUSY_POLL")


SHARED = (
    *("net.core.netdev_max_backlog", "net.core.netdev_budget", "net.core.netdev_budget_usecs", "net.core.dev_weight"),
    *("net.core.default_qdisc", "net.core.rps_sock_flow_entries", "net.core.flow_limit_cpu_bitmap"),
    *("net.core.flow_limit_table_len", "net.ipv4.tcp_mem", "net.ipv4.udp_mem", "net.ipv4.tcp_max_orphans"),
)


@pytest.mark.parametrize("name", SHARED)
def test_what_all_containers_share(name: str) -> None:
    assert effect(name, OLDEST) == (Effect.HOST_ONLY, ON_HOST)
    assert effect(name, (6, 18)) == (Effect.HOST_ONLY, ON_HOST)


def test_what_does_nothing() -> None:
    assert effect("net.ipv4.tcp_low_latency", (6, 12)) == (
        Effect.DEAD,
        "remove it: it does nothing since Linux 4.14",
    )


ALWAYS = (
    *("ip_default_ttl", "ip_forward", "ip_local_port_range", "ip_local_reserved_ports", "ip_nonlocal_bind"),
    *("ip_unprivileged_port_start", "ping_group_range", "tcp_abort_on_overflow", "tcp_adv_win_scale"),
    *("tcp_autocorking", "tcp_base_mss", "tcp_congestion_control", "tcp_dsack", "tcp_early_retrans", "tcp_ecn"),
    *("tcp_fastopen", "tcp_fin_timeout", "tcp_frto", "tcp_keepalive_intvl", "tcp_keepalive_probes"),
    *("tcp_keepalive_time", "tcp_limit_output_bytes", "tcp_max_syn_backlog", "tcp_max_tw_buckets"),
    *("tcp_min_rtt_wlen", "tcp_min_tso_segs", "tcp_moderate_rcvbuf", "tcp_mtu_probing", "tcp_no_metrics_save"),
    *("tcp_notsent_lowat", "tcp_orphan_retries", "tcp_pacing_ca_ratio", "tcp_pacing_ss_ratio", "tcp_recovery"),
    *("tcp_reordering", "tcp_retries1", "tcp_retries2", "tcp_rfc1337", "tcp_rmem", "tcp_sack"),
    *("tcp_slow_start_after_idle", "tcp_syn_retries", "tcp_synack_retries", "tcp_syncookies"),
    *("tcp_thin_linear_timeouts", "tcp_timestamps", "tcp_tso_win_divisor", "tcp_tw_reuse", "tcp_window_scaling"),
    *("tcp_wmem",),
)


@pytest.mark.parametrize("name", ["net.core.somaxconn", *(f"net.ipv4.{name}" for name in ALWAYS)])
def test_what_works_on_every_kernel(name: str) -> None:
    assert effect(name, (4, 15)) == (Effect.WORKS, "")
    assert effect(name, (6, 18)) == (Effect.WORKS, "")


def test_before_the_oldest_kernel_nothing_is_known() -> None:
    assert effect("net.core.somaxconn", (4, 14)) == (Effect.UNKNOWN, LOOK)
    assert effect("net.core.txrehash", (4, 14)) == (Effect.UNKNOWN, LOOK)


def test_a_name_of_the_network_that_is_not_in_the_table() -> None:
    assert effect("net.ipv4.tcp_fictional", (6, 12)) == (Effect.UNKNOWN, LOOK)


IPC = (
    *("kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax"),
    *("kernel.shmmni", "kernel.shm_rmid_forced", "fs.mqueue.msg_max"),
)
REFUSED = (
    *("vm.swappiness", "kernel.sched_rt_runtime_us", "kernel.sem_next_id", "kernel.shm_next_id", "kernel.msg_next_id"),
    *("fs.mqueue", "fs.mqueue.", "fs.file-max", "net", "net.", "netx.core.somaxconn", "my.net.core.somaxconn"),
    *("xkernel.sem", "kernelxsem", "fsxmqueue.msg_max", "fs.mqueuexmsg_max"),
)


@pytest.mark.parametrize("name", IPC)
def test_docker_hands_on_what_is_of_the_ipc_namespace(name: str) -> None:
    assert effect(name, (6, 12)) == (Effect.WORKS, "")
    assert (is_ipc(name), is_network(name)) == (True, False)


@pytest.mark.parametrize("name", REFUSED)
def test_docker_refuses_every_other(name: str) -> None:
    assert effect(name, (6, 12)) == (Effect.REFUSED, ON_HOST)
    assert (is_ipc(name), is_network(name)) == (False, False)


def test_what_is_of_the_network() -> None:
    assert (is_ipc("net.core.somaxconn"), is_network("net.core.somaxconn")) == (False, True)


def test_every_name_once_and_all_of_the_network() -> None:
    every = list(names())

    assert [name for name, count in Counter(every).items() if count > 1] == []
    assert set(every) == {name for row in TABLE for name in row.names}
    assert [name for name in every if not is_network(name)] == []


def test_of_two_rows_of_a_name_the_later_is_of_the_newer_kernel() -> None:
    for name in names():
        since = [row.since for row in TABLE if name in row.names]
        assert since == sorted(set(since))


def test_whatever_does_not_work_says_what_to_do_instead() -> None:
    assert [row for row in TABLE if bool(row.instead) == (row.effect is Effect.WORKS)] == []


@pytest.mark.parametrize(
    ("release", "expected"),
    [("6.12", (6, 12)), ("6.12.43+deb13-amd64", (6, 12)), ("10.0", (10, 0)), ("4.15.0-213-generic", (4, 15))],
)
def test_a_kernel_release(release: str, expected: Kernel) -> None:
    assert kernel(release) == expected


@pytest.mark.parametrize("release", ["six", "6", "6.x", "", "v6.12"])
def test_a_kernel_release_that_is_none(release: str) -> None:
    with pytest.raises(ValueError, match=f"^'{release}' is no kernel release; write it as 6.12$"):
        kernel(release)
