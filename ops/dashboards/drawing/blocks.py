"""What has no time on its axis: one number, and tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ops.dashboards.answers import Answer, Line, Rows
from ops.dashboards.check import Page, Shown
from ops.dashboards.drawing import colours, units
from ops.dashboards.drawing.paper import Card, fitted

_ROW, _POINTS = 0.165, 6.5
_BARE = ("none", "short")
_CELL_INCHES = _POINTS * 0.0088


def number(card: Card, shown: Shown, page: Page) -> None:  # noqa: ARG001 - as all kinds
    """One value on the colour of its step."""
    (answer,) = shown.answers.values()
    lines = [] if isinstance(answer, Rows) else answer
    value = lines[0].last
    steps = shown.panel.options["fieldConfig"]["defaults"]["thresholds"]["steps"]
    left, bottom, width, height = card.inner()
    card.paper.box(left, bottom, width, height, fill=colours.named(_step(value, steps)))
    text = units.text(shown.panel.unit, value)
    points = min(34.0, width / (len(text) * 0.011))
    card.paper.text(left + width / 2, bottom + height / 2, text, points, colour="white", align="center", weight="bold")


def table(card: Card, shown: Shown, page: Page) -> None:  # noqa: ARG001 - as all kinds
    """Rows under heads, as many as there is room for."""
    heads, cells = _cells(shown)
    left, bottom, width, height = card.inner()
    most = int(height / _ROW) - 1
    shown_cells = cells[:most]
    widths = _widths(heads, shown_cells, width)
    top = bottom + height - _ROW / 2
    for line, row in enumerate((heads, *shown_cells)):
        at = left
        for cell, wide in zip(row, widths, strict=True):
            shown_text = fitted(cell, wide - 0.06, _POINTS)
            card.paper.text(at, top - line * _ROW, shown_text, _POINTS, weight="bold" if line == 0 else "normal")
            at += wide


def _step(value: float, steps: Sequence[Mapping[str, Any]]) -> str:
    reached = [step["color"] for step in steps if step.get("value") is None or value >= step["value"]]
    return str(reached[-1])


def _cells(shown: Shown) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    answers = list(shown.answers.values())
    if isinstance(answers[0], Rows):
        rows = answers[0]
        return rows.columns, [tuple(_cell(value, shown.panel.unit) for value in row) for row in rows.values]
    return _joined(shown, answers)


def _joined(shown: Shown, answers: Sequence[Answer]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Labels and values of instant queries, a row for each set of labels, as the transformation `merge` does."""
    options: dict[str, Any] = {}
    for each in shown.panel.options.get("transformations", []):
        options |= each.get("options", {})
    columns = list(options.get("renameByName", {}).values())
    hidden = options.get("excludeByName", {})
    rows: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
    for column, answer in zip(columns, answers, strict=True):
        for line in _lines(answer):
            key = tuple(sorted((name, value) for name, value in line.labels.items() if name not in hidden))
            rows.setdefault(key, {})[column] = line.last
    labels = sorted({name for key in rows for name, _ in key})
    cells = [
        (
            *(dict(key).get(label, "") for label in labels),
            *(units.text(shown.panel.unit, row[each]) if each in row else "" for each in columns),
        )
        for key, row in sorted(rows.items())
    ]
    return (*labels, *columns), cells


def _lines(answer: Answer) -> Sequence[Line]:
    return [] if isinstance(answer, Rows) else answer


def _cell(value: Any, unit: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"[:-3]
    if isinstance(value, int | float) and unit not in _BARE:
        return units.text(unit, float(value))
    if isinstance(value, float):
        # A price is read to its last digit.
        return f"{value:.10g}"
    return str(value)


def _widths(heads: Sequence[str], cells: Sequence[Sequence[str]], width: float) -> list[float]:
    """As wide as their texts want, made smaller together where that is too much."""
    wanted = [(max(len(text) for text in column) + 2) * _CELL_INCHES for column in zip(heads, *cells, strict=True)]
    total = sum(wanted)
    if total > width:
        return [each * width / total for each in wanted]
    return [each + (width - total) / len(wanted) for each in wanted]
