"""What a query is answered with, whoever answers: lines over time, or rows; pure."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class QueryError(Exception):
    """A query that its data source refuses."""


@dataclass(frozen=True)
class Line:
    """Values over time, or one value."""

    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]
    """Seconds since 1970 and the value, ascending."""

    @property
    def last(self) -> float:
        """The last value."""
        return self.points[-1][1]

    def name(self, legend: str) -> str:
        """What the legend calls it."""
        if not legend:
            return ", ".join(f"{key}={value}" for key, value in sorted(self.labels.items()) if key != "__name__")
        return re.sub(r"\{\{ *(\w+) *\}\}", lambda found: self.labels.get(found[1], ""), legend).strip()


@dataclass(frozen=True)
class Rows:
    """A table."""

    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]


Answer = Sequence[Line] | Rows


def is_empty(answer: Answer) -> bool:
    """Whether a panel would show nothing: no row, or no value that is a number."""
    if isinstance(answer, Rows):
        return not answer.values
    return all(math.isnan(value) for line in answer for _, value in line.points)


def lines(rows: Rows) -> list[Line]:
    """The lines of a table with the columns `time`, `metric` and numbers. Raises QueryError where there is no time."""
    if "time" not in rows.columns:
        raise QueryError(f"its columns are {', '.join(rows.columns)}: lines need one named time")
    at = {name: index for index, name in enumerate(rows.columns)}
    values = [name for name in rows.columns if name not in ("time", "metric")]
    found: dict[str, list[tuple[float, float]]] = {}
    for row in rows.values:
        for name in values:
            key = str(row[at["metric"]]) if "metric" in at else name
            found.setdefault(key, []).append((_seconds(row[at["time"]]), float(row[at[name]])))
    return [Line({"metric": key}, tuple(points)) for key, points in sorted(found.items())]


def _seconds(moment: Any) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)
