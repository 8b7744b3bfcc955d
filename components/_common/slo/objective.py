"""What an objective is: a share of good events or of good time, over 30 days."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from components._common.owner import Owner
from components._common.slo.burn_rates import BurnRate
from workloads.contract import Metric


@dataclass(frozen=True, kw_only=True)
class Events:
    """Counted events, as orders; both are PromQL that gives events per second."""

    bad: str
    total: str
    fewest: int
    """Events in the short window below which nothing is told: of few, one is a large share."""


@dataclass(frozen=True, kw_only=True)
class Time:
    """Time itself. Time that nobody measured counts as good: that Prometheus was away is told by others."""

    bad: str
    """PromQL that is 1 while it is bad, and 0 while it is not."""


@dataclass(frozen=True, kw_only=True)
class BudgetAlert:
    """Tells somebody that the budget goes too fast, at any of these rates."""

    name: str
    severity: Literal["page", "ticket"]
    rates: Sequence[BurnRate]
    summary: str
    """`$value` is the bad share in the long window."""
    action: str


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One objective; raises ValueError where its target leaves no budget, or where all would be budget."""

    name: str
    """Value of the label `slo`."""
    target: float
    """Share of good events or good time in 30 days, above 0 and below 1."""
    indicator: Events | Time
    owner: Owner
    alerts: Sequence[BudgetAlert]

    def __post_init__(self) -> None:
        if not 0 < self.target < 1:
            raise ValueError(
                f"objective {self.name}: target={self.target:g} is not between 0 and 1; give a share such as 0.999"
            )

    @property
    def budget(self) -> float:
        """Share that may be bad, without the noise of subtracting."""
        return round(1 - self.target, 12)


def slower_than(metric: Metric, seconds: float, by: str, window: str) -> str:
    """PromQL of the events per second of a histogram that took longer, by one label.

    Raises ValueError where the bound is no bucket: what lies between two of them cannot be counted.
    """
    if seconds not in metric.buckets:
        known = ", ".join(map(str, metric.buckets)) or "a histogram's"
        raise ValueError(f"metric {metric.name}: {seconds:g} s is none of its buckets; take one of {known}")
    every = f"sum by ({by}) (rate({metric.name}_count[{window}]))"
    return f'{every} - sum by ({by}) (rate({metric.name}_bucket{{le="{seconds}"}}[{window}]))'
