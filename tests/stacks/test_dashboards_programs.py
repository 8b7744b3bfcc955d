"""What Prometheus makes of the dashboards' queries, on series that a test gives it."""

from typing import Any

import pytest

from components._common.render import to_yaml
from ops.dashboards.model import Query, read
from ops.dashboards.window import Window, promql
from stacks.dashboards import dashboards
from tests.components.programs import Ended, run

pytestmark = pytest.mark.images

RULES = "/etc/hft/rules.yaml"
TEST = "/etc/hft/test.yaml"
PAGES = {name: read(text) for name, text in dashboards("dev").items()}
ALL = {"venue": [".+"], "symbol": [".+"], "slot": [".+"], "node": [".+"], "member": [".+"], "host": [".+"]}
ALL |= {"router": [".+"], "pooler": [".+"]}
BUCKET, COUNT = "hft_order_roundtrip_seconds_bucket", "hft_order_roundtrip_seconds_count"


def asked(query: Query, seconds: int = 120) -> str:
    """A query as Prometheus gets it, over two minutes, for everything."""
    text = promql(query, Window(0, seconds), {name: ["x"] for name in ALL})
    return text.replace('=~"x"', '=~".+"')


def queries() -> list[str]:
    return [
        asked(query)
        for page in PAGES.values()
        for query in (*page.annotations, *(each for panel in page.panels for each in panel.queries))
        if query.kind == "prometheus"
    ]


def query(page: str, title: str, ref: str = "A") -> str:
    (panel,) = (panel for panel in PAGES[page].panels if panel.title == title)
    (found,) = (each for each in panel.queries if each.ref == ref)
    return asked(found)


def parsed(*expressions: str) -> Ended:
    rules = [{"record": f"query:{number}", "expr": text} for number, text in enumerate(expressions)]
    document = to_yaml({"groups": [{"name": "queries", "rules": rules}]})
    return run("prometheus", ["promtool", "check", "rules", RULES], {RULES: document})


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
    found = queries()
    ended = parsed(*found)

    assert (ended.status, f"{len(found)} rules found" in ended.output) == (0, True), ended.output


def test_prometheus_refuses_a_variable_that_only_grafana_knows() -> None:
    assert parsed("rate(hft_orders_total[$__rate_interval])").status == 1


@pytest.mark.parametrize(("state", "value"), [("halted", 0), ("reducing", 1), ("active", 2)])
def test_the_trading_state_is_a_number_per_state(state: str, value: int) -> None:
    series = {
        f'hft_trading_state{{instance="engine-blue", state="{each}"}}': f"{int(each == state)}x120"
        for each in ("active", "reducing", "halted")
    }
    ended = answered(query("desk", "Trading state"), series, {'{instance="engine-blue"}': value})

    assert ended.status == 0, ended.output


STRATEGY = 'strategy="arbitrage"'
BLUE, GREEN = (f'hft_leader{{instance="engine-{slot}", {STRATEGY}}}' for slot in ("blue", "green"))


@pytest.mark.parametrize(
    ("series", "value"),
    [
        ({f'up{{job="engine", {STRATEGY}}}': "0x120"}, 0),
        ({BLUE: "1x120", GREEN: "0x120"}, 1),
        ({BLUE: "1x120", GREEN: "1x120"}, 2),
    ],
)
def test_leaders_are_counted_where_no_engine_answers_too(series: dict[str, str], value: int) -> None:
    ended = answered(query("desk", "Engines with the lease"), series, {f"{{{STRATEGY}}}": value})

    assert ended.status == 0, ended.output


def test_net_is_gains_less_fees() -> None:
    series = {
        f'hft_pnl_usd{{instance="engine-blue", kind="{kind}"}}': f"{value}x120"
        for kind, value in (("realized", 100), ("unrealized", -20), ("fees", 30))
    }
    ended = answered(query("desk", "Profit and loss", "B"), series, {"{}": 50})

    assert ended.status == 0, ended.output


def test_the_share_within_the_objective_is_over_all_venues() -> None:
    series = {
        f'{BUCKET}{{instance="e", venue="alpha", le="0.05"}}': "0+10x120",
        f'{BUCKET}{{instance="e", venue="beta", le="0.05"}}': "0+8x120",
        f'{COUNT}{{instance="e", venue="alpha"}}': "0+10x120",
        f'{COUNT}{{instance="e", venue="beta"}}': "0+10x120",
    }
    ended = answered(query("desk", "Orders within 50 ms"), series, {"{}": 0.9})

    assert ended.status == 0, ended.output


def test_the_objective_is_judged_by_what_its_rules_record() -> None:
    series = {'slo:bad:rate{slo="order-roundtrip"}': "1x120", 'slo:total:rate{slo="order-roundtrip"}': "10x120"}
    ended = answered(query("slo", "Orders within 50 ms"), series, {'{slo="order-roundtrip"}': 0.9})

    assert ended.status == 0, ended.output


def test_a_quantile_is_of_one_venue() -> None:
    labels = 'instance="e", venue="alpha", type="ioc"'
    series = {
        f'{BUCKET}{{{labels}, le="0.001"}}': "0+0x120",
        f'{BUCKET}{{{labels}, le="0.0025"}}': "0+4x120",
        f'{BUCKET}{{{labels}, le="+Inf"}}': "0+4x120",
    }
    ended = answered(query("order-path", "Order round trip"), series, {'{venue="alpha"}': 0.00175})

    assert ended.status == 0, ended.output


@pytest.mark.parametrize("title", ["Rejected orders by reason"])
def test_no_rejects_are_a_line_at_zero(title: str) -> None:
    ended = answered(query("order-path", title), {}, {'{reason="none"}': 0})

    assert ended.status == 0, ended.output


def test_one_order_in_ten_that_is_slow_burns_ten_times_too_fast() -> None:
    series = {'slo:bad_share:5m{slo="order-roundtrip"}': "0.1x120"}
    ended = answered(
        f"round({query('slo', 'Burn rate of slow orders')}, 0.001)", series, {'{slo="order-roundtrip"}': 10}
    )

    assert ended.status == 0, ended.output


@pytest.mark.parametrize(("bad", "available"), [("0x120", 1), ("1x120", 0), ("0x60 1x59", 0.5)])
def test_trading_is_available_while_its_rules_record_nothing_bad(bad: str, available: float) -> None:
    series = {'slo:bad:rate{slo="trading-availability"}': bad}
    rounded = f"round({query('slo', 'Trading available')}, 0.1)"
    ended = answered(rounded, series, {'{slo="trading-availability"}': available})

    assert ended.status == 0, ended.output


def test_a_time_that_nobody_recorded_is_not_judged() -> None:
    ended = answered(query("slo", "Trading available"), {}, {})

    assert ended.status == 0, ended.output


def test_what_a_standby_lacks_is_told_of_standbys_only() -> None:
    series = {
        'patroni_xlog_location{job="patroni", instance="tsdb-0"}': "1000x120",
        'patroni_xlog_received_location{job="patroni", instance="tsdb-0"}': "0x120",
        'patroni_xlog_received_location{job="patroni", instance="tsdb-1"}': "900x120",
        'patroni_replica{job="patroni", instance="tsdb-0"}': "0x120",
        'patroni_replica{job="patroni", instance="tsdb-1"}': "1x120",
    }
    ended = answered(query("database", "WAL not received"), series, {'{instance="tsdb-1", job="patroni"}': 100})

    assert ended.status == 0, ended.output


@pytest.mark.parametrize(
    ("mark", "series", "answers"),
    [
        ("deploys", {'hft_build_info{instance="e", digest="a"}': "1x120"}, {}),
        (
            "deploys",
            {'hft_build_info{instance="e", digest="b"}': "_x110 1x10"},
            {'{instance="e", digest="b"}': 1},
        ),
        ("deploys", {'hft_build_info{instance="e", digest="a"}': "1x80 stale _x15 1x24"}, {}),
        ("failovers", {'patroni_postgres_timeline{job="patroni", instance="t"}': "1x120"}, {}),
        ("failovers", {'patroni_postgres_timeline{job="patroni", instance="t"}': "0x109 1x10"}, {}),
        ("failovers", {'patroni_postgres_timeline{job="patroni", instance="t"}': "1x109 2x10"}, {"{}": 2}),
        ("halts", {'hft_trading_state{instance="e", state="halted"}': "0x120"}, {}),
        ("halts", {'hft_trading_state{instance="e", state="halted"}': "1x120"}, {'{instance="e"}': 1}),
    ],
)
def test_a_mark_is_where_something_began(mark: str, series: dict[str, str], answers: dict[str, float]) -> None:
    (found,) = (each for each in PAGES["desk"].annotations if each.ref == mark)
    ended = answered(asked(found), series, answers)

    assert ended.status == 0, ended.output
