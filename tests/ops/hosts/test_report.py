"""What people read, and what programs read."""

import json

from ops.hosts import report
from ops.hosts.result import Result, State
from tests.ops.hosts.examples import judged
from tests.ops.test_screen import screen


def result(host: str, state: State, fix: str = "swapoff -a") -> Result:
    return Result(host, "no-swap", "L06", state, "/dev/sda2", "no swap", "it is slow", "CIS 5.11", fix)


def test_people_get_a_table_remedies_and_counts() -> None:
    shown, text = screen()
    report.show([result("alpha", "fail"), result("beta", "warn"), result("gamma", "pass")], shown)

    assert text().splitlines() == [
        "host   state  rule  check    found      wanted",
        "alpha  fail   L06   no-swap  /dev/sda2  no swap",
        "beta   warn   L06   no-swap  /dev/sda2  no swap",
        "gamma  pass   L06   no-swap  /dev/sda2  no swap",
        "  no-swap (alpha, beta): it is slow [CIS 5.11]: swapoff -a",
        "1 fail, 1 warn, 0 unknown, 1 pass",
    ]


def test_hosts_that_did_not_answer_leave_no_table() -> None:
    shown, text = screen()
    report.show([], shown)
    assert text() == ""


def test_a_remedy_that_differs_is_told_for_each_host() -> None:
    assert report.remedies([result("alpha", "fail"), result("beta", "fail", "swapoff /dev/sda2")]) == [
        "no-swap (alpha): it is slow [CIS 5.11]: swapoff -a",
        "no-swap (beta): it is slow [CIS 5.11]: swapoff /dev/sda2",
    ]


def test_programs_get_every_field() -> None:
    assert json.loads(report.as_json([result("alpha", "fail")])) == [
        {
            "host": "alpha",
            "check": "no-swap",
            "rule": "L06",
            "state": "fail",
            "found": "/dev/sda2",
            "wanted": "no swap",
            "why": "it is slow",
            "source": "CIS 5.11",
            "fix": "swapoff -a",
        }
    ]
    assert len(json.loads(report.as_json(judged()))) == len(judged())


def test_only_failures_end_the_command() -> None:
    assert report.failures([result("alpha", "warn"), result("alpha", "unknown"), result("alpha", "pass")]) == ()
    assert report.failures([result("alpha", "fail"), result("beta", "fail"), result("beta", "fail")]) == (
        "3 checks of hosts failed (alpha, beta): do what is said of each, see docs/guides/hosts.md",
    )
