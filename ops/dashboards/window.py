"""Fills in what Grafana fills in before it asks: the time range, the interval, and the reader's choices; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ops.dashboards.model import Query

# Points of a graph; Grafana takes one a pixel, and half of that is as good a test and a picture.
_POINTS = 300
# Grafana docs, "Prometheus template variables": at least four scrapes, so that one that is missing loses no rate.
_SCRAPES = 4

Values = Mapping[str, Sequence[str]]
"""Variable → its values, all of them chosen."""


@dataclass(frozen=True)
class Window:
    """The time range in seconds since 1970."""

    start: float
    end: float

    @property
    def seconds(self) -> int:
        """Its length."""
        return round(self.end - self.start)

    def step(self, query: Query) -> int:
        """Seconds between two points: no less than between two scrapes."""
        return max(-(-self.seconds // _POINTS), query.seconds)


def promql(query: Query, window: Window, values: Values) -> str:
    """The query as Prometheus gets it."""
    step = window.step(query)
    rate = max(step + query.seconds, _SCRAPES * query.seconds)
    text = query.text
    for name, value in (("rate_interval", f"{rate}s"), ("range", f"{window.seconds}s"), ("interval", f"{step}s")):
        text = text.replace(f"$__{name}", value)
    return chosen(text, values)


def sql(query: Query, window: Window, values: Values) -> str:
    """The query as PostgreSQL gets it."""
    start, end = (f"'{datetime.fromtimestamp(at, UTC).isoformat()}'" for at in (window.start, window.end))
    text = re.sub(r"\$__timeFilter\(([^)]+)\)", lambda found: f"{found[1]} BETWEEN {start} AND {end}", query.text)
    text = text.replace("$__timeFrom()", start).replace("$__timeTo()", end)
    return chosen(text.replace("$__interval", f"{window.step(query)}s"), values)


def chosen(text: str, values: Values) -> str:
    """A query with all values of its variables: `$name` as a regular expression, `${name:sqlstring}` as SQL strings."""

    def put(found: re.Match[str]) -> str:
        name = found["braced"] or found["bare"]
        if name not in values:
            return found[0]
        return _sql_strings(values[name]) if found["format"] == "sqlstring" else _pattern(values[name])

    return re.sub(r"\$(?:\{(?P<braced>\w+)(?::(?P<format>\w+))?\}|(?P<bare>[a-z]\w*))", put, text)


def _pattern(values: Sequence[str]) -> str:
    # Backslashes stand in a PromQL string, so each is written twice.
    escaped = [re.sub(r"([\\^$*+?.()|\[\]{}])", r"\\\\\1", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _sql_strings(values: Sequence[str]) -> str:
    return ",".join("'{}'".format(value.replace("'", "''")) for value in values)
