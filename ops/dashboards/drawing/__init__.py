"""Draws a dashboard as a PNG, laid out as Grafana lays it out; by matplotlib, which the extra `bench` brings."""

from datetime import UTC, datetime
from pathlib import Path

from ops.dashboards.check import Page, Shown
from ops.dashboards.drawing import blocks, graphs
from ops.dashboards.drawing.paper import Paper

_KINDS = {
    "timeseries": graphs.graph,
    "heatmap": graphs.heatmap,
    "state-timeline": graphs.timeline,
    "stat": blocks.number,
    "table": blocks.table,
}


def draw(page: Page, path: Path) -> None:
    """Write the picture. Raises OpsError where matplotlib is not there."""
    places = [shown.panel.place for shown in page.panels]
    with Paper.opened(path, rows=max(top + height for _, top, _, height in places)) as paper:
        end = datetime.fromtimestamp(page.window.end, UTC)
        minutes = page.window.seconds // 60
        marks = ", ".join(f"{mark} {graphs.MARKS.get(mark, 'blue')}" for mark in page.marks)
        paper.heading(page.dashboard.title, f"{minutes} min to {end:%Y-%m-%d %H:%M:%S} UTC; marks: {marks}")
        for problem in page.further:
            paper.complaint(problem)
        for shown in page.panels:
            _draw(paper, page, shown)


def _draw(paper: Paper, page: Page, shown: Shown) -> None:
    panel = shown.panel
    if panel.kind == "row":
        paper.row(panel.title, panel.place)
        return
    card = paper.card(panel.title, panel.place)
    if shown.problems:
        card.says("\n".join(shown.problems), "#c4162a")
    elif shown.empty:
        card.says(f"empty: {panel.empty}" if panel.empty else "no data", "#8a8f98")
    else:
        _KINDS[panel.kind](card, shown, page)


__all__ = ["draw"]
