"""The series that the rules of an objective record, as PromQL: rules build on them, and dashboards ask for them."""

from typing import Final

from components._common.slo.objective import Objective

BAD: Final = "slo:bad:rate"
TOTAL: Final = "slo:total:rate"
SHARE: Final = "slo:bad_share"
LEFT: Final = "slo:budget_left:share"


def bad(objective: Objective) -> str:
    """Bad events per second, or 1 while time is bad; a sample each 30 s."""
    return _of(BAD, objective)


def total(objective: Objective) -> str:
    """Events per second, of an objective of events."""
    return _of(TOTAL, objective)


def bad_share(objective: Objective, window: str) -> str:
    """Share that was bad in a window that one of the objective's alerts looks at, such as 1h."""
    return _of(f"{SHARE}:{window}", objective)


def budget_left(objective: Objective) -> str:
    """Share of the budget of 30 days that is left; negative where it is overspent."""
    return _of(LEFT, objective)


def _of(name: str, objective: Objective) -> str:
    return f'{name}{{slo="{objective.name}"}}'
