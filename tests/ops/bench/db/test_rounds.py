from ops.bench.db.pgbench import Run, Transaction
from ops.bench.db.rounds import SHARES, Figures, Middle, in_turn


def test_loads_go_in_turn_and_the_first_short_one_does_not_count() -> None:
    calls: list[tuple[str, int]] = []

    def load(name: str, us: int, seconds: int) -> Run:
        calls.append((name, seconds))
        return Run(seconds, [Transaction(0, us, 0), Transaction(0, us * 2, 0)])

    found = in_turn({"a": lambda s: load("a", 1000, s), "b": lambda s: load("b", 500, s)}, rounds=2, seconds=4)

    assert calls == [("a", 5), ("b", 5), ("a", 4), ("b", 4), ("a", 4), ("b", 4)]
    assert found == {
        "a": Figures(
            p50_ms=(1.0, 1.0), p99_ms=(2.0, 2.0), rates=(0.5, 0.5), curve_ms=dict.fromkeys(SHARES, 2.0) | {0.5: 1.0}
        ),
        "b": Figures(
            p50_ms=(0.5, 0.5), p99_ms=(1.0, 1.0), rates=(0.5, 0.5), curve_ms=dict.fromkeys(SHARES, 1.0) | {0.5: 0.5}
        ),
    }


def test_a_median_has_the_least_and_the_most_beside_it() -> None:
    assert Middle.of([3.0, 1.0, 2.0]) == Middle(2.0, (1.0, 3.0))


def test_a_ratio_is_that_of_each_round() -> None:
    # The ratio of the medians would be 1.5.
    assert Middle.ratio([2.0, 3.0, 90.0], [1.0, 2.0, 30.0]) == Middle(2.0, (1.5, 3.0))
