"""What an engine measures, by the metric contract."""

import asyncio

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from workloads.contract.engine import ENGINE
from workloads.metrics import ROUNDTRIP_BUCKETS, SIZE_USD_BUCKETS, EngineMetrics


def families(metrics: EngineMetrics) -> dict[str, Metric]:
    page = asyncio.run(metrics.exposition()).decode()
    return {family.name: family for family in text_string_to_metric_families(page)}


def declared() -> set[tuple[str, str, tuple[str, ...]]]:
    """Name as in queries, type, and labels of every metric that the helper declares."""
    found = set()
    for value in vars(EngineMetrics()).values():
        if hasattr(value, "_labelnames"):
            suffix = "_total" if value._type == "counter" else ""
            found.add((value._name + suffix, value._type, tuple(value._labelnames)))
    return found


def test_the_helper_declares_exactly_the_contract_of_engines() -> None:
    assert declared() == {(metric.name, metric.kind, metric.label_names) for metric in ENGINE.metrics}


def test_round_trips_have_the_bound_of_the_service_level_objective() -> None:
    assert 0.05 in ROUNDTRIP_BUCKETS
    metrics = EngineMetrics()

    metrics.order_roundtrip.labels("alpha", "ioc", "acked").observe(0.003)

    buckets = {
        sample.labels["le"]: sample.value
        for sample in families(metrics)["hft_order_roundtrip_seconds"].samples
        if sample.name.endswith("_bucket")
    }
    assert buckets == {
        "0.0001": 0, "0.00025": 0, "0.0005": 0, "0.001": 0, "0.0025": 0, "0.005": 1, "0.01": 1, "0.025": 1, "0.05": 1,
        "0.1": 1, "0.25": 1, "0.5": 1, "1.0": 1, "2.5": 1, "+Inf": 1,
    }  # fmt: skip


def test_sizes_double_from_10_to_5120_dollars() -> None:
    assert SIZE_USD_BUCKETS == (10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120)


def test_the_trading_state_is_one_hot() -> None:
    metrics = EngineMetrics()

    metrics.set_trading_state("active")
    metrics.set_trading_state("reducing")

    samples = families(metrics)["hft_trading_state"].samples
    assert {sample.labels["state"]: sample.value for sample in samples} == {"active": 0, "reducing": 1, "halted": 0}


def test_rare_events_have_a_series_before_the_first_of_them() -> None:
    metrics = EngineMetrics()
    assert families(metrics)["hft_marketdata_gap"].samples == []
    metrics.start_at_zero(["alpha"], ["BTC-USD", "ETH-USD"])

    found = families(metrics)
    gaps = [s for s in found["hft_marketdata_gap"].samples if s.name == "hft_marketdata_gap_total"]
    assert [(s.labels, s.value) for s in gaps] == [
        ({"venue": "alpha", "symbol": "BTC-USD"}, 0.0),
        ({"venue": "alpha", "symbol": "ETH-USD"}, 0.0),
    ]
    for name in ("marketdata_seq_reset", "marketdata_latency_negative", "venue_reconnects", "venue_429", "venue_ban"):
        assert {s.value for s in found[f"hft_{name}"].samples if s.name.endswith("_total")} == {0.0}
