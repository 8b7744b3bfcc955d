"""What a reader of a dashboard sees, and what is wrong with it."""

from ops.dashboards.answers import Line, Rows
from ops.dashboards.check import Page, look, summary
from ops.dashboards.model import read
from tests.ops.dashboards.samples import Told, page, panel, prometheus, sql

ONE = [Line({}, ((1.0, 1.0),))]
NOW = 1_000_000.0


def looked(text: str, source: Told) -> Page:
    return look(read(text), source, NOW)


def test_a_panel_that_shows_something_is_right() -> None:
    source = Told({"x": ONE, "SELECT 1": Rows(("a",), ((1,),))})
    found = looked(page(panel("T", "stat", prometheus("x")), panel("U", "table", sql("SELECT 1"))), source)

    assert found.problems == []
    assert [shown.answers["A"] for shown in found.panels] == [ONE, Rows(("a",), ((1,),))]
    assert (found.window.start, found.window.end) == (NOW - 900, NOW)


def test_an_empty_one_names_dashboard_panel_query_and_cause() -> None:
    source = Told({"x": ONE, "sum(\n  y)": []})
    found = looked(page(panel("T", "timeseries", prometheus("x"), prometheus("sum(\n  y)", "B"))), source)

    assert found.problems == ["X dev: panel T, query B: answers nothing: sum( y)"]


def test_a_refused_one_says_what_the_source_says() -> None:
    found = looked(page(panel("T", "stat", prometheus("x("))), Told({"x(": "parse error: unclosed"}))

    assert found.problems == ["X dev: panel T, query A: parse error: unclosed: x("]


def test_an_empty_one_may_say_why_and_a_refused_one_may_not() -> None:
    reason = "It means this. Empty is right: nobody asks."
    text = page(
        {**panel("T", "stat", prometheus("x")), "description": reason},
        {**panel("U", "stat", prometheus("y")), "description": reason},
    )
    found = looked(text, Told({"x": [], "y": "refused"}))

    assert found.problems == ["X dev: panel U, query A: refused: y"]
    assert list(summary([found])) == [
        "1 dashboards, 2 panels, 2 queries",
        "X dev: T is empty: nobody asks",
        "X dev: U is empty: nobody asks",
    ]


def test_queries_are_asked_with_all_values_of_the_variables() -> None:
    source = Told({"x": ONE}, {"v": ["a", "b"]})
    looked(page(panel("T", "stat", prometheus("x")), variables={"v": "label_values(up, job)"}), source)

    assert [values for _, _, values in source.asked] == [{"v": ["a", "b"]}]


def test_a_variable_without_values_is_told_once_instead_of_every_panel() -> None:
    source = Told({"x": ONE})
    found = looked(page(panel("T", "stat", prometheus("x")), variables={"v": "label_values(up, job)"}), source)

    assert found.problems == ["X dev: variable v: no value, as no series is up with the label job"]
    assert source.asked == []


def test_marks_may_be_absent_but_not_refused() -> None:
    good = looked(page(marks={"halts": "x"}), Told({"x": []}))
    bad = looked(page(marks={"halts": "x"}), Told({"x": "parse error"}))

    assert (good.problems, good.marks) == ([], {"halts": []})
    assert bad.problems == ["X dev: panel annotations, query halts: parse error: x"]


def test_a_variable_that_is_refused_says_why() -> None:
    source = Told({}, {"v": ["refused"]})
    found = looked(page(panel("T", "stat", prometheus("x")), variables={"v": "label_values(up{, job)"}), source)

    assert found.problems == ["X dev: variable v: parse error: up{"]
