from ops.bench.db import Sizes
from ops.bench.db.boundary import judged, near
from ops.bench.db.pgbench import Transaction

SECOND = 1_000_000
SIZES = Sizes(ticks=10_000, rounds=3, seconds=1)


def transaction(began_us: int, ended_us: int) -> Transaction:
    return Transaction(0, ended_us - began_us, ended_us)


def test_inserts_from_a_boundary_to_the_end_of_its_window_count() -> None:
    at_once, at_the_end = (
        transaction(5 * SECOND, 5 * SECOND + 300),
        transaction(5 * SECOND + 100_000, 5 * SECOND + 100_200),
    )

    assert near([at_the_end, at_once]) == [200, 300]


def test_inserts_that_were_under_way_at_a_boundary_count() -> None:
    assert near([transaction(5 * SECOND - 700, 5 * SECOND + 1)]) == [701]
    assert near([transaction(3 * SECOND + 500_000, 5 * SECOND + 900_000)]) == [2_400_000]


def test_inserts_between_boundaries_do_not_count() -> None:
    before, after = (
        transaction(5 * SECOND - 700, 5 * SECOND - 1),
        transaction(5 * SECOND + 100_001, 5 * SECOND + 100_200),
    )

    assert near([before, after]) == []


def test_the_ratio_is_that_of_each_rounds_slowest_thousandth() -> None:
    quick, slow = [1000] * 998 + [2000, 9000], [1000] * 998 + [8000, 9000]
    found = judged({"ahead": [quick, quick, slow], "late": [slow, slow, slow]}, SIZES)

    label = "insert at a chunk's boundary, chunks made ahead ÷ made then, p99.9"
    assert found.row() == (label, "0.25 (0.25 to 1.00)", "≤ 1", "yes")
    assert "Counted: the 3,000 and 3,000 inserts" in found.method
    assert "p99.9 8.0 ms and 8.0 ms, p99 1.0 ms and 1.0 ms." in found.method
