"""A dashboard as Grafana reads it from JSON: panels with their queries, variables, annotations; pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["prometheus", "sql"]
_EMPTY = re.compile(r"Empty is right: (.+)\.$")
_LABEL_VALUES = re.compile(r"label_values\((.+), *(\w+)\)$")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class DashboardError(Exception):
    """A dashboard that this reader does not understand."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """One query of a panel."""

    ref: str
    """Its letter."""
    kind: Kind
    text: str
    """PromQL or SQL, with Grafana's variables in it."""
    source: str = ""
    """Uid of its data source."""
    legend: str = ""
    """Name of a line, with labels as `{{label}}`."""
    instant: bool = False
    """Whether only the end of the time range is asked for."""
    seconds: int = 1
    """How often its series are scraped."""
    lines: bool = True
    """SQL: whether its rows are lines over time."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel, or the head of a row."""

    title: str
    kind: str
    """Grafana's type: `timeseries`, `stat`, `state-timeline`, `table`, `heatmap`, `row`."""
    place: tuple[int, int, int, int]
    """Left, top, width, height on the grid of 24 columns."""
    queries: tuple[Query, ...] = ()
    description: str = ""
    unit: str = "none"
    options: Mapping[str, Any]
    """The panel's JSON, for what only its kind has."""

    @property
    def empty(self) -> str | None:
        """Why it may rightly show nothing; None where it may not."""
        found = _EMPTY.search(self.description)
        return found[1] if found else None


@dataclass(frozen=True)
class Variable:
    """What a reader chooses: the values of a label of some series."""

    name: str
    series: str
    label: str
    source: str = ""


@dataclass(frozen=True)
class Dashboard:
    """One page."""

    uid: str
    title: str
    panels: tuple[Panel, ...]
    variables: tuple[Variable, ...]
    annotations: tuple[Query, ...]
    """What is marked on graphs; the legend is the mark's name."""
    seconds: int
    """Length of the time range that it opens with."""


def read(text: str) -> Dashboard:
    """The dashboard of a JSON text. Raises DashboardError."""
    page = json.loads(text)
    annotations = [each for each in page.get("annotations", {}).get("list", []) if each.get("expr")]
    return Dashboard(
        uid=page["uid"],
        title=page["title"],
        panels=tuple(map(_panel, page["panels"])),
        variables=tuple(map(_variable, page.get("templating", {}).get("list", []))),
        annotations=tuple(
            Query(ref=each["name"], kind="prometheus", text=each["expr"], source=each["datasource"]["uid"])
            for each in annotations
        ),
        seconds=_range(page["time"]["from"]),
    )


def _panel(panel: Mapping[str, Any]) -> Panel:
    place = panel["gridPos"]
    return Panel(
        title=panel["title"],
        kind=panel["type"],
        place=(place.get("x", 0), place.get("y", 0), place["w"], place["h"]),
        queries=tuple(_query(target) for target in panel.get("targets", [])),
        description=panel.get("description", ""),
        unit=panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "none"),
        options=panel,
    )


def _query(target: Mapping[str, Any]) -> Query:
    uid = target["datasource"]["uid"]
    if "rawSql" in target:
        lines = target["format"] == "time_series"
        return Query(ref=target["refId"], kind="sql", text=target["rawSql"], source=uid, lines=lines)
    return Query(
        ref=target["refId"],
        kind="prometheus",
        text=target["expr"],
        source=uid,
        legend=target.get("legendFormat", ""),
        instant=bool(target.get("instant")),
        seconds=_duration(target.get("interval", "1s")),
    )


def _variable(found: Mapping[str, Any]) -> Variable:
    matched = _LABEL_VALUES.match(str(found.get("query", "")))
    if not matched:
        raise DashboardError(f"variable {found['name']}: {found.get('query')!r} is not label_values(series, label)")
    return Variable(found["name"], matched[1], matched[2], found["datasource"]["uid"])


def _range(since: str) -> int:
    return _duration(since.removeprefix("now-"))


def _duration(text: str) -> int:
    matched = re.fullmatch(r"(\d+)([smhd])", text)
    if not matched:
        raise DashboardError(f"{text!r} is not a number of s, m, h or d")
    return int(matched[1]) * _SECONDS[matched[2]]
