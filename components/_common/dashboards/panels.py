"""What panels are made of: one function per kind of panel; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from grafana_foundation_sdk.builders import (
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders import (
    heatmap as heatmaps,
)
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    GraphThresholdsStyleMode,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from components._common.dashboards.sql import Sql

_Panel = TypeVar("_Panel", timeseries.Panel, stat.Panel, statetimeline.Panel, table.Panel, heatmaps.Panel)
EMPTY = "Empty is right: "
"""Begins the last sentence of a description, where a panel may show nothing; `hft dashboards check` goes by it."""

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
    rows: int = 8
    """Height; 8 is a graph that can be read, 5 a table of a few lines."""
    alert: str | None = None
    """The alert that watches the same thing; the panel leads to its runbook."""
    empty: str | None = None
    """Why it may rightly show nothing, as a clause; without, a panel that shows nothing is broken."""

    @property
    def told(self) -> str:
        """The description, with the reason to be empty where there is one."""
        return f"{self.description} {EMPTY}{self.empty}." if self.empty else self.description


@dataclass(frozen=True)
class Metrics:
    """Prometheus as the source of a panel."""

    source: DataSourceRef
    seconds: int
    """How often the targets that a query is about are scraped: a rate needs two samples, and Grafana has to know."""


def graph(about: About, source: Metrics, queries: Mapping[str, str]) -> timeseries.Panel:
    """Lines over time; `queries` are legend → PromQL."""
    panel = _described(timeseries.Panel(), about, source.source)
    for query in _ranges(source, queries):
        panel.with_target(query)
    return _with_tooltip(panel)


def stacked(panel: timeseries.Panel) -> timeseries.Panel:
    """Pile the lines up: for parts of one whole."""
    return panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(30)


def shares(panel: timeseries.Panel) -> timeseries.Panel:
    """Keep the axis from 0 to 1, so that a small share looks small."""
    return panel.min(0).max(1)


def bounded(panel: timeseries.Panel, steps: Steps) -> timeseries.Panel:
    """Draw a line where an alert or an objective has its bound."""
    style = common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
    return panel.thresholds(_thresholds(steps)).thresholds_style(style)


def number(about: About, source: Metrics, query: str, steps: Steps) -> stat.Panel:
    """One value at the end of the time range, on the colour of its step."""
    panel = _described(stat.Panel(), about, source.source).with_target(_query(source, "A", query).instant())
    return panel.thresholds(_thresholds(steps)).color_mode(BigValueColorMode.BACKGROUND)


def timeline(
    about: About, source: Metrics, queries: Mapping[str, str], states: Mapping[int, tuple[str, str]]
) -> statetimeline.Panel:
    """States over time; `queries` are legend → PromQL, `states` are value → word and colour."""
    panel = _described(statetimeline.Panel(), about, source.source)
    for query in _ranges(source, queries):
        panel.with_target(query)
    words = {str(value): ValueMappingResult(text=word, color=color) for value, (word, color) in states.items()}
    return panel.mappings([ValueMap(options=words)])


def heatmap(about: About, source: Metrics, query: str) -> heatmaps.Panel:
    """How many observations fell between which bounds over time; `query` answers by the label `le`."""
    target = _query(source, "A", query).legend_format("{{le}}").range().format(PromQueryFormat.HEATMAP)
    panel = _described(heatmaps.Panel(), about, source.source).with_target(target)
    return panel.y_axis(heatmaps.YAxisConfig().unit(about.unit)).cell_values(heatmaps.CellValues().unit("short"))


def listing(about: About, source: Metrics, queries: Mapping[str, str], *, hidden: tuple[str, ...] = ()) -> table.Panel:
    """A row for each set of labels at the end of the time range; `queries` are column → PromQL, `hidden` are labels."""
    panel = _described(table.Panel(), about, source.source)
    for ref, expression in _lettered(queries).items():
        panel.with_target(_query(source, ref, expression).instant().format(PromQueryFormat.TABLE))
    single = len(queries) == 1
    columns = {
        "Value" if single else f"Value #{ref}": name for ref, name in zip(_lettered(queries), queries, strict=True)
    }
    shown = {"excludeByName": dict.fromkeys(("Time", *hidden), True), "renameByName": columns}
    panel.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    return panel.with_transformation(DataTransformerConfig(id_val="organize", options=shown))


def rows(about: About, source: DataSourceRef, sql: str) -> table.Panel:
    """The rows of one SQL query."""
    return _described(table.Panel(), about, source).with_target(Sql(source, sql))


def sql_graph(about: About, source: DataSourceRef, sql: str) -> timeseries.Panel:
    """Lines over time by one SQL query with the columns `time`, `metric` and a number."""
    return _with_tooltip(_described(timeseries.Panel(), about, source).with_target(Sql(source, sql, "time_series")))


def _described(panel: _Panel, about: About, source: DataSourceRef) -> _Panel:
    panel.title(about.title).description(about.told).unit(about.unit).datasource(source)
    panel.span(about.columns).height(about.rows)
    if about.alert:
        panel.links([_runbook(about.alert)])
    return panel


def _runbook(alert: str) -> dashboard.DashboardLink:
    # Where the pages are served is for Grafana's settings to say; here a link has the path that alerts have.
    link = dashboard.DashboardLink(f"Runbook {alert}").type(DashboardLinkType.LINK)
    return link.url(f"docs/runbooks/{alert}.md").target_blank(True)


def _with_tooltip(panel: timeseries.Panel) -> timeseries.Panel:
    tooltip = common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI)
    return panel.show_points(VisibilityMode.NEVER).tooltip(tooltip)


def _query(source: Metrics, ref: str, expression: str) -> prometheus.Dataquery:
    asked = prometheus.Dataquery().datasource(source.source).ref_id(ref).expr(expression)
    return asked.interval(f"{source.seconds}s")


def _ranges(source: Metrics, queries: Mapping[str, str]) -> list[prometheus.Dataquery]:
    lettered = zip(_lettered(queries).items(), queries, strict=True)
    return [_query(source, ref, expression).legend_format(legend).range() for (ref, expression), legend in lettered]


def _lettered(queries: Mapping[str, str]) -> dict[str, str]:
    """Ref id → PromQL."""
    return {chr(ord("A") + number): expression for number, expression in enumerate(queries.values())}


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    found = [Threshold(value=value, color=color) for value, color in steps.items()]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(found)
