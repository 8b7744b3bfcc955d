"""One figure with its goal, and the files that keep them; pure but for `write`."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

JSON = Path("build/bench.json")
PAGE = Path("docs/benchmarks.md")
HEADS = ("measure", "value", "goal", "met")
"""Of the cells of a figure's row."""

_TITLE = "# Benchmarks\n"
_PART = """<!-- {suite.name} -->
## {suite.title}
Written by `{suite.command}` on a machine with {machine}. Absolute times are that machine's. Ratios are of two things
measured in turn in one run.

| measure | value | goal | met |
|---|---|---|---|
{rows}{methods}<!-- end of {suite.name} -->
"""


@dataclass(frozen=True)
class Suite:
    """Figures that one command measures; each has a part of the page to itself."""

    name: str
    title: str
    command: str
    """What a reader types to have them measured."""


STACK = Suite("stack", "What a stack costs", "make bench")
PAGING = Suite("paging", "How soon a page comes", "hft bench-monitoring paging")
WATCHING = Suite("watching", "What being watched costs an order", "hft bench-monitoring cost")
SCALE = Suite("scale", "Prometheus by the number of hosts", "hft bench-monitoring scale")
DATABASE = Suite("database", "The database", "make bench-db")


@dataclass(frozen=True)
class Measure:
    """A figure that has to be at most its goal, or at least that."""

    measure: str
    """What it is, with its unit where it is no ratio."""
    value: float
    goal: float
    method: str
    """How it was measured, in a sentence or two."""
    at_least: bool = False
    """Whether more is better."""
    spread: tuple[float, float] | None = None
    """Between what `value` is: least and most, or bounds of a probability, as the method says."""

    @property
    def passed(self) -> bool:
        """Whether the goal is met."""
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def row(self) -> tuple[str, str, str, str]:
        """Cells of a table."""
        spread = " ({:.2f} to {:.2f})".format(*self.spread) if self.spread else ""
        sign = "≥" if self.at_least else "≤"
        return (self.measure, f"{self.value:.2f}{spread}", f"{sign} {self.goal:g}", "yes" if self.passed else "no")

    def as_json(self, suite: Suite) -> dict[str, object]:
        """The contract of build/bench.json."""
        found = {"measure": self.measure, "value": round(self.value, 3), "goal": self.goal, "passed": self.passed}
        return found | {"at_least": self.at_least, "suite": suite.name}


def part(suite: Suite, measures: Sequence[Measure], machine: str, remarks: str = "") -> str:
    """A suite's part of the page: the table, remarks, and below how each figure was measured."""
    rows = "".join(f"| {' | '.join(measure.row())} |\n" for measure in measures)
    methods = "".join(f"\n### {measure.measure}\n{measure.method}\n" for measure in measures)
    return _PART.format(suite=suite, machine=machine, rows=rows, methods=f"{remarks}{methods}")


def page(before: str, suite: Suite, text: str) -> str:
    """docs/benchmarks.md with another part of a suite; the parts of others stay."""
    part_of_suite = re.compile(rf"<!-- {suite.name} -->\n.*<!-- end of {suite.name} -->\n", re.DOTALL)
    if part_of_suite.search(before):
        return part_of_suite.sub(lambda _: text, before)
    return f"{before or _TITLE}\n{text}"


def write(suite: Suite, measures: Sequence[Measure], machine: str, root: Path, remarks: str = "") -> None:
    """Write a suite's figures to build/bench.json and docs/benchmarks.md; those of others stay."""
    json_file, page_file = root / JSON, root / PAGE
    json_file.parent.mkdir(exist_ok=True)
    known: list[dict[str, Any]] = json.loads(json_file.read_text()) if json_file.exists() else []
    others = [entry for entry in known if entry.get("suite") not in (None, suite.name)]
    entries = [*others, *(measure.as_json(suite) for measure in measures)]
    json_file.write_text(json.dumps(entries, indent=2) + "\n")
    before = page_file.read_text() if page_file.exists() else ""
    page_file.write_text(page(before, suite, part(suite, measures, machine, remarks)))
