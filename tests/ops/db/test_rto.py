import json
import re
from pathlib import Path

import pytest

from ops.db import rto
from stacks.settings import StackSettings
from tests.drills import test_failover
from tests.stacks.conftest import config


def dev(**failover: object) -> StackSettings:
    found = config("dev")
    found["database"]["failover"] = failover
    return StackSettings.model_validate(found)


def wrote(root: Path, *gaps: float) -> None:
    (root / "build").mkdir(exist_ok=True)
    drill = "given_load_when_postgres_is_killed_then_writes_go_on"
    entries = [{"drill": drill, "gap_seconds": gap, "acked": 9, "lost": 0, "passed": True} for gap in gaps]
    (root / rto.DRILLS).write_text(json.dumps(entries))


def test_every_fault_has_its_bound_from_the_settings(tmp_path: Path) -> None:
    assert {(name, bound) for name, bound, _ in rto.rows(dev(), tmp_path)} == {
        ("PostgreSQL is killed", "8.8 s"),
        ("Patroni is killed", "24.3 s"),
        ("the primary's container is gone", "24.3 s"),
        ("the primary's container is frozen", "24.3 s"),
        ("the primary's host is gone", "31.3 s"),
        ("the primary's host is gone, with etcd's leader", "34.3 s"),
        ("a standby's host is gone", "1.0 s"),
    }


def test_nodes_on_several_hosts_have_witnesses_and_shorter_gaps(tmp_path: Path) -> None:
    prod = StackSettings.model_validate(config("prod"))

    assert {(name, bound) for name, bound, _ in rto.rows(prod, tmp_path)} == {
        ("PostgreSQL is killed", "8.8 s"),
        ("Patroni is killed", "8.8 s"),
        ("the primary's container is gone", "3.8 s"),
        ("the primary's container is frozen", "24.3 s"),
        ("the primary's host is gone", "3.8 s"),
        ("the primary's host is gone, with etcd's leader", "6.8 s"),
        ("a standby's host is gone", "1.0 s"),
    }


def test_another_timer_is_another_bound(tmp_path: Path) -> None:
    assert rto.rows(dev(loop_wait_seconds=2), tmp_path)[0] == ("PostgreSQL is killed", "10.8 s", "-")


@pytest.mark.parametrize(
    ("gaps", "shown"),
    [((), "-"), ((1.5,), "1.5 s (1 run)"), ((3.25, 1.5), "1.5 to 3.2 s (2 runs)"), ((1.5, 1.51), "1.5 s (2 runs)")],
)
def test_what_drills_measured_is_beside_it(tmp_path: Path, gaps: tuple[float, ...], shown: str) -> None:
    wrote(tmp_path, *gaps)

    assert rto.rows(dev(), tmp_path)[0][2] == shown


def test_a_reader_is_told_where_the_figures_come_from(tmp_path: Path) -> None:
    before = list(rto.notes(dev(), tmp_path))
    wrote(tmp_path, 1.5)
    after = list(rto.notes(dev(), tmp_path))

    assert before[0] == after[0] == "timers: profile fast; a machine that is out of breath adds to each bound"
    assert before[1] == "nothing measured here: `make drills` writes build/drills.json"
    assert after[1] == "measured: on three Docker hosts of one machine, with the profile fast; smallest to largest gap"


def test_every_fault_names_a_drill_that_is_there() -> None:
    drills = {name.removeprefix("test_") for name in vars(test_failover) if re.match("test_given", name)}

    assert {fault.drill for fault in rto.FAULTS} <= drills
