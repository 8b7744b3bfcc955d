"""Objectives → one Prometheus rule file: samples, bad shares by window, alerts, and what is left of each budget."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from components._common.render import to_yaml
from components._common.slo.burn_rates import BUDGET_WINDOW, BurnRate
from components._common.slo.objective import BudgetAlert, Events, Objective
from components._common.slo.series import BAD, LEFT, SHARE, TOTAL, bad, bad_share, total

# A window's share is made of these samples: three days of scrapes at 1 s would be read anew at each evaluation.
_STEP_SECONDS: Final = 30
# Reads 30 days of samples.
_BUDGET_INTERVAL: Final = "5m"
_SECONDS_OF: Final = {"m": 60, "h": 3600, "d": 86400}

Rule = Mapping[str, Any]


def rules(objectives: Sequence[Objective], parts: Mapping[str, str]) -> str:
    """The rule file. `parts` are series that several indicators are made of: name → PromQL."""
    samples = [_record(name, expression) for name, expression in parts.items()]
    samples += [rule for each in objectives for rule in _samples(each)]
    shares = [_share(each, window) for each in objectives for window in _windows(each)]
    alerts = [_alert(each, alert) for each in objectives for alert in each.alerts]
    left = [_budget_left(each) for each in objectives]
    return to_yaml(
        {
            "groups": [
                {"name": "objectives", "interval": f"{_STEP_SECONDS}s", "rules": [*samples, *shares, *alerts]},
                {"name": "budgets", "interval": _BUDGET_INTERVAL, "rules": left},
            ]
        }
    )


def _samples(objective: Objective) -> Iterable[Rule]:
    yield _record(BAD, objective.indicator.bad, objective)
    if isinstance(objective.indicator, Events):
        yield _record(TOTAL, objective.indicator.total, objective)


def _share(objective: Objective, window: str) -> Rule:
    return _record(f"{SHARE}:{window}", _bad_share(objective, window), objective)


def _bad_share(objective: Objective, window: str) -> str:
    found = f"sum_over_time({bad(objective)}[{window}])"
    if isinstance(objective.indicator, Events):
        return f"{found} / sum_over_time({total(objective)}[{window}])"
    # Both ends belong to a window, so it may hold one sample more than it has steps.
    return f"clamp_max({found} * {_STEP_SECONDS} / {_seconds(window)}, 1)"


def _budget_left(objective: Objective) -> Rule:
    return _record(LEFT, f"1 - ({_bad_share(objective, BUDGET_WINDOW)}) / {objective.budget:g}", objective)


def _alert(objective: Objective, alert: BudgetAlert) -> Rule:
    return {
        "alert": alert.name,
        "expr": " or ".join(f"({_burns(objective, rate)})" for rate in alert.rates),
        "labels": {"severity": alert.severity, "owner": objective.owner},
        "annotations": {
            "summary": alert.summary,
            "action": alert.action,
            "runbook": f"docs/runbooks/{alert.name}.md",
        },
    }


def _burns(objective: Objective, rate: BurnRate) -> str:
    bound = f"{rate.factor:g} * {objective.budget:g}"
    windows = [f"{bad_share(objective, window)} > {bound}" for window in (rate.long, rate.short)]
    if isinstance(objective.indicator, Events):
        events = f"sum_over_time({total(objective)}[{rate.short}]) * {_STEP_SECONDS}"
        windows.append(f"{events} > {objective.indicator.fewest}")
    return " and ".join(windows)


def _windows(objective: Objective) -> list[str]:
    """Every window that an alert looks at, shortest first."""
    asked = {window for alert in objective.alerts for rate in alert.rates for window in (rate.short, rate.long)}
    return sorted(asked, key=_seconds)


def _seconds(window: str) -> int:
    return int(window[:-1]) * _SECONDS_OF[window[-1]]


def _record(name: str, expression: str, objective: Objective | None = None) -> Rule:
    """The label is said also where it comes from the expression: to promtool the rules were one and the same else."""
    return {"record": name, "expr": expression, **({"labels": {"slo": objective.name}} if objective else {})}
