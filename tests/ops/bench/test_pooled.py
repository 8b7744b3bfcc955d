import pytest

from ops.bench.pooled import Ratio, p99, ratio_of_p99

STEADY = [float(number) for number in range(1, 1001)]


def test_a_percentile_is_of_all_halves_together() -> None:
    assert p99([STEADY[:500], STEADY[500:]]) == p99([STEADY]) == pytest.approx(990.99)


def test_halves_that_are_alike_leave_no_doubt() -> None:
    assert ratio_of_p99([([2 * each for each in STEADY], STEADY)] * 10) == Ratio(2.0, low=2.0, high=2.0)


def test_one_odd_pair_of_ten_is_in_the_bounds() -> None:
    odd = ([10 * each for each in STEADY], STEADY)

    found = ratio_of_p99([(STEADY, STEADY)] * 9 + [odd])

    assert found.low == 1.0
    assert found.value > 5
    assert found.high > found.value


def test_the_same_samples_give_the_same_bounds() -> None:
    pairs = [([*STEADY, 1e4 * number], STEADY) for number in range(10)]

    assert ratio_of_p99(pairs) == ratio_of_p99(pairs)
