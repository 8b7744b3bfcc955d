"""What panels are made of: one function per kind of panel, and queries; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    GraphThresholdsStyleMode,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)

_Panel = TypeVar("_Panel", timeseries.Panel, stat.Panel, statetimeline.Panel, table.Panel)
_HEIGHT = 8

Steps = Mapping[float | None, str]
"""Value from which on → colour, ascending; None stands for what is below all of them."""


@dataclass(frozen=True, kw_only=True)
class About:
    """What a panel says about itself, and how much room it takes."""

    title: str
    unit: str
    """Grafana's id of the unit, one of the SDK's `models.units`."""
    description: str
    """What it means for trading."""
    columns: int
    """Width, of 24."""


class Sql(Builder[Dataquery]):
    """One SQL query for a table; the SDK has no builder for PostgreSQL."""

    def __init__(self, source: DataSourceRef, sql: str) -> None:
        self._query = _SqlQuery(source, sql)

    def build(self) -> Dataquery:
        """The query as the SDK puts it into a panel."""
        return self._query


class _SqlQuery(Dataquery):
    def __init__(self, source: DataSourceRef, sql: str) -> None:
        self._source = source
        self._sql = sql

    def to_json(self) -> dict[str, object]:
        return {
            "refId": "A",
            "datasource": self._source,
            "editorMode": "code",
            "format": "table",
            "rawQuery": True,
            "rawSql": self._sql,
        }


def graph(about: About, source: DataSourceRef, queries: Mapping[str, str]) -> timeseries.Panel:
    """Lines over time; `queries` are legend → PromQL."""
    panel = _described(timeseries.Panel(), about, source)
    for query in _ranges(source, queries):
        panel.with_target(query)
    tooltip = common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI)
    return panel.show_points(VisibilityMode.NEVER).tooltip(tooltip)


def stacked(panel: timeseries.Panel) -> timeseries.Panel:
    """Pile the lines up: for parts of one whole."""
    return panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(30)


def bounded(panel: timeseries.Panel, steps: Steps) -> timeseries.Panel:
    """Draw a line where an alert or an objective has its bound."""
    style = common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
    return panel.thresholds(_thresholds(steps)).thresholds_style(style)


def number(about: About, source: DataSourceRef, query: str, steps: Steps) -> stat.Panel:
    """One value at the end of the time range, on the colour of its step."""
    panel = _described(stat.Panel(), about, source).with_target(_query(source, "A", query).instant())
    return panel.thresholds(_thresholds(steps)).color_mode(BigValueColorMode.BACKGROUND)


def timeline(
    about: About, source: DataSourceRef, queries: Mapping[str, str], states: Mapping[int, tuple[str, str]]
) -> statetimeline.Panel:
    """States over time; `queries` are legend → PromQL, `states` are value → word and colour."""
    panel = _described(statetimeline.Panel(), about, source)
    for query in _ranges(source, queries):
        panel.with_target(query)
    words = {str(value): ValueMappingResult(text=word, color=color) for value, (word, color) in states.items()}
    return panel.mappings([ValueMap(options=words)])


def rows(about: About, source: DataSourceRef, sql: str) -> table.Panel:
    """The rows of one SQL query."""
    return _described(table.Panel(), about, source).with_target(Sql(source, sql))


def quantiles(histogram: str, by: str) -> dict[str, str]:
    """Legend → PromQL of p50, p99 and p99.9 of a histogram, for each value of one label."""
    rates = f"sum by ({by}, le) (rate({histogram}_bucket[$__rate_interval]))"
    quantile = {"p50": "0.5", "p99": "0.99", "p99.9": "0.999"}
    return {f"{name} {{{{{by}}}}}": f"histogram_quantile({value}, {rates})" for name, value in quantile.items()}


def _described(panel: _Panel, about: About, source: DataSourceRef) -> _Panel:
    panel.title(about.title).description(about.description).unit(about.unit).datasource(source)
    panel.span(about.columns).height(_HEIGHT)
    return panel


def _query(source: DataSourceRef, ref: str, expression: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().datasource(source).ref_id(ref).expr(expression)


def _ranges(source: DataSourceRef, queries: Mapping[str, str]) -> list[prometheus.Dataquery]:
    return [
        _query(source, chr(ord("A") + number), expression).legend_format(legend).range()
        for number, (legend, expression) in enumerate(queries.items())
    ]


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    found = [Threshold(value=value, color=color) for value, color in steps.items()]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(found)
