"""Brings what the kernel counts of the engine's CPU into its metrics."""

import math

from workloads.engine import cgroup
from workloads.metrics import EngineMetrics


class CpuAccount:
    """Counters that follow the kernel's. NaN from the start where its cgroup tells of no throttling."""

    def __init__(self, metrics: EngineMetrics) -> None:
        self._metrics = metrics
        self._throttled = cgroup.throttled()
        self._switches = 0
        first = self._throttled
        metrics.cpu_throttled_periods.inc(math.nan if first is None else first.periods)
        metrics.cpu_throttled.inc(math.nan if first is None else first.seconds)
        self.take()

    def take(self) -> None:
        """Add what has come since the last time; about 0.1 ms, so once a scrape and not on the way of an order."""
        now, before = cgroup.throttled(), self._throttled
        if now and before:
            self._metrics.cpu_throttled_periods.inc(max(0, now.periods - before.periods))
            self._metrics.cpu_throttled.inc(max(0.0, now.seconds - before.seconds))
            self._throttled = now
        switches = cgroup.involuntary_switches()
        self._metrics.involuntary_switches.inc(switches - self._switches)
        self._switches = switches
