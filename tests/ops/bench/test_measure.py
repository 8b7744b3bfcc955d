import json
from pathlib import Path

from ops.bench.measure import DATABASE, STACK, Measure, page, part, write

MET = Measure("a ÷ b", 1.2345, 2.0, "Median of 3 pairs.")
MISSED = Measure("c, seconds", 9.5, 8.0, "Median of 3 runs.")
MORE = Measure("d ÷ e", 0.9, 0.85, "", at_least=True, spread=(0.8, 0.954))


def test_a_figure_is_met_up_to_its_goal() -> None:
    assert (MET.passed, MISSED.passed) == (True, False)
    assert Measure("d", 2.0, 2.0, "").passed


def test_a_figure_of_which_more_is_better_is_met_from_its_goal_on() -> None:
    assert (MORE.passed, Measure("d", 0.849, 0.85, "", at_least=True).passed) == (True, False)
    assert Measure("d", 0.85, 0.85, "", at_least=True).passed


def test_a_row_says_whether_the_goal_is_met() -> None:
    assert MET.row() == ("a ÷ b", "1.23", "≤ 2", "yes")
    assert MISSED.row() == ("c, seconds", "9.50", "≤ 8", "no")
    assert MORE.row() == ("d ÷ e", "0.90 (0.80 to 0.95)", "≥ 0.85", "yes")


def test_a_part_has_the_table_the_remarks_and_the_methods() -> None:
    found = part(STACK, [MET, MISSED], "2 CPUs", "\nA remark.\n")

    assert found.startswith(
        "<!-- stack -->\n## What a stack costs\nWritten by `make bench` on a machine with 2 CPUs. Absolute"
    )
    assert found.endswith(
        "| a ÷ b | 1.23 | ≤ 2 | yes |\n| c, seconds | 9.50 | ≤ 8 | no |\n\nA remark.\n"
        "\n### a ÷ b\nMedian of 3 pairs.\n\n### c, seconds\nMedian of 3 runs.\n<!-- end of stack -->\n"
    )


def test_a_suite_changes_no_other_part_of_the_page() -> None:
    first, second, third = (part(suite, [MET], "2 CPUs") for suite in (STACK, DATABASE, STACK))
    other = part(STACK, [MISSED], r"\1 CPUs")
    both = page(page("", STACK, first), DATABASE, second)

    assert both == f"# Benchmarks\n\n{first}\n{second}"
    assert page(both, STACK, other) == f"# Benchmarks\n\n{other}\n{second}"
    assert page(page(both, STACK, other), STACK, third) == both


def test_both_files_are_written(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    write(STACK, [MET], "2 CPUs", tmp_path)
    write(DATABASE, [MORE], "2 CPUs", tmp_path)
    write(STACK, [MISSED], "3 CPUs", tmp_path)

    more = {"measure": "d ÷ e", "value": 0.9, "goal": 0.85, "passed": True, "at_least": True, "suite": "database"}
    missed = {"measure": "c, seconds", "value": 9.5, "goal": 8, "passed": False, "at_least": False, "suite": "stack"}
    stack, database = part(STACK, [MISSED], "3 CPUs"), part(DATABASE, [MORE], "2 CPUs")
    assert json.loads((tmp_path / "build" / "bench.json").read_text()) == [more, missed]
    assert (tmp_path / "docs" / "benchmarks.md").read_text() == f"# Benchmarks\n\n{stack}\n{database}"
