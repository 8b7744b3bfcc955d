from pathlib import Path

import pytest

from components._common import metric_lint
from components._common.metric_lint import Records, faults, labels_of

RECORDS: Records = {"slo:bad:rate": {"slo"}, "node:load:avg": None}


@pytest.mark.parametrize(
    "expression",
    [
        "sum(hft_leader) or vector(0)",
        "sum by (strategy) (hft_leader)",
        'hft_trading_state{state="active", instance="engine-blue", host="a"} == 0',
        'sum by (venue, le) (rate(hft_order_roundtrip_seconds_bucket{le="0.05"}[$__rate_interval]))',
        'hft_venue_up{channel=~"md|orders", venue=~"$venue"}',
        'hft_venue_up{channel=~"m.*"}',
        'hft_orders_total{event!="", reason="code 7 of a venue"}',
        'slo:bad:rate{slo="any"} / sum by (slo) (slo:bad:rate)',
        "avg by (anything) (rate(node_cpu_seconds_total[1m]))",
        "process_open_fds + scrape_samples_scraped",
        "sum by (anything) (node:load:avg)",
        'up{job="engine"} == 0 and ALERTS{severity="page"}',
        'max by (slot) (label_replace(hft_leader, "slot", "$1", "instance", ".*-(.*)"))',
        'hft_pnl_usd{kind=~"realized|unrealized"}',
    ],
)
def test_what_the_contract_bears_out_passes(expression: str) -> None:
    assert faults(expression, RECORDS) == []


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("hft_leeder == 1", ["hft_leeder is not in the metric contract (docs/reference/metrics.md)"]),
        (
            "hft_order_roundtrip_seconds > 1",
            ["hft_order_roundtrip_seconds is not in the metric contract (docs/reference/metrics.md)"],
        ),
        (
            'rate(hft_orders_total{event="rejcted"}[1m])',
            [
                "hft_orders_total has no event='rejcted'; "
                "there are 'submitted', 'acked', 'filled', 'cancelled', 'rejected'"
            ],
        ),
        ('hft_venue_up{channel=~"md|fix"}', ["hft_venue_up has no channel='fix'; there are 'md', 'orders'"]),
        ("rate(hft_exposure_usd[1m])", ["hft_exposure_usd is a gauge, of which rate says nothing"]),
        ('hft_orders_total{order_id="7"}', ["hft_orders_total has no label order_id"]),
        ("sum by (venue) (hft_leader)", ["none of hft_leader has a label venue"]),
        ("sum by (strategy) (hft_witness_fenced)", ["none of hft_witness_fenced has a label strategy"]),
        ("sum by (le) (hft_tick_to_trade_seconds_count)", ["none of hft_tick_to_trade_seconds_count has a label le"]),
        ("hft_leader + on (client) hft_exposure_usd", ["none of hft_leader, hft_exposure_usd has a label client"]),
        ("slo:bad:rat > 0", ["slo:bad:rat is recorded by no rule"]),
        ("sum by (venue) (slo:bad:rate)", ["none of slo:bad:rate has a label venue"]),
        ("container_cpu_cfs_throttled_periods_total > 0", [
            "container_cpu_cfs_throttled_periods_total is of no exporter that is known here"
        ]),
        ("node_cpu_second_total", ["node_cpu_second_total is of no exporter that is known here"]),
        ("pg_stat_database_checksum_failures", [
            "pg_stat_database_checksum_failures is of no exporter that is known here"
        ]),
        ("htf_leader", ["htf_leader is of no exporter that is known here"]),
        ('{job="engine"}', ["a selector without a name is of no exporter that is known here"]),
        ("min by (job) (up)", [
            'up says no job, and of engine-free-slot it is 0 by right: name a job, or add job!="engine-free-slot"'
        ]),
        ("sum(hft_leader", ["cannot be read: '(' is not closed"]),
    ],
)  # fmt: skip
def test_what_nothing_exports_is_told(expression: str, found: list[str]) -> None:
    assert faults(expression, RECORDS) == found


def test_a_bound_between_two_buckets_is_told() -> None:
    (found,) = faults('hft_order_roundtrip_seconds_bucket{le="0.04"}', {})

    assert found.startswith("hft_order_roundtrip_seconds_bucket has no le='0.04'; there are '0.0001', ")


@pytest.mark.parametrize(
    ("expression", "labels"),
    [
        ("sum by (venue) (hft_venue_up)", {"venue"}),
        ("hft_venue_up == 0", {"venue", "channel", "strategy", "instance", "job", "host"}),
        ("slo:bad:rate * 2", {"slo", "instance", "job", "host"}),
        ("rate(node_cpu_seconds_total[1m])", None),
        ("avg by (instance) (rate(node_cpu_seconds_total[1m]))", {"instance"}),
        (
            "hft_venue_up * on (venue) group_left () max by (venue) (node:load:avg)",
            {"venue", "channel", "strategy", "instance", "job", "host"},
        ),
        ("vector(1)", set()),
        ('label_replace(sum by (venue) (hft_venue_up), "at", "", "", "")', {"venue", "at"}),
    ],
)
def test_the_labels_of_an_answer(expression: str, labels: set[str] | None) -> None:
    assert labels_of(expression, RECORDS) == labels


def test_the_names_of_others_are_sorted_and_none_is_ours() -> None:
    text = Path(metric_lint.__file__).with_name("others_series.txt").read_text()
    names = [line for line in text.splitlines() if not line.startswith("#")]

    assert names == sorted(set(names))
    assert [name for name in names if name.startswith("hft_")] == []
