"""One metric: its name, what it measures in which unit, its labels and buckets."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from workloads.contract.label import Label

Kind = Literal["counter", "gauge", "histogram"]
BaseUnit = Literal["seconds", "bytes", "usd", "bps", "ratio", "rows"]
Unit = BaseUnit | Literal["number"]

_NAME: Final = re.compile(r"hft(_[a-z0-9]+)+")
_COUNTED: Final = "_total"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric as queries name it; raises ValueError where name, kind, unit and buckets do not go together."""

    name: str
    kind: Kind
    help: str
    """What it measures, as one sentence: the text of `# HELP` and of the reference page."""
    unit: Unit = "number"
    """A base unit ends the name (https://prometheus.io/docs/practices/naming/); a number is a count, or 0 or 1."""
    labels: tuple[Label, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds, ascending, in the metric's unit; of histograms only."""
    stable: bool = True
    """Whether rules and dashboards of others may count on it; one that is not may go with the next version."""

    def __post_init__(self) -> None:
        for fault in self._faults():
            raise ValueError(f"metric {self.name}: {fault}")

    def _faults(self) -> list[str]:
        names = self.label_names
        checks = {
            "is no name of the contract: hft_ and lower case words": not _NAME.fullmatch(self.name),
            "a counter, and nothing else, ends in _total": self.name.endswith(_COUNTED) != (self.kind == "counter"),
            f"unit {self.unit} and the end of the name do not agree": self._unit_of_name() != self.unit,
            "its help is one sentence with a full stop": not re.fullmatch(r"[A-Z0-9][^\n]+\.", self.help),
            "has a label twice": len(set(names)) != len(names),
            "a histogram, and nothing else, has buckets": bool(self.buckets) != (self.kind == "histogram"),
            "its buckets are not ascending": list(self.buckets) != sorted(set(self.buckets)),
        }
        return [fault for fault, found in checks.items() if found]

    def _unit_of_name(self) -> Unit:
        last = self.name.removesuffix(_COUNTED).rpartition("_")[2]
        return next((unit for unit in get_args(BaseUnit) if unit == last), "number")

    @property
    def label_names(self) -> tuple[str, ...]:
        """Labels in the order in which instruments take their values."""
        return tuple(label.name for label in self.labels)

    @property
    def most_series(self) -> int:
        """Series of one target at most; a histogram has one per bucket, `+Inf`, `_sum` and `_count`."""
        each = len(self.buckets) + 3 if self.kind == "histogram" else 1
        return each * math.prod(label.size for label in self.labels)

    def series(self) -> Mapping[str, tuple[Label, ...]]:
        """Name of each series that queries may ask for → its labels."""
        if self.kind != "histogram":
            return {self.name: self.labels}
        bucket = Label(name="le", values=(*map(str, self.buckets), "+Inf"))
        plain = {f"{self.name}_{part}": self.labels for part in ("sum", "count")}
        return {f"{self.name}_bucket": (*self.labels, bucket), **plain}
