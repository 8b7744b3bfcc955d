"""What trading promises itself over 30 days: able to trade 99.9 % of the time, 99 % of orders answered within 50 ms.

What is ours and what is a venue's are budgets apart, or an exchange's outage would page us. The engine cannot see whose
fault it is, but it trades on several venues: what all of them share at one moment is ours, and what one has beyond that
is that venue's. With a single venue everything counts as ours. A halt that somebody orders is nobody's fault. Pure.
"""

from typing import Final

from components._common.owner import Owner
from components._common.slo import PAGE_RATES, TICKET_RATES, BudgetAlert, Events, Objective, Time, rules, slower_than
from workloads.contract.engine import ORDER_ROUNDTRIP

ROUNDTRIP_SECONDS: Final = 0.05
# At 14.4 % of 100 orders 15 are slow. Five minutes with fewer orders are no trading to speak of.
_FEWEST_ORDERS: Final = 100
# `order_record_bound_ms` of the engine, at which it only reduces.
_RECORD_BOUND_SECONDS: Final = 5
_OWNER: Final[Owner] = "trading"

_DOWN, _ORDERS, _SLOW = "venue:down:max", "venue:orders:rate1m", "venue:orders_slow:rate1m"
_SLOW_EVERYWHERE: Final = "venues:orders_slow_share:min"
_PARTS: Final = {
    # A venue is down for us while no engine reaches one of its channels.
    _DOWN: "max by (venue) (1 - max by (venue, channel) (hft_venue_up))",
    _ORDERS: f"sum by (venue) (rate({ORDER_ROUNDTRIP.name}_count[1m]))",
    _SLOW: slower_than(ORDER_ROUNDTRIP, ROUNDTRIP_SECONDS, by="venue", window="1m"),
    _SLOW_EVERYWHERE: f"min({_SLOW} / ({_ORDERS} > 0))",
}
_ABLE: Final = (
    "(hft_leader == 1) unless on (instance) "
    f"(hft_record_synchronous == 0 or hft_record_backlog_seconds > {_RECORD_BOUND_SECONDS})"
)

AVAILABILITY: Final = Objective(
    name="trading-availability",
    target=0.999,
    indicator=Time(
        bad=f"clamp_max(1 - clamp_max(count({_ABLE}) or vector(0), 1) + (min({_DOWN}) or vector(0)), 1)",
    ),
    owner=_OWNER,
    alerts=(
        BudgetAlert(
            name="AvailabilityBudgetBurning",
            severity="page",
            rates=PAGE_RATES,
            summary="Nobody could trade {{ $value | humanizePercentage }} of the time, by our fault",
            action="Engine, lease, order records or every venue at once: the alerts beside this one say which",
        ),
        BudgetAlert(
            name="AvailabilityBudgetShrinking",
            severity="ticket",
            rates=TICKET_RATES,
            summary="Nobody could trade {{ $value | humanizePercentage }} of the time: the month's 0.1 % will not last",
            action="See which faults of the last days cost most, and mend that one for good",
        ),
    ),
)
ROUNDTRIP: Final = Objective(
    name="order-roundtrip",
    target=0.99,
    indicator=Events(bad=f"{_SLOW_EVERYWHERE} * sum({_ORDERS})", total=f"sum({_ORDERS})", fewest=_FEWEST_ORDERS),
    owner=_OWNER,
    alerts=(
        BudgetAlert(
            name="RoundtripBudgetBurning",
            severity="page",
            rates=PAGE_RATES,
            summary="{{ $value | humanizePercentage }} of the orders take more than 50 ms on every venue",
            action="All venues are slow, so it is ours: the engine's host, then the way out of it",
        ),
        BudgetAlert(
            name="RoundtripBudgetShrinking",
            severity="ticket",
            rates=TICKET_RATES,
            summary="{{ $value | humanizePercentage }} of the orders take over 50 ms: the month's 1 % will not last",
            action="Compare with the last deploy and with what else runs on the engine's host",
        ),
    ),
)
VENUE_AVAILABILITY: Final = Objective(
    name="venue-availability",
    target=0.999,
    indicator=Time(bad=f"{_DOWN} - on () group_left () min({_DOWN})"),
    owner=_OWNER,
    alerts=(
        BudgetAlert(
            name="VenueAvailabilityBudgetBurning",
            severity="ticket",
            rates=(*PAGE_RATES, *TICKET_RATES),
            summary="{{ $labels.venue }} was down {{ $value | humanizePercentage }} of the time, while others were up",
            action="Ask the venue; trade less there until it is back to 99.9 %",
        ),
    ),
)
VENUE_ROUNDTRIP: Final = Objective(
    name="venue-roundtrip",
    target=0.99,
    indicator=Events(
        bad=f"{_SLOW} - {_ORDERS} * on () group_left () {_SLOW_EVERYWHERE}",
        total=_ORDERS,
        fewest=_FEWEST_ORDERS,
    ),
    owner=_OWNER,
    alerts=(
        BudgetAlert(
            name="VenueRoundtripBudgetBurning",
            severity="ticket",
            rates=(*PAGE_RATES, *TICKET_RATES),
            summary="{{ $value | humanizePercentage }} of the orders to {{ $labels.venue }} take more than 50 ms there",
            action="Other venues are quicker, so it is this one or its line; trade less there meanwhile",
        ),
    ),
)
OBJECTIVES: Final = (AVAILABILITY, ROUNDTRIP, VENUE_AVAILABILITY, VENUE_ROUNDTRIP)


def objectives_yaml() -> str:
    """The rule file."""
    return rules(OBJECTIVES, _PARTS)
