"""One figure with its goal, and the files that keep them; pure but for `write`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

JSON = Path("build/bench.json")
PAGE = Path("docs/benchmarks.md")

_HEAD = """# Benchmarks

Written by `make bench` on a machine with {machine}. Absolute times are that machine's. Ratios are of two things
measured in turn in one run.

| measure | value | goal | met |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Measure:
    """A figure that has to be at most its goal."""

    measure: str
    """What it is, with its unit where it is no ratio."""
    value: float
    goal: float
    method: str
    """How it was measured, in a sentence or two."""

    @property
    def passed(self) -> bool:
        """Whether the goal is met."""
        return self.value <= self.goal

    def row(self) -> tuple[str, str, str, str]:
        """Cells of a table."""
        return (self.measure, f"{self.value:.2f}", f"≤ {self.goal:g}", "yes" if self.passed else "no")

    def as_json(self) -> dict[str, object]:
        """The contract of build/bench.json."""
        return {"measure": self.measure, "value": round(self.value, 3), "goal": self.goal, "passed": self.passed}


def page(measures: Sequence[Measure], machine: str) -> str:
    """docs/benchmarks.md: the table, and below it how each figure was measured."""
    rows = "".join(f"| {' | '.join(measure.row())} |\n" for measure in measures)
    methods = "".join(f"\n## {measure.measure}\n{measure.method}\n" for measure in measures)
    return _HEAD.format(machine=machine) + rows + methods


def write(measures: Sequence[Measure], machine: str, root: Path) -> None:
    """Write build/bench.json and docs/benchmarks.md."""
    (root / JSON).parent.mkdir(exist_ok=True)
    (root / JSON).write_text(json.dumps([measure.as_json() for measure in measures], indent=2) + "\n")
    (root / PAGE).write_text(page(measures, machine))
