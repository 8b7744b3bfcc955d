from ops.bench.db import Sizes
from ops.bench.db.audit import judged
from ops.bench.db.rounds import Figures

SIZES = Sizes(ticks=10_000, rounds=3, seconds=10)


def test_audited_is_compared_with_not_audited_round_by_round() -> None:
    audited = Figures(p50_ms=(1, 1, 1), p99_ms=(3, 4, 5), rates=(990, 940, 900), curve_ms={})
    silent = Figures(p50_ms=(1, 1, 1), p99_ms=(2, 2, 2), rates=(1000, 1000, 1000), curve_ms={})
    found = judged(audited, silent, SIZES, 2)

    label = "orders written and asked for, audited ÷ not, transactions a second"
    assert found.row() == (label, "0.94 (0.90 to 0.99)", "≥ 0.95", "no")
    assert "3 rounds of 10 s, in turn, straight to the node as hft_writer, 2 clients\nat full speed" in found.method
    assert "As a stack has it:\n940 transactions a second, p99 4.00 ms." in found.method
    assert "to say nothing:\n1,000 a second, p99 2.00 ms." in found.method
