"""Answers, whoever gave them."""

import math
from datetime import UTC, datetime

import pytest

from ops.dashboards.answers import Answer, Line, QueryError, Rows, is_empty, lines


@pytest.mark.parametrize(
    ("answer", "empty"),
    [
        ([], True),
        ([Line({}, ())], True),
        ([Line({}, ((1, math.nan),))], True),
        ([Line({}, ((1, math.nan), (2, 0.0)))], False),
        (Rows(("a",), ()), True),
        (Rows(("a",), ((None,),)), False),
    ],
)
def test_nothing_is_no_row_and_no_number(answer: Answer, empty: bool) -> None:
    assert is_empty(answer) is empty


def test_a_legend_has_labels() -> None:
    line = Line({"__name__": "x", "venue": "alpha", "slot": "blue"}, ((1, 2.0),))

    assert line.name("p50 {{venue}} {{ slot }} {{missing}}") == "p50 alpha blue"
    assert line.name("") == "slot=blue, venue=alpha"


def test_rows_become_lines_by_their_metric() -> None:
    at = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    rows = Rows(("time", "metric", "rows"), ((at, "b", 1), (at, "a", 2), (120, "a", 3)))

    assert lines(rows) == [Line({"metric": "a"}, ((60, 2), (120, 3))), Line({"metric": "b"}, ((60, 1),))]


def test_rows_without_a_time_are_no_lines() -> None:
    with pytest.raises(QueryError) as raised:
        lines(Rows(("ts", "rows"), ()))

    assert str(raised.value) == "its columns are ts, rows: lines need one named time"
