from typing import Any

import pytest

from tests.policies.given import SERVICE, container, found


@pytest.mark.parametrize(("argument", "value"), [("cpus", "2"), ("cpuQuota", 50000), ("cpuPeriod", 100000)])
def test_a_quota_stops_an_engine(argument: str, value: Any) -> None:
    assert found("engine-without-cpu-quota", container(**{argument: value})) == [
        f"{argument}={value} lets the kernel stop it until the next period; remove it and pin with cpuSet"
    ]


@pytest.mark.parametrize("value", [0, "0", "", None])
def test_no_quota_is_no_quota(value: Any) -> None:
    assert found("engine-without-cpu-quota", container(cpus=value, cpuQuota=value, cpuPeriod=value)) == []


def test_another_tier_may_have_a_quota() -> None:
    assert found("engine-without-cpu-quota", container(SERVICE, cpus="2")) == []


@pytest.mark.parametrize("value", [None, ""])
def test_an_engine_without_cores_of_its_own(value: Any) -> None:
    assert found("engine-pinned", container(cpuSet=value)) == [
        "cpuSet is not set, so other work shares its cores; set it to CPUs of its own, such as 2-3"
    ]


@pytest.mark.parametrize("value", ["two", "2-", "3-2", "2-3,5-4", "2,,3", "2-3 ", "2-3\n", "0-10000", "10000"])
def test_a_list_of_cpus_that_is_none(value: str) -> None:
    assert found("engine-pinned", container(cpuSet=value)) == [
        f"cpuSet={value!r} is no list of CPUs; write it as 2-3 or 2,3"
    ]


@pytest.mark.parametrize("value", ["2", "2-3", "2,4-5", "3-3", "1022-1023,9999"])
def test_a_list_of_cpus(value: str) -> None:
    assert found("engine-pinned", container(cpuSet=value)) == []


def test_another_tier_may_float() -> None:
    assert found("engine-pinned", container(SERVICE, cpuSet=None)) == []
    assert found("engine-pinned", container(SERVICE, cpuSet="two")) == []


@pytest.mark.parametrize("value", ["0", "0-3", "2,0"])
def test_cpu_zero_is_the_kernels(value: str) -> None:
    assert found("engine-off-cpu-zero", container(cpuSet=value)) == [
        f"cpuSet={value} has CPU 0, which the kernel keeps house on; begin at CPU 1"
    ]


@pytest.mark.parametrize("value", ["10-20", "1", "0-", "", None])
def test_other_cpus_are_not(value: str | None) -> None:
    assert found("engine-off-cpu-zero", container(cpuSet=value)) == []


def test_another_tier_may_use_cpu_zero() -> None:
    assert found("engine-off-cpu-zero", container(SERVICE, cpuSet="0-1")) == []


RTPRIO = [{"name": "rtprio", "soft": 50, "hard": 50}]
NICE = {"adds": ["CAP_SYS_NICE"], "drops": ["ALL"]}


def test_a_limit_without_the_capability() -> None:
    assert found("engine-realtime-priority-whole", container(ulimits=RTPRIO)) == [
        "ulimits sets rtprio, but capabilities.adds has no SYS_NICE: half a priority is said; set both or none"
    ]


@pytest.mark.parametrize("limits", [None, [{"name": "rtprio", "soft": 0, "hard": 0}]])
def test_the_capability_without_a_limit(limits: list[Any] | None) -> None:
    assert found("engine-realtime-priority-whole", container(ulimits=limits, capabilities=NICE)) == [
        "capabilities.adds has SYS_NICE, but ulimits sets no rtprio: half a priority is said; set both or none"
    ]


def test_a_priority_that_is_whole() -> None:
    assert found("engine-realtime-priority-whole", container(ulimits=RTPRIO, capabilities=NICE)) == []


def test_no_priority_at_all() -> None:
    assert found("engine-realtime-priority-whole", container()) == []


def test_another_tier_may_say_half_a_priority() -> None:
    assert found("engine-realtime-priority-whole", container(SERVICE, ulimits=RTPRIO)) == []
    assert found("engine-realtime-priority-whole", container(SERVICE, capabilities=NICE)) == []


@pytest.mark.parametrize("runtime", ["runsc", "io.containerd.kata.v2", "gVisor"])
def test_a_sandbox_adds_a_kernel(runtime: str) -> None:
    assert found("engine-without-sandbox-runtime", container(runtime=runtime)) == [
        f"runtime={runtime} answers each system call in a second kernel; remove it, or set it to runc"
    ]
    assert found("engine-without-sandbox-runtime", container(SERVICE, runtime=runtime)) == []


@pytest.mark.parametrize("runtime", ["runc", "crun", None])
def test_a_plain_runtime_adds_none(runtime: str | None) -> None:
    assert found("engine-without-sandbox-runtime", container(runtime=runtime)) == []
