import pytest

from ops.bench.monitoring.paging.measure import paged, percentile


@pytest.mark.parametrize(
    ("took", "found"),
    [([3.0], 3.0), ([2.0, 4.0, 1.0], 4.0), ([float(each) for each in range(1, 21)], 19.0), ([1.0] * 19 + [9.0], 1.0)],
)
def test_the_percentile_is_a_value_that_was_measured(took: list[float], found: float) -> None:
    assert percentile(took) == found


def test_the_pager_becomes_the_receiver_and_the_rest_stays() -> None:
    settings = {"monitoring": {"hosts": ["local"], "receivers": [{"name": "desk"}]}, "hosts": []}

    assert paged(settings) == {
        "monitoring": {
            "hosts": ["local"],
            "receivers": [{"name": "bench", "gets": ["page", "ticket"], "webhook": {"url": "http://127.0.0.1:17095/"}}],
        },
        "hosts": [],
    }
    assert settings["monitoring"] == {"hosts": ["local"], "receivers": [{"name": "desk"}]}
