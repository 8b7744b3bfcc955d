from typing import Any

import pytest

from tests.policies.given import SERVICE, container, found


def told(name: str, value: str = "1", release: str = "6.12", **changes: Any) -> list[str]:
    one = container(**{"networkMode": "bridge", **changes}, sysctls={name: value})
    return found("sysctls-possible", one, kernel_release=release)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("net.core.rmem_max", "can be read only there (Linux 6.12); set it on the host in /etc/sysctl.d"),
        ("net.core.netdev_budget", "exists on the host only (Linux 6.12); set it on the host in /etc/sysctl.d"),
        (
            "net.core.busy_poll",
            "exists on the host only (Linux 6.12); "
            "set it on the host in /etc/sysctl.d, or per socket with SO_BUSY_POLL",
        ),
        (
            "net.ipv4.tcp_low_latency",
            "has no effect any more (Linux 6.12); remove it: it does nothing since Linux 4.14",
        ),
        ("net.ipv4.tcp_rto_max_ms", "does not exist yet (Linux 6.12); remove it: it is there since Linux 6.15"),
        ("vm.swappiness", "is refused by Docker (Linux 6.12); set it on the host in /etc/sysctl.d"),
        (
            "net.ipv4.tcp_fictional",
            "is not in the table (Linux 6.12); "
            "see in a network namespace of the host whether it is there: ip netns exec … sysctl",
        ),
    ],
)
def test_what_a_container_cannot_set(name: str, message: str) -> None:
    assert told(name, "50") == [f"sysctls {name}=50 {message}"]


@pytest.mark.parametrize("name", ["net.core.somaxconn", "net.ipv4.tcp_rmem", "kernel.sem", "fs.mqueue.msg_max"])
def test_what_a_container_can_set(name: str) -> None:
    assert told(name) == []


def test_no_sysctl_at_all() -> None:
    assert found("sysctls-possible", container(sysctls=None)) == []


def test_the_kernel_is_debians_unless_said() -> None:
    one = container(networkMode="bridge", sysctls={"net.core.optmem_max": "1", "net.ipv4.tcp_rto_max_ms": "1"})

    assert found("sysctls-possible", one) == [
        "sysctls net.ipv4.tcp_rto_max_ms=1 does not exist yet (Linux 6.12); remove it: it is there since Linux 6.15"
    ]


@pytest.mark.parametrize(("release", "faults"), [("6.14.11", 1), ("6.15", 0), ("6.18.44-fc", 0)])
def test_the_hosts_kernel_decides(release: str, faults: int) -> None:
    assert len(told("net.ipv4.tcp_rto_max_ms", release=release)) == faults


def test_with_the_hosts_network_another_rule_tells() -> None:
    assert told("net.core.rmem_max", networkMode="host") == []
    assert told("net.ipv4.tcp_rmem", networkMode="host") == []


def test_with_the_hosts_network_the_rest_is_still_judged() -> None:
    assert told("vm.swappiness", "0", networkMode="host") == [
        "sysctls vm.swappiness=0 is refused by Docker (Linux 6.12); set it on the host in /etc/sysctl.d"
    ]
    assert told("kernel.sem", networkMode="host") == []


@pytest.mark.parametrize("name", ["kernel.shmmax", "fs.mqueue.msg_max"])
def test_with_the_hosts_ipc_what_is_of_it_is_refused(name: str) -> None:
    assert told(name, ipcMode="host") == [
        f"sysctls {name}=1 is refused with ipcMode=host; set it on the host in /etc/sysctl.d"
    ]
    assert told(name, ipcMode="shareable") == []


def test_with_the_hosts_ipc_the_network_is_its_own() -> None:
    assert told("net.ipv4.tcp_rmem", ipcMode="host") == []


def test_every_tier_has_to_start() -> None:
    assert found(
        "sysctls-possible", container(SERVICE, networkMode="bridge", sysctls={"vm.overcommit_memory": "2"})
    ) == ["sysctls vm.overcommit_memory=2 is refused by Docker (Linux 6.12); set it on the host in /etc/sysctl.d"]
