from typing import Any

import pytest

from workloads.contract import Label, Metric

VENUE = Label(name="venue", others=16, bound="the venues of the stack")
SIDE = Label(name="side", values=("buy", "sell"))
HISTOGRAM: dict[str, Any] = {
    "name": "hft_x_seconds", "kind": "histogram", "help": "Time.", "unit": "seconds", "buckets": (0.05, 1.0),
}  # fmt: skip


def test_a_histogram_has_a_series_per_bucket_sum_and_count() -> None:
    metric = Metric(**HISTOGRAM, labels=(SIDE,))

    assert metric.series() == {
        "hft_x_seconds_bucket": (SIDE, Label(name="le", values=("0.05", "1.0", "+Inf"))),
        "hft_x_seconds_sum": (SIDE,),
        "hft_x_seconds_count": (SIDE,),
    }
    assert metric.most_series == 2 * (2 + 3)


def test_what_is_no_histogram_has_the_series_of_its_name() -> None:
    metric = Metric(name="hft_x_total", kind="counter", help="Things.", labels=(VENUE, SIDE))

    assert metric.series() == {"hft_x_total": (VENUE, SIDE)}
    assert (metric.label_names, metric.most_series, metric.unit) == (("venue", "side"), 32, "number")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "Hft_x_seconds"}, "metric Hft_x_seconds: is no name of the contract: hft_ and lower case words"),
        ({"name": "pg_x_seconds"}, "metric pg_x_seconds: is no name of the contract: hft_ and lower case words"),
        ({"name": "hft_x"}, "metric hft_x: unit seconds and the end of the name do not agree"),
        ({"unit": "number"}, "metric hft_x_seconds: unit number and the end of the name do not agree"),
        ({"name": "hft_x_seconds_total"}, "metric hft_x_seconds_total: a counter, and nothing else, ends in _total"),
        ({"kind": "counter"}, "metric hft_x_seconds: a counter, and nothing else, ends in _total"),
        ({"help": "Time"}, "metric hft_x_seconds: its help is one sentence with a full stop"),
        ({"labels": (SIDE, SIDE)}, "metric hft_x_seconds: has a label twice"),
        ({"kind": "gauge"}, "metric hft_x_seconds: a histogram, and nothing else, has buckets"),
        ({"buckets": ()}, "metric hft_x_seconds: a histogram, and nothing else, has buckets"),
        ({"buckets": (1.0, 0.05)}, "metric hft_x_seconds: its buckets are not ascending"),
        ({"buckets": (0.05, 0.05)}, "metric hft_x_seconds: its buckets are not ascending"),
    ],
)
def test_what_does_not_go_together_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
        Metric(**{**HISTOGRAM, **change})

    assert str(refused.value) == message
