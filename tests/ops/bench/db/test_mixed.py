from ops.bench.db import Sizes
from ops.bench.db.mixed import Crowd, crowds, judged
from ops.bench.db.rounds import Figures

SIZES = Sizes(ticks=10_000, rounds=3, seconds=10)


def test_tuned_is_compared_with_stock_round_by_round() -> None:
    tuned = Figures(p50_ms=(1, 1, 1), p99_ms=(6, 7, 8), rates=(1500, 1700, 1600), curve_ms={})
    stock = Figures(p50_ms=(1, 1, 1), p99_ms=(10, 10, 16), rates=(1000, 1000, 1000), curve_ms={})
    rate, p99 = judged(tuned, stock, SIZES, Crowd(4, "ingest and questions"))

    name = "ingest and questions, tuned ÷ stock PostgreSQL"
    assert rate.row() == (f"{name}, transactions a second", "1.60 (1.50 to 1.70)", "≥ 1.5", "yes")
    assert p99.row() == (f"{name}, p99", "0.60 (0.50 to 0.70)", "≤ 0.7", "yes")
    assert "4 clients as hft_ticks with 3,600 inserts of 50 ticks each, 4 clients as hft_writer" in rate.method
    assert "with 14,400 transactions each" in rate.method
    assert "Tuned: the stack's node and roles (1,600 transactions a second, p99 7.0 ms)" in rate.method
    assert "(1,000 a second, p99 10.0 ms)" in rate.method


def test_one_crowd_is_as_large_as_the_machine_and_one_is_sixteen() -> None:
    assert [each.clients for each in crowds(12)] == [6, 8]
    assert [each.clients for each in crowds(1)] == [1, 8]


def test_a_crowd_does_the_same_work_whatever_its_size() -> None:
    few, many = crowds(4)

    assert few.clients * few.batches(30) == many.clients * many.batches(30) == 14_400
    assert few.clients * few.questions(30) == many.clients * many.questions(30) == 57_600
