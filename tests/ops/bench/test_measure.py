import json
from pathlib import Path

from ops.bench.measure import Measure, page, write

MET = Measure("a ÷ b", 1.2345, 2.0, "Median of 3 pairs.")
MISSED = Measure("c, seconds", 9.5, 8.0, "Median of 3 runs.")


def test_a_figure_is_met_up_to_its_goal() -> None:
    assert (MET.passed, MISSED.passed) == (True, False)
    assert Measure("d", 2.0, 2.0, "").passed


def test_a_row_says_whether_the_goal_is_met() -> None:
    assert MET.row() == ("a ÷ b", "1.23", "≤ 2", "yes")
    assert MISSED.row() == ("c, seconds", "9.50", "≤ 8", "no")


def test_the_page_has_the_table_and_the_methods() -> None:
    assert page([MET, MISSED], "2 CPUs").endswith(
        "| a ÷ b | 1.23 | ≤ 2 | yes |\n| c, seconds | 9.50 | ≤ 8 | no |\n"
        "\n## a ÷ b\nMedian of 3 pairs.\n\n## c, seconds\nMedian of 3 runs.\n"
    )
    assert "Written by `make bench` on a machine with 2 CPUs." in page([], "2 CPUs")


def test_both_files_are_written(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    write([MET, MISSED], "2 CPUs", tmp_path)

    assert json.loads((tmp_path / "build" / "bench.json").read_text()) == [
        {"measure": "a ÷ b", "value": 1.234, "goal": 2.0, "passed": True},
        {"measure": "c, seconds", "value": 9.5, "goal": 8.0, "passed": False},
    ]
    assert (tmp_path / "docs" / "benchmarks.md").read_text() == page([MET, MISSED], "2 CPUs")
