import asyncio

import pytest
from prometheus_client import generate_latest

from workloads.contract import Label, Metric
from workloads.instruments import Instruments
from workloads.metrics import EngineMetrics

SIDE = Label(name="side", values=("buy", "sell"))
ORDERS = Metric(name="hft_x_total", kind="counter", help="Orders.", labels=(SIDE,))
AGE = Metric(name="hft_y_seconds", kind="gauge", help="Age.", unit="seconds")
TIME = Metric(name="hft_z_seconds", kind="histogram", help="Time.", unit="seconds", buckets=(0.05, 1.0))


async def test_each_kind_is_exposed_as_the_contract_names_it() -> None:
    instruments = Instruments()

    instruments.counter(ORDERS).labels("buy").inc(2)
    instruments.gauge(AGE).set(3)
    instruments.histogram(TIME).observe(0.5)

    assert (await instruments.exposition()).decode() == (
        "# HELP hft_x_total Orders.\n# TYPE hft_x_total counter\n"
        'hft_x_total{side="buy"} 2.0\n'
        "# HELP hft_y_seconds Age.\n# TYPE hft_y_seconds gauge\n"
        "hft_y_seconds 3.0\n"
        "# HELP hft_z_seconds Time.\n# TYPE hft_z_seconds histogram\n"
        'hft_z_seconds_bucket{le="0.05"} 0.0\nhft_z_seconds_bucket{le="1.0"} 1.0\nhft_z_seconds_bucket{le="+Inf"} 1.0\n'
        "hft_z_seconds_count 1.0\nhft_z_seconds_sum 0.5\n"
    )


async def test_others_run_between_two_metrics_of_a_page() -> None:
    instruments, ran = EngineMetrics(), 0

    async def order() -> None:
        nonlocal ran
        while True:
            ran += 1
            await asyncio.sleep(0)

    trading = asyncio.create_task(order())
    page = await instruments.exposition()
    trading.cancel()

    assert page == generate_latest(instruments.registry)
    assert ran >= page.count(b"# TYPE ")


def test_a_metric_of_another_kind_is_refused() -> None:
    instruments = Instruments()

    with pytest.raises(ValueError, match=r"^metric hft_x_total: is a counter, not a gauge$"):
        instruments.gauge(ORDERS)
    with pytest.raises(ValueError, match=r"^metric hft_y_seconds: is a gauge, not a counter$"):
        instruments.counter(AGE)
    with pytest.raises(ValueError, match=r"^metric hft_y_seconds: is a gauge, not a histogram$"):
        instruments.histogram(AGE)
