"""A dashboard read from its JSON."""

import pytest

from ops.dashboards.model import DashboardError, Query, Variable, read
from stacks.dashboards import dashboards
from tests.ops.dashboards.samples import page, panel, prometheus, sql


def test_a_panel_has_its_queries() -> None:
    target = prometheus("x", "B", legendFormat="{{a}}", interval="5s")
    (found,) = read(page(panel("T", "timeseries", target))).panels

    assert (found.title, found.kind, found.unit, found.place) == ("T", "timeseries", "s", (0, 0, 12, 8))
    assert found.queries == (
        Query(ref="B", kind="prometheus", text="x", source="p", legend="{{a}}", instant=False, seconds=5, lines=True),
    )


@pytest.mark.parametrize(("answers", "lines"), [("table", False), ("time_series", True)])
def test_sql_is_a_table_or_lines(answers: str, lines: bool) -> None:
    (found,) = read(page(panel("T", "table", sql("SELECT 1", answers)))).panels

    assert [(query.kind, query.text, query.lines) for query in found.queries] == [("sql", "SELECT 1", lines)]


def test_a_panel_may_say_why_it_is_empty() -> None:
    with_reason = {**panel("T", "stat"), "description": "It means this. Empty is right: nobody asks."}

    assert [each.empty for each in read(page(with_reason, panel("U", "stat"))).panels] == ["nobody asks", None]


def test_variables_and_marks_are_read() -> None:
    found = read(page(variables={"v": 'label_values(up{job="x", a=~".+"}, instance)'}, marks={"halts": "y == 1"}))

    assert found.variables == (Variable("v", 'up{job="x", a=~".+"}', "instance", "p"),)
    assert [(mark.ref, mark.text) for mark in found.annotations] == [("halts", "y == 1")]
    assert (found.uid, found.title, found.seconds) == ("hft-dev-x", "X dev", 900)


def test_a_variable_of_another_kind_is_refused() -> None:
    with pytest.raises(DashboardError) as raised:
        read(page(variables={"v": "query_result(up)"}))

    assert str(raised.value) == "variable v: 'query_result(up)' is not label_values(series, label)"


@pytest.mark.parametrize("name", dashboards("dev"))
def test_every_dashboard_of_a_stack_can_be_read(name: str) -> None:
    assert read(dashboards("dev")[name]).uid == f"hft-dev-{name}"
