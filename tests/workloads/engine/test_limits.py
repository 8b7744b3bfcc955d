"""What venues tell of their limits."""

from workloads.engine.limits import VenueLimits

SECOND = 1_000_000_000


def test_the_latest_that_each_venue_has_told_counts() -> None:
    limits = VenueLimits()
    limits.told("alpha", [("orders_10s", 10, 90, 100), ("orders_1d", 86_400, 90, 200_000)], 0)
    limits.told("alpha", [("orders_10s", 10, 50, 100)], SECOND)
    limits.told("beta", [("orders_10s", 10, 1, 100)], SECOND)

    assert list(limits.ratios(2 * SECOND)) == [("alpha", "orders_10s", 0.5), ("beta", "orders_10s", 0.01)]


def test_a_count_is_of_no_use_once_its_window_is_over() -> None:
    limits = VenueLimits()
    limits.told("alpha", [("orders_10s", 10, 90, 100)], SECOND)

    assert list(limits.ratios(11 * SECOND - 1)) == [("alpha", "orders_10s", 0.9)]
    assert list(limits.ratios(11 * SECOND)) == [("alpha", "orders_10s", 0.0)]


def test_a_venue_that_tells_nothing_has_no_ratio() -> None:
    assert list(VenueLimits().ratios(SECOND)) == []
