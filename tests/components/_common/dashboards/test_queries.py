"""PromQL that panels share. What Prometheus makes of it: tests/stacks/test_dashboards_programs.py."""

from components._common.dashboards import heat, quantile, quantiles


def test_a_quantile_of_everything() -> None:
    assert quantile(0.5, "x") == "histogram_quantile(0.5, sum by (le) (rate(x_bucket[$__rate_interval])))"


def test_a_quantile_by_labels_of_what_is_chosen() -> None:
    assert quantile(0.99, "x", "a, b", 'a=~"$a"') == (
        'histogram_quantile(0.99, sum by (a, b, le) (rate(x_bucket{a=~"$a"}[$__rate_interval])))'
    )


def test_three_quantiles_have_legends_of_their_own() -> None:
    assert list(quantiles("x", "a")) == ["p50 {{a}}", "p99 {{a}}", "p99.9 {{a}}"]
    assert list(quantiles("x")) == ["p50", "p99", "p99.9"]


def test_heat_counts_what_fell_between_two_bounds() -> None:
    assert heat("x", 'a="1"') == 'sum by (le) (increase(x_bucket{a="1"}[$__rate_interval]))'
    assert heat("x") == "sum by (le) (increase(x_bucket[$__rate_interval]))"
