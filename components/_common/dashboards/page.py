"""One dashboard of a stack: its place, its data sources, what can be chosen on it, and what is marked on its graphs."""

from typing import Self

from grafana_foundation_sdk.builders.dashboard import (
    AnnotationQuery,
    Dashboard,
    DashboardLink,
    QueryVariable,
    Row,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    Panel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from components._common.dashboards.panels import Metrics
from components._common.naming import grafana_uid

ORDER_PATH_SECONDS, OTHER_SECONDS, BACKUP_SECONDS = 1, 5, 15
"""How often engines are scraped, what runs beside them, and backups."""
# What was not so in the minutes before the last half one: that is seen at any zoom, and neither a scrape that
# was missed nor an engine that was started anew is a deploy.
_BEFORE = "[5m] offset 30s"
_MARKS = {
    "deploys": (
        "blue",
        "count by (instance, digest) (hft_build_info)"
        f" unless count by (instance, digest) (max_over_time(hft_build_info{_BEFORE}))",
    ),
    "failovers": (
        "orange",
        'max(patroni_postgres_timeline{job="patroni"}) '
        f'> (max(max_over_time(patroni_postgres_timeline{{job="patroni"}}{_BEFORE})) > 0)',
    ),
    "halts": ("red", 'max by (instance) (hft_trading_state{state="halted"}) == 1'),
}
"""Name → colour and the query that answers while there is something to mark."""


class Board:
    """A dashboard under the fixed uid `hft-<stack>-<name>`, on the data sources of the same stack."""

    def __init__(self, stack: str, name: str, title: str, *, minutes: int = 15, refresh: str = "5s") -> None:
        """Begin an empty page that shows the last minutes."""
        self.engine = Metrics(self._prometheus(stack), ORDER_PATH_SECONDS)
        """Prometheus, for what engines tell."""
        self.parts = Metrics(self._prometheus(stack), OTHER_SECONDS)
        """Prometheus, for what all others tell."""
        self.backups = Metrics(self._prometheus(stack), BACKUP_SECONDS)
        """Prometheus, for what backups tell."""
        self.database = DataSourceRef(type_val="grafana-postgresql-datasource", uid=grafana_uid(stack, "timescaledb"))
        """The trading system's tables."""
        self._page = (
            Dashboard(f"{title} {stack}")
            .uid(grafana_uid(stack, name))
            .tags(["hft", stack])
            .readonly()
            .timezone("utc")
            .time(f"now-{minutes}m", "now")
            .refresh(refresh)
            .tooltip(DashboardCursorSync.CROSSHAIR)
            .link(_others(stack))
        )
        for mark, (color, query) in _MARKS.items():
            self._page.annotation(
                AnnotationQuery().name(mark).datasource(self.parts.source).enable(True).icon_color(color).expr(query)
            )

    @staticmethod
    def _prometheus(stack: str) -> DataSourceRef:
        return DataSourceRef(type_val="prometheus", uid=grafana_uid(stack, "prometheus"))

    def choose(self, name: str, series: str, label: str, told: str) -> Self:
        """Let the reader choose among the values of a label; queries have `label=~"$name"`."""
        self._page.with_variable(
            QueryVariable(name)
            .label(told)
            .query(f"label_values({series}, {label})")
            .datasource(self.parts.source)
            .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
            .sort(VariableSort.ALPHABETICAL_ASC)
            .multi(True)
            .include_all(True)
            .current(VariableOption(text=["All"], value=["$__all"]))
        )
        return self

    def row(self, question: str, *panels: Builder[Panel]) -> Self:
        """Add a row that answers one question."""
        self._page.with_row(Row(question))
        for panel in panels:
            self._page.with_panel(panel)
        return self

    def text(self) -> str:
        """The dashboard as Grafana takes it."""
        return JSONEncoder(sort_keys=True, indent=2).encode(self._page.build())


def _others(stack: str) -> DashboardLink:
    link = DashboardLink("Dashboards").type(DashboardLinkType.DASHBOARDS).tags(["hft", stack])
    return link.as_dropdown(True).keep_time(True).include_vars(True)
