import json
from pathlib import Path
from typing import Any

from ops.bench.db.peers import FAULTS, FOUND, read, table


def entry(peer: str, fault: str, gap_seconds: float, lost: int = 0) -> dict[str, Any]:
    return {"peer": peer, "fault": fault, "gap_seconds": gap_seconds, "acked": 100, "lost": lost, "errors": 2}


def test_each_peer_is_a_row_with_the_median_of_each_fault_and_all_that_it_lost() -> None:
    ours = [entry("ours", fault, seconds) for fault in FAULTS for seconds in (1.0, 3.0, 2.0)]
    theirs = [entry("theirs", fault, seconds, lost=1) for fault in FAULTS for seconds in (10.0, 30.0, 20.0)]

    found = table([*ours, *theirs])

    assert "of 3 times each" in found
    assert found.splitlines()[-4:] == [
        "| settings of | kill -9 of postgres | host of the primary unplugged | planned switchover | rows lost |"
        " errors at the client |",
        "|---|---|---|---|---|---|",
        "| ours | 2.0 (1.0 to 3.0) | 2.0 (1.0 to 3.0) | 2.0 (1.0 to 3.0) | 0 | 18 |",
        "| theirs | 20.0 (10.0 to 30.0) | 20.0 (10.0 to 30.0) | 20.0 (10.0 to 30.0) | 9 | 18 |",
    ]


def test_without_a_run_there_is_no_table(tmp_path: Path) -> None:
    assert table(read(tmp_path)) == ""


def test_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / FOUND).parent.mkdir()
    (tmp_path / FOUND).write_text(json.dumps([entry("ours", "killed", 1.0)]))

    assert read(tmp_path) == [entry("ours", "killed", 1.0)]
