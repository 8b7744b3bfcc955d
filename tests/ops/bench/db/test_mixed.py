from ops.bench.db import Sizes
from ops.bench.db.mixed import judged
from ops.bench.db.rounds import Figures

SIZES = Sizes(ticks=10_000, rounds=3, seconds=10)


def test_tuned_is_compared_with_stock_round_by_round() -> None:
    tuned = Figures(p50_ms=(1, 1, 1), p99_ms=(6, 7, 8), rates=(1500, 1700, 1600), curve_ms={})
    stock = Figures(p50_ms=(1, 1, 1), p99_ms=(10, 10, 16), rates=(1000, 1000, 1000), curve_ms={})
    rate, p99 = judged(tuned, stock, SIZES)

    name = "ingest and questions, tuned ÷ stock PostgreSQL"
    assert rate.row() == (f"{name}, transactions a second", "1.60 (1.50 to 1.70)", "≥ 1.5", "yes")
    assert p99.row() == (f"{name}, p99", "0.60 (0.50 to 0.70)", "≤ 0.7", "yes")
    assert "insert 1,800 times 50 ticks each, 8 as\nhft_writer with 7,200 transactions each" in rate.method
    assert "tick. Tuned: the stack's node and roles (1,600 transactions a second, p99 7.0 ms)" in rate.method
    assert "(1,000 a second, p99 10.0 ms)" in rate.method
