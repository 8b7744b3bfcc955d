from ops.bench.db import Sizes
from ops.bench.db.queries import OWN, PACES, QUESTIONS, latency, measures, ratio
from ops.bench.db.rounds import Figures

SIZES = Sizes(ticks=1000, rounds=3, seconds=1)


def figures(*p99_ms: float) -> Figures:
    return Figures(p50_ms=p99_ms, p99_ms=p99_ms, rates=(10.0,) * len(p99_ms), curve_ms={})


def test_on_a_quick_machine_an_answer_has_a_bound_in_ms() -> None:
    found = latency("latest tick", PACES[0], figures(0.7, 0.9, 1.2), figures(0.4, 0.49, 0.6), SIZES)

    assert found.row() == (
        "latest tick, 2,000 a second, through the stack, p99 in ms",
        "0.90 (0.70 to 1.20)",
        "≤ 1",
        "yes",
    )


def test_on_another_machine_its_own_select_1_is_the_measure() -> None:
    found = latency("latest tick", PACES[0], figures(3.0, 2.0, 1.5), figures(1.0, 0.5, 0.5), SIZES)

    label = "latest tick, 2,000 a second, through the stack ÷ the machine's own SELECT 1, p99"
    assert found.row() == (label, "3.00 (3.00 to 4.00)", "≤ 2", "no")


def test_the_stack_is_compared_with_postgresql_itself() -> None:
    found = ratio("order by id", PACES[1], figures(1.4, 3.0, 1.0), figures(1.0, 2.0, 1.0))

    label = "order by id, at full speed, through the stack ÷ straight to PostgreSQL, p99"
    assert found.row() == (label, "1.40 (1.00 to 1.50)", "≤ 1.5", "yes")


def test_every_question_has_its_figures_at_every_pace() -> None:
    quick = {OWN: figures(0.4)} | {
        f"{each}, {way}": figures(0.4) for each in QUESTIONS for way in ("through", "straight")
    }
    found = [each.measure for each in measures(dict.fromkeys(PACES, quick), SIZES)]

    assert found == [
        f"{question}, {pace.name}, {rest}"
        for pace in PACES
        for question in ("latest tick", "order by id")
        for rest in ("through the stack, p99 in ms", "through the stack ÷ straight to PostgreSQL, p99")
    ]
