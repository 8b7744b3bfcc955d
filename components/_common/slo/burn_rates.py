"""How fast an error budget may go before somebody is told: Google's SRE workbook, chapter 5, for 30 days.

A rate is measured in a long window, which makes sure that it matters, and in a short one, which makes sure that it
still goes on: the alert ends soon after its cause.
"""

from dataclasses import dataclass
from typing import Final

BUDGET_WINDOW: Final = "30d"


@dataclass(frozen=True)
class BurnRate:
    """`factor` times the pace at which the budget would last exactly its 30 days."""

    factor: float
    long: str
    short: str


# Sloth, internal/alert/windows/google-30d.yaml: 2 % of the budget in 1 h, 5 % in 6 h; 10 % in 1 d, 10 % in 3 d.
PAGE_RATES: Final = (BurnRate(14.4, "1h", "5m"), BurnRate(6, "6h", "30m"))
TICKET_RATES: Final = (BurnRate(3, "1d", "2h"), BurnRate(1, "3d", "6h"))
