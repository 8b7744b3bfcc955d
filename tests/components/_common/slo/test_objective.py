from typing import Any

import pytest

from components._common.slo import Objective, Time, slower_than
from workloads.contract.engine import ORDER_ROUNDTRIP, ORDERS


def objective(**changes: Any) -> Objective:
    given: dict[str, Any] = {"name": "x", "target": 0.999, "indicator": Time(bad="a"), "owner": "trading", "alerts": ()}
    return Objective(**{**given, **changes})


@pytest.mark.parametrize(("target", "budget"), [(0.999, 0.001), (0.99, 0.01), (0.9995, 0.0005)])
def test_the_budget_is_what_the_target_leaves(target: float, budget: float) -> None:
    assert objective(target=target).budget == budget


@pytest.mark.parametrize("target", [0, 1, -0.1, 99.9])
def test_a_target_outside_of_0_and_1_is_refused(target: float) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
        objective(target=target)

    assert str(refused.value) == (f"objective x: target={target:g} is not between 0 and 1; give a share such as 0.999")


def test_slow_events_are_all_less_those_within_the_bound() -> None:
    assert slower_than(ORDER_ROUNDTRIP, 0.05, by="venue", window="1m") == (
        "sum by (venue) (rate(hft_order_roundtrip_seconds_count[1m]))"
        ' - sum by (venue) (rate(hft_order_roundtrip_seconds_bucket{le="0.05"}[1m]))'
    )


def test_a_bound_that_is_no_bucket_is_refused() -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
        slower_than(ORDER_ROUNDTRIP, 0.06, by="venue", window="1m")

    assert str(refused.value) == (
        "metric hft_order_roundtrip_seconds: 0.06 s is none of its buckets; take one of "
        "0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5"
    )
    with pytest.raises(ValueError, match=r"^metric hft_orders_total: 0\.05 s is none of its buckets"):
        slower_than(ORDERS, 0.05, by="event", window="1m")
