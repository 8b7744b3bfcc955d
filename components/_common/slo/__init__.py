"""Service level objectives as objects, and the recording rules and alerts that follow from them; pure."""

from components._common.slo.burn_rates import PAGE_RATES, TICKET_RATES, BurnRate
from components._common.slo.objective import BudgetAlert, Events, Objective, Time, slower_than
from components._common.slo.render import rules
from components._common.slo.series import bad, bad_share, budget_left, total

__all__ = [
    "PAGE_RATES",
    "TICKET_RATES",
    "BudgetAlert",
    "BurnRate",
    "Events",
    "Objective",
    "Time",
    "bad",
    "bad_share",
    "budget_left",
    "rules",
    "slower_than",
    "total",
]
