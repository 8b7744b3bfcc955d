"""The rules that follow from an objective. That Prometheus takes them and fires by them is for promtool to say."""

from typing import Any

import yaml

from components._common.slo import PAGE_RATES, BudgetAlert, BurnRate, Events, Objective, Time, rules

ALERT = BudgetAlert(name="Burning", severity="page", rates=PAGE_RATES[:1], summary="{{ $value }} is bad", action="Look")
TIME = Objective(name="up", target=0.999, indicator=Time(bad="a == bool 0"), owner="trading", alerts=(ALERT,))
EVENTS = Objective(
    name="fast",
    target=0.99,
    indicator=Events(bad="slow", total="all", fewest=100),
    owner="database",
    alerts=(BudgetAlert(name="B", severity="ticket", rates=(BurnRate(3, "1d", "2h"),), summary="s", action="a"),),
)


def groups(*objectives: Objective, parts: dict[str, str] | None = None) -> dict[str, list[dict[str, Any]]]:
    found = yaml.safe_load(rules(objectives, parts or {}))["groups"]
    return {f"{group['name']} {group['interval']}": group["rules"] for group in found}


def test_an_objective_of_time_is_measured_against_the_window() -> None:
    labels = {"slo": "up"}

    assert groups(TIME) == {
        "objectives 30s": [
            {"record": "slo:bad:rate", "expr": "a == bool 0", "labels": labels},
            {
                "record": "slo:bad_share:5m",
                "expr": 'clamp_max(sum_over_time(slo:bad:rate{slo="up"}[5m]) * 30 / 300, 1)',
                "labels": labels,
            },
            {
                "record": "slo:bad_share:1h",
                "expr": 'clamp_max(sum_over_time(slo:bad:rate{slo="up"}[1h]) * 30 / 3600, 1)',
                "labels": labels,
            },
            {
                "alert": "Burning",
                "expr": (
                    '(slo:bad_share:1h{slo="up"} > 14.4 * 0.001 and slo:bad_share:5m{slo="up"} > 14.4 * 0.001)'
                ),
                "labels": {"severity": "page", "owner": "trading"},
                "annotations": {
                    "summary": "{{ $value }} is bad", "action": "Look", "runbook": "docs/runbooks/Burning.md",
                },
            },
        ],
        "budgets 5m": [
            {
                "record": "slo:budget_left:share",
                "expr": '1 - (clamp_max(sum_over_time(slo:bad:rate{slo="up"}[30d]) * 30 / 2592000, 1)) / 0.001',
                "labels": labels,
            }
        ],
    }  # fmt: skip


def test_an_objective_of_events_is_measured_against_all_of_them() -> None:
    labels = {"slo": "fast"}
    found = groups(EVENTS)

    assert found["objectives 30s"][:3] == [
        {"record": "slo:bad:rate", "expr": "slow", "labels": labels},
        {"record": "slo:total:rate", "expr": "all", "labels": labels},
        {
            "record": "slo:bad_share:2h",
            "expr": 'sum_over_time(slo:bad:rate{slo="fast"}[2h]) / sum_over_time(slo:total:rate{slo="fast"}[2h])',
            "labels": labels,
        },
    ]


def test_few_events_tell_nobody() -> None:
    (alert,) = [rule for rule in groups(EVENTS)["objectives 30s"] if "alert" in rule]

    assert alert["expr"] == (
        '(slo:bad_share:1d{slo="fast"} > 3 * 0.01 and slo:bad_share:2h{slo="fast"} > 3 * 0.01'
        ' and sum_over_time(slo:total:rate{slo="fast"}[2h]) * 30 > 100)'
    )


def test_parts_come_first_and_objectives_in_order() -> None:
    found = groups(TIME, EVENTS, parts={"a:b": "sum(c)"})

    assert [rule.get("record", rule.get("alert")) for rule in found["objectives 30s"]] == [
        "a:b",
        *("slo:bad:rate", "slo:bad:rate", "slo:total:rate"),
        *("slo:bad_share:5m", "slo:bad_share:1h", "slo:bad_share:2h", "slo:bad_share:1d"),
        *("Burning", "B"),
    ]
    assert [rule["labels"]["slo"] for rule in found["budgets 5m"]] == ["up", "fast"]
