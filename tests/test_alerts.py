"""What every alert has: who is told and how, what to do, a runbook, and tests that fire and that do not."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components._common.owner import OWNERS
from components._common.rule_lint import dashboard_faults, records_of, rule_faults
from tests.rules import COMPONENTS, RuleFile, alert_rules, rule_files

ROOT = Path(__file__).parents[1]
SEVERITIES = {"page", "ticket", "heartbeat"}
ALWAYS_FIRING = {"DeadManSwitch"}
"""A heartbeat has no silent case: its silence is the alarm."""
FILES = rule_files()
TEXTS = {f"{file.area}/{file.name}": file.text for file in FILES}
WRITTEN = [file for file in FILES if file.name == "alerts.yaml"]
"""Those with comments; the rendered ones have their reasons beside the code that makes them."""
DASHBOARDS = sorted((ROOT / "tests/golden").glob("*/dashboards/*.json"))
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")
_FLAG = re.compile(r"[=!]= *[01]\b(?!\.)")
_NUMBER = re.compile(r"(?<![\w:.])\.?\d[\w.]*")
_BEGINNING = re.compile(r" *- (?:alert|name|record): *(\w+)")


def missing(alert: str, rule: dict[str, Any]) -> list[str]:
    """What an alert's rule lacks."""
    labels, notes = rule.get("labels", {}), rule.get("annotations", {})
    checks = {
        "severity": labels.get("severity") in SEVERITIES,
        "owner": labels.get("owner") in OWNERS,
        "summary": bool(notes.get("summary")),
        "action": bool(notes.get("action")),
        "runbook": notes.get("runbook") == f"docs/runbooks/{alert}.md",
    }
    return [what for what, there in checks.items() if not there]


def untested(file: RuleFile) -> list[str]:
    """Alerts of a file without a case in which they fire, or one in which they do not."""
    fires = {alert for alert, expected in file.expected() if expected}
    silent = {alert for alert, expected in file.expected() if not expected} | ALWAYS_FIRING
    names = [rule["alert"] for rule in file.alerts()]
    return [
        *(f"{name} never fires in {file.tests.name}" for name in names if name not in fires),
        *(f"{name} is never silent in {file.tests.name}" for name in names if name not in silent),
    ]


def numbers(rule: dict[str, Any]) -> list[str]:
    """The numbers by which an alert fires, without those that only ask whether a flag is set."""
    expression = _FLAG.sub("", _TEXT.sub("", rule["expr"]))
    return [*_NUMBER.findall(expression), *(rule[key] for key in ("for", "keep_firing_for") if key in rule)]


def unexplained(text: str) -> list[str]:
    """Alerts of a rule file with such numbers, and with no comment in the rule or directly above it."""
    explained, name, comment = set(), "", False
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            comment = True
            continue
        if beginning := _BEGINNING.match(line):
            name = beginning[1]
        if comment and line.strip():
            explained.add(name)
        comment = False
    rules = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"] if "alert" in rule]
    return [rule["alert"] for rule in rules if numbers(rule) and rule["alert"] not in explained]


@pytest.mark.parametrize(("alert", "rule"), alert_rules().items())
def test_an_alert_says_who_is_told_how_and_what_to_do(alert: str, rule: dict[str, Any]) -> None:
    assert missing(alert, rule) == []


def test_what_an_alert_lacks_would_be_seen() -> None:
    assert missing("A", {}) == ["severity", "owner", "summary", "action", "runbook"]
    assert missing(
        "A",
        {
            "labels": {"severity": "critical", "owner": "nobody"},
            "annotations": {"summary": "s", "action": "a", "runbook": "docs/runbooks/B.md"},
        },
    ) == ["severity", "owner", "runbook"]


def test_an_alert_has_one_name() -> None:
    names = [rule["alert"] for file in FILES for rule in file.alerts()]

    assert sorted(names) == sorted(alert_rules())


@pytest.mark.parametrize("alert", alert_rules())
def test_every_alert_has_a_runbook(alert: str) -> None:
    assert (ROOT / f"docs/runbooks/{alert}.md").is_file()


def test_there_is_no_runbook_without_an_alert() -> None:
    pages = {path.stem for path in (ROOT / "docs/runbooks").iterdir()} - {"README"}

    assert pages - alert_rules().keys() == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.area}-{file.name}")
def test_every_alert_is_tested_by_promtool_firing_and_silent(file: RuleFile) -> None:
    assert untested(file) == []


def test_an_alert_without_a_firing_or_a_silent_case_would_be_seen(tmp_path: Path) -> None:
    tests = tmp_path / "alerts_test.yaml"
    text = "groups: [{name: g, rules: [{alert: A, expr: up}, {alert: B, expr: up}, {alert: C, expr: up}]}]"
    tests.write_text(
        "tests:\n"
        "  - alert_rule_test: [{eval_time: 1m, alertname: A, exp_alerts: [{}]}]\n"
        "  - alert_rule_test: [{eval_time: 1m, alertname: B, exp_alerts: []}]\n"
    )

    assert untested(RuleFile("area", "alerts.yaml", text, tests)) == [
        "B never fires in alerts_test.yaml",
        "C never fires in alerts_test.yaml",
        "A is never silent in alerts_test.yaml",
        "C is never silent in alerts_test.yaml",
    ]


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: f"{file.area}-{file.name}")
def test_the_numbers_of_an_alert_have_a_comment_that_says_why(file: RuleFile) -> None:
    assert unexplained(file.text) == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ({"expr": "up == 0"}, []),
        ({"expr": 'up{job!="a9"} != 1 or on () x2:y_3 == 0'}, []),
        ({"expr": "up == 0", "for": "15s"}, ["15s"]),
        ({"expr": "up == 0", "keep_firing_for": "1m"}, ["1m"]),
        ({"expr": "up == 10 or up == 1.5 or up > 1"}, ["10", "1.5", "1"]),
        ({"expr": 'rate(a_4xx{le="0.05"}[5m]) > .1'}, ["5m", ".1"]),
        ({"expr": "a - a offset 10s > 2 * b"}, ["10s", "2"]),
        ({"expr": "a > b"}, []),
    ],
)
def test_numbers_by_which_an_alert_fires(rule: dict[str, Any], found: list[str]) -> None:
    assert numbers(rule) == found


def test_an_alert_whose_number_nobody_explains_would_be_seen() -> None:
    text = """\
# Of the file.
groups:
  # Of the group.
  - name: g
    rules:
      - alert: Flag
        expr: up == 0
      - alert: Bound
        expr: x > 5
      - alert: Inside
        # Why.
        expr: x > 5
      - alert: Wait
        expr: up == 0
        for: 1m
      # Why.
      - alert: Below
        expr: x > 5
      # Directly above nothing.

      - alert: Blank
        expr: x > 5
        annotations: {summary: "# 5"}
      - record: r
        # Why.
        expr: 5 * x
      - alert: Last
        expr: x > 5
        # Of no line that follows.
"""

    assert unexplained(text) == ["Bound", "Wait", "Blank", "Last"]


def test_every_folder_with_alerts_is_known_here() -> None:
    assert {path.parent.name for path in COMPONENTS.glob("*/*_test.yaml")} == {file.area for file in FILES}


def test_rules_name_what_the_programs_export() -> None:
    assert rule_faults(TEXTS) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.area}-{file.name}")
def test_tests_of_rules_make_up_series_that_there_could_be(file: RuleFile) -> None:
    groups = "\n".join(f"  - {{record: 'a:{at}', expr: '{series}'}}" for at, series in enumerate(file.series()))

    assert rule_faults({file.tests.name: f"groups:\n- rules:\n{groups}"}) == []


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_dashboards_ask_for_what_the_programs_export(path: Path) -> None:
    assert dashboard_faults(path.stem, path.read_text(), records_of(TEXTS)) == []
