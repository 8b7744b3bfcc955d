"""What is filled in before a query is asked."""

import pytest

from ops.dashboards.model import Query
from ops.dashboards.window import Window, chosen, promql, sql

QUARTER = Window(1_000_000.0, 1_000_900.0)


def asked(text: str, seconds: int = 1) -> Query:
    return Query(ref="A", kind="prometheus", text=text, seconds=seconds)


@pytest.mark.parametrize(("scraped", "step", "rate"), [(1, 3, 4), (5, 5, 20), (15, 15, 60)])
def test_a_rate_has_at_least_four_scrapes(scraped: int, step: int, rate: int) -> None:
    query = asked("rate(x[$__rate_interval]) y[$__interval] z[$__range]", scraped)

    assert promql(query, QUARTER, {}) == f"rate(x[{rate}s]) y[{step}s] z[900s]"


def test_a_rate_over_a_long_time_has_a_step_more() -> None:
    assert promql(asked("x[$__rate_interval]", 5), Window(0, 86_400), {}) == "x[293s]"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["alpha"], '"alpha"'),
        (["alpha", "beta"], '"(alpha|beta)"'),
        (["a.b"], r'"a\\.b"'),
        (["a|b", "c"], r'"(a\\|b|c)"'),
    ],
)
def test_choices_are_a_regular_expression(values: list[str], text: str) -> None:
    assert chosen('{v=~"$venue"}', {"venue": values}) == f"{{v=~{text}}}"


def test_choices_are_strings_for_sql() -> None:
    query = asked("SELECT 1 WHERE $__timeFilter(ts) AND v IN (${venue:sqlstring}) AND t > $__timeFrom()")

    assert sql(query, Window(0, 60), {"venue": ["alpha", "o'brien"]}) == (
        "SELECT 1 WHERE ts BETWEEN '1970-01-01T00:00:00+00:00' AND '1970-01-01T00:01:00+00:00'"
        " AND v IN ('alpha','o''brien') AND t > '1970-01-01T00:00:00+00:00'"
    )


def test_what_is_no_variable_stays() -> None:
    assert chosen("$other ${other} $1", {"venue": ["alpha"]}) == "$other ${other} $1"
