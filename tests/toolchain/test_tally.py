"""Counts and reasons out of pytest's reports."""

from pathlib import Path

from toolchain.tally import Tally, read_report

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10">
  <testcase name="a"><skipped type="pytest.skip" message="no Docker">x</skipped></testcase>
  <testcase name="b"><skipped type="pytest.skip" message="no Docker">x</skipped></testcase>
  <testcase name="c"><skipped type="pytest.skip">x</skipped></testcase>
</testsuite></testsuites>
"""


def test_a_report_is_counted(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(REPORT)
    assert read_report(tmp_path / "r.xml") == Tally(4, 3, 3, ("no Docker", "no reason given"))


def test_a_run_that_left_no_report_failed(tmp_path: Path) -> None:
    assert read_report(tmp_path / "none.xml") == Tally(failed=1)


def test_tallies_add_up_and_keep_each_reason_once() -> None:
    assert Tally(1, 2, 3, ("a", "b")) + Tally(10, 20, 30, ("b", "c")) == Tally(11, 22, 33, ("a", "b", "c"))
