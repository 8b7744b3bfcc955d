"""What dashboards are made of: pages, kinds of panels, queries. Each component has its own; pure."""

from components._common.dashboards.page import Board
from components._common.dashboards.panels import (
    About,
    Metrics,
    Steps,
    bounded,
    graph,
    heatmap,
    listing,
    number,
    rows,
    shares,
    sql_graph,
    stacked,
    timeline,
)
from components._common.dashboards.queries import heat, quantile, quantiles

__all__ = [
    "About",
    "Board",
    "Metrics",
    "Steps",
    "bounded",
    "graph",
    "heat",
    "heatmap",
    "listing",
    "number",
    "quantile",
    "quantiles",
    "rows",
    "shares",
    "sql_graph",
    "stacked",
    "timeline",
]
