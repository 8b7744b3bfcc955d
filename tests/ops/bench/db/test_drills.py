import ast
import json
from pathlib import Path
from typing import Any

import pytest

from ops.bench.db.drills import FOUND, GAPS, measures, read

ROOT = Path(__file__).parents[4]
KILLED = "given_load_when_postgres_is_killed_then_writes_go_on"


def entry(drill: str, gap_seconds: float, lost: int = 0) -> dict[str, Any]:
    return {"drill": drill, "gap_seconds": gap_seconds, "acked": 100, "lost": lost, "passed": True}


def test_a_drill_with_a_goal_is_judged_by_its_median() -> None:
    found = [each.row() for each in measures([entry(KILLED, 1.0), entry(KILLED, 3.5), entry(KILLED, 1.9)])]

    assert found == [
        ("writes stop, kill -9 of postgres, seconds", "1.90 (1.00 to 3.50)", "≤ 2", "yes"),
        ("acknowledged rows lost, all drills", "0.00", "≤ 0", "yes"),
    ]


def test_one_row_lost_in_any_drill_is_one_too_many() -> None:
    *_, lost = measures([entry("given_something_else", 1.0, lost=1), entry(KILLED, 1.0)])

    assert lost.row() == ("acknowledged rows lost, all drills", "1.00", "≤ 0", "no")


def test_drills_that_have_not_run_are_no_figures(tmp_path: Path) -> None:
    assert list(measures(read(tmp_path))) == []


def test_the_drills_file_is_read(tmp_path: Path) -> None:
    (tmp_path / FOUND).parent.mkdir()
    (tmp_path / FOUND).write_text(json.dumps([entry(KILLED, 1.0)]))

    assert read(tmp_path) == [entry(KILLED, 1.0)]


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.name)
def test_each_goal_is_that_of_one_drill(gap: Any) -> None:
    modules = [ast.parse(path.read_text()) for path in (ROOT / "tests" / "drills").glob("test_*.py")]
    names = [node.name for module in modules for node in module.body if isinstance(node, ast.FunctionDef)]

    assert len([name for name in names if gap.drill in name]) == 1
