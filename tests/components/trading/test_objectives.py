"""The objectives of trading. When their alerts fire is in components/trading/objectives_test.yaml, run by promtool."""

import yaml

from components._common.slo import PAGE_RATES, TICKET_RATES
from components.trading.objectives import OBJECTIVES, ROUNDTRIP_SECONDS, objectives_yaml
from workloads.contract.engine import ORDER_ROUNDTRIP
from workloads.engine.settings import DatabaseSettings

EVERY_RATE = (*PAGE_RATES, *TICKET_RATES)


def test_these_are_promised() -> None:
    assert {each.name: each.target for each in OBJECTIVES} == {
        "trading-availability": 0.999,
        "order-roundtrip": 0.99,
        "venue-availability": 0.999,
        "venue-roundtrip": 0.99,
    }


def test_what_is_ours_pages_and_what_is_a_venues_does_not() -> None:
    found = {each.name: [(alert.severity, tuple(alert.rates)) for alert in each.alerts] for each in OBJECTIVES}

    ours, theirs = [("page", PAGE_RATES), ("ticket", TICKET_RATES)], [("ticket", EVERY_RATE)]
    assert found == {
        "trading-availability": ours,
        "order-roundtrip": ours,
        "venue-availability": theirs,
        "venue-roundtrip": theirs,
    }


def test_the_bound_of_50_ms_is_a_bucket_of_the_contract() -> None:
    assert ROUNDTRIP_SECONDS == 0.05
    assert ROUNDTRIP_SECONDS in ORDER_ROUNDTRIP.buckets


def test_an_engine_is_not_able_where_it_only_reduces_for_its_records() -> None:
    bound = DatabaseSettings.model_fields["order_record_bound_ms"].default / 1000

    assert f"hft_record_backlog_seconds > {bound:g})" in objectives_yaml()


def test_every_series_that_is_recorded_is_read() -> None:
    groups = yaml.safe_load(objectives_yaml())["groups"]
    recorded = {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}
    read = " ".join(rule["expr"] for group in groups for rule in group["rules"])

    assert {name for name in recorded if name not in read} == {"slo:budget_left:share"}
