"""What Prometheus makes of the dashboard's queries."""

from typing import Any

import pytest

from components._common.render import to_yaml
from tests.components.programs import Ended, run
from tests.components.trading.dashboards.test_trading import expressions

pytestmark = pytest.mark.images

RULES = "/etc/hft/rules.yaml"
TEST = "/etc/hft/test.yaml"


def asked(expression: str) -> str:
    """A query as Grafana sends it, with its own variables filled in."""
    return expression.replace("$__rate_interval", "1m").replace("$__range", "2m")


def query(*parts: str) -> str:
    """The one query of the dashboard that has all these parts."""
    (found,) = (text for text in expressions() if all(part in text for part in parts))
    return asked(found)


def parsed(expression: str) -> Ended:
    rules = {"groups": [{"name": "queries", "rules": [{"record": "x", "expr": expression}]}]}
    return run("prometheus", ["promtool", "check", "rules", RULES], {RULES: to_yaml(rules)})


def answered(expression: str, series: dict[str, str], answers: dict[str, float]) -> Ended:
    """Whether a query gives these answers (labels → value) after two minutes of these series (one sample a second)."""
    test: dict[str, Any] = {
        "interval": "1s",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": expression,
                "eval_time": "2m",
                "exp_samples": [{"labels": labels, "value": value} for labels, value in answers.items()],
            }
        ],
    }
    return run("prometheus", ["promtool", "test", "rules", TEST], {TEST: to_yaml({"rule_files": [], "tests": [test]})})


def test_prometheus_parses_every_query() -> None:
    rules = [{"record": f"query:{number}", "expr": asked(text)} for number, text in enumerate(expressions())]
    document = to_yaml({"groups": [{"name": "queries", "rules": rules}]})
    ended = run("prometheus", ["promtool", "check", "rules", RULES], {RULES: document})

    assert (ended.status, f"{len(rules)} rules found" in ended.output) == (0, True), ended.output


def test_prometheus_refuses_a_variable_that_only_grafana_knows() -> None:
    assert parsed("rate(hft_orders_total[$__rate_interval])").status == 1


@pytest.mark.parametrize(("state", "value"), [("halted", 0), ("reducing", 1), ("active", 2)])
def test_the_trading_state_is_a_number_per_state(state: str, value: int) -> None:
    series = {
        f'hft_trading_state{{instance="engine-blue", state="{each}"}}': f"{int(each == state)}x120"
        for each in ("active", "reducing", "halted")
    }
    ended = answered(query("hft_trading_state"), series, {'{instance="engine-blue"}': value})

    assert ended.status == 0, ended.output


@pytest.mark.parametrize(
    ("series", "value"),
    [
        ({}, 0),
        ({'hft_leader{instance="engine-blue"}': "1x120", 'hft_leader{instance="engine-green"}': "0x120"}, 1),
        ({'hft_leader{instance="engine-blue"}': "1x120", 'hft_leader{instance="engine-green"}': "1x120"}, 2),
    ],
)
def test_leaders_are_counted_where_there_is_no_engine_too(series: dict[str, str], value: int) -> None:
    ended = answered(query("sum(hft_leader)"), series, {"{}": value})

    assert ended.status == 0, ended.output


def test_net_is_gains_less_fees() -> None:
    series = {
        'hft_pnl_usd{kind="realized"}': "100x120",
        'hft_pnl_usd{kind="unrealized"}': "-20x120",
        'hft_pnl_usd{kind="fees"}': "30x120",
    }
    ended = answered(query("hft_pnl_usd", "fees"), series, {"{}": 50})

    assert ended.status == 0, ended.output


def test_the_share_within_the_objective_is_over_all_venues() -> None:
    bucket, count = "hft_order_roundtrip_seconds_bucket", "hft_order_roundtrip_seconds_count"
    series = {
        f'{bucket}{{venue="alpha", le="0.05"}}': "0+10x120",
        f'{bucket}{{venue="beta", le="0.05"}}': "0+8x120",
        f'{count}{{venue="alpha"}}': "0+10x120",
        f'{count}{{venue="beta"}}': "0+10x120",
    }
    ended = answered(query(bucket, count), series, {"{}": 0.9})

    assert ended.status == 0, ended.output


def test_a_quantile_is_of_one_venue() -> None:
    bucket = "hft_order_roundtrip_seconds_bucket"
    series = {
        f'{bucket}{{venue="alpha", type="ioc", le="0.001"}}': "0+0x120",
        f'{bucket}{{venue="alpha", type="ioc", le="0.0025"}}': "0+4x120",
        f'{bucket}{{venue="alpha", type="ioc", le="+Inf"}}': "0+4x120",
    }
    ended = answered(query(bucket, "histogram_quantile(0.5,"), series, {'{venue="alpha"}': 0.00175})

    assert ended.status == 0, ended.output
