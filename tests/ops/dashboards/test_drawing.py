"""Pictures of dashboards: that each kind of panel is drawn. What they look like is for a person to judge."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ops.dashboards.answers import Answer, Line, Rows
from ops.dashboards.check import look
from ops.dashboards.drawing import draw
from ops.dashboards.drawing.paper import fitted
from ops.dashboards.model import read
from tests.ops.dashboards.samples import Told, page, panel, prometheus, sql

NOW = 1_000_000.0
OVER_TIME = tuple((NOW - 900 + 3 * number, float(number % 3)) for number in range(300) if not 100 < number < 120)
LINES = [Line({"le": "0.1", "a": "x"}, OVER_TIME), Line({"le": "+Inf", "a": "y"}, OVER_TIME)]
STEPS = {"steps": [{"value": None, "color": "green"}, {"value": 1, "color": "red"}]}
STATES = [{"type": "value", "options": {"0": {"text": "down", "color": "red"}, "1": {"text": "up", "color": "green"}}}]
TABLE = Rows(("ts", "order_id", "size"), ((datetime(2026, 1, 1, tzinfo=UTC), "x" * 300, 1.5), (None, "y", 2)))

KINDS: list[tuple[str, dict[str, Any], Answer]] = [
    ("timeseries", panel("T", "timeseries", prometheus("x"), thresholds=STEPS, custom={"thresholdsStyle": {}}), LINES),
    ("stacked", panel("T", "timeseries", prometheus("x"), custom={"stacking": {"mode": "normal"}}), LINES),
    ("flat", panel("T", "timeseries", prometheus("x")), [Line({}, ((NOW - 9, 0.0), (NOW - 6, 0.0)))]),
    ("heatmap", panel("T", "heatmap", prometheus("x")), LINES),
    ("states", panel("T", "state-timeline", prometheus("x"), mappings=STATES), LINES),
    ("stat", panel("T", "stat", prometheus("x", instant=True), thresholds=STEPS), [Line({}, ((NOW, 2.0),))]),
    ("table", panel("T", "table", sql("x")), TABLE),
    ("row", {"title": "Why?", "type": "row", "gridPos": {"w": 24, "h": 1}}, []),
    ("empty", panel("T", "stat", prometheus("x")), []),
]


@pytest.mark.parametrize(
    ("shown", "answer"), [(shown, answer) for _, shown, answer in KINDS], ids=[k[0] for k in KINDS]
)
def test_each_kind_of_panel_is_drawn(tmp_path: Path, shown: dict[str, Any], answer: Answer) -> None:
    mark = [Line({}, ((NOW - 300, 1.0), (NOW - 297, 1.0)))]
    looked = look(read(page(shown, marks={"deploys": "d"})), Told({"x": answer, "d": mark}), NOW)
    draw(looked, tmp_path / "new" / "x.png")

    assert (tmp_path / "new" / "x.png").read_bytes().startswith(b"\x89PNG")


def test_a_refused_query_is_drawn_as_words(tmp_path: Path) -> None:
    looked = look(read(page(panel("T", "stat", prometheus("x")))), Told({"x": "refused"}), NOW)
    draw(looked, tmp_path / "x.png")

    assert (tmp_path / "x.png").is_file()


def test_the_same_answers_are_the_same_picture(tmp_path: Path) -> None:
    looked = look(read(page(panel("T", "timeseries", prometheus("x")))), Told({"x": LINES}), NOW)
    draw(looked, tmp_path / "one.png")
    draw(looked, tmp_path / "two.png")

    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_a_long_text_is_cut_where_it_would_be_wider() -> None:
    assert fitted("abcdef", 10.0, 8) == "abcdef"
    assert fitted("abcdefghijklmnop", 0.7, 8) == "abcdefgh…"
