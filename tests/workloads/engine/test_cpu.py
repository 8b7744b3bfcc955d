"""The engine's counters of its CPU follow the kernel's."""

import math

import pytest

from workloads.engine import cgroup
from workloads.engine.cgroup import Throttled
from workloads.engine.cpu import CpuAccount
from workloads.metrics import EngineMetrics


class Kernel:
    """What the kernel would say next."""

    def __init__(self, throttled: Throttled | None, switches: int = 0) -> None:
        self.throttled, self.switches = throttled, switches


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    told = Kernel(Throttled(7, 0.5), 100)
    monkeypatch.setattr(cgroup, "throttled", lambda: told.throttled)
    monkeypatch.setattr(cgroup, "involuntary_switches", lambda: told.switches)
    return told


def shown(metrics: EngineMetrics) -> tuple[float, ...]:
    names = ("hft_cpu_throttled_periods_total", "hft_cpu_throttled_seconds_total", "hft_involuntary_switches_total")
    return tuple(value for name in names if (value := metrics.registry.get_sample_value(name)) is not None)


def test_what_came_before_the_start_is_counted_too(kernel: Kernel) -> None:
    metrics = EngineMetrics()
    CpuAccount(metrics)

    assert shown(metrics) == (7, 0.5, 100)


def test_what_comes_is_added(kernel: Kernel) -> None:
    metrics = EngineMetrics()
    account = CpuAccount(metrics)
    kernel.throttled, kernel.switches = Throttled(9, 0.75), 130
    account.take()
    account.take()

    assert shown(metrics) == (9, 0.75, 130)


def test_a_cgroup_that_tells_nothing_is_not_taken_for_one_without_throttling(kernel: Kernel) -> None:
    kernel.throttled = None
    metrics = EngineMetrics()
    CpuAccount(metrics).take()
    periods, seconds, switches = shown(metrics)

    assert [math.isnan(count) for count in (periods, seconds)] == [True, True]
    assert switches == 100


def test_a_file_that_cannot_be_read_once_changes_nothing(kernel: Kernel) -> None:
    metrics = EngineMetrics()
    account = CpuAccount(metrics)
    kernel.throttled = None
    account.take()
    kernel.throttled = Throttled(8, 0.5)
    account.take()

    assert shown(metrics) == (8, 0.5, 100)
