"""Objectives of trading and what is left of their error budgets, as the rules record and alert on them; pure."""

from typing import Final

from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, number
from components._common.slo import Events, Objective, bad, bad_share, budget_left, total
from components.trading.dashboards.chosen import OBJECTIVE_SECONDS
from components.trading.objectives import AVAILABILITY, ROUNDTRIP, VENUE_AVAILABILITY, VENUE_ROUNDTRIP

# Google SRE Workbook, "Alerting on SLOs": burning faster than these pages at once, pages, makes tickets, spends all.
_FACTORS: Final = {None: "green", 1.0: "yellow", 3.0: "orange", 6.0: "red", 14.4: "dark-red"}
# Of the windows that alerts look at, those that tell a burst from a trend.
_WINDOWS: Final = ("5m", "1h", "6h", "3d")
_LITTLE_LEFT: Final = 0.25
_COUNTED: Final = "it is counted every five minutes, from the first order on"
_NO_ORDERS: Final = "no order was answered in the time range"


def slo(stack: str) -> str:
    """The dashboard as JSON."""
    board = Board(stack, "slo", "Objectives and error budgets", minutes=60, refresh="1m")
    board.row(
        "99 % of order round trips within 50 ms",
        within(board),
        roundtrip_left(board),
        roundtrip_burn(board),
    )
    board.row(
        "Trading is there 99.9 % of the time",
        available(board),
        availability_left(board),
        availability_burn(board),
    )
    board.row("What of it was a venue's?", venue_unavailability_left(board), venue_roundtrip_left(board))
    board.row("How much is judged?", orders_judged(board), slow_orders(board))
    return board.text()


def within(board: Board) -> Stat:
    """The objective over the time range."""
    about = About(
        title="Orders within 50 ms",
        unit=units.PercentUnit,
        description="Share of the orders in the time range that were not slow by our fault; below 99 % the objective "
        "is missed. What one venue has beyond all others is that venue's.",
        columns=5,
        alert="RoundtripBudgetBurning",
        empty=_NO_ORDERS,
    )
    query = f"1 - sum_over_time({bad(ROUNDTRIP)}[$__range]) / sum_over_time({total(ROUNDTRIP)}[$__range])"
    return number(about, board.parts, query, {None: "red", ROUNDTRIP.target: "green"})


def roundtrip_left(board: Board) -> Stat:
    """Error budget."""
    return _left(board, "Budget of slow orders left", "One order in a hundred may be slow", ROUNDTRIP)


def roundtrip_burn(board: Board) -> Graph:
    """Speed of spending."""
    return _burn(board, "Burn rate of slow orders", ROUNDTRIP, alert="RoundtripBudgetBurning")


def available(board: Board) -> Stat:
    """The objective over the time range."""
    about = About(
        title="Trading available",
        unit=units.PercentUnit,
        description="Share of the time range in which an engine could trade, as far as it was ours: with the lease, "
        "its records and a venue; the objective is 99.9 %.",
        columns=5,
        alert="AvailabilityBudgetBurning",
    )
    query = f"1 - avg_over_time({bad(AVAILABILITY)}[$__range])"
    return number(about, board.parts, query, {None: "red", AVAILABILITY.target: "green"})


def availability_left(board: Board) -> Stat:
    """Error budget."""
    return _left(board, "Budget of unavailability left", "43 minutes in 30 days may pass without trading", AVAILABILITY)


def availability_burn(board: Board) -> Graph:
    """Speed of spending."""
    return _burn(board, "Burn rate of unavailability", AVAILABILITY, alert="AvailabilityBudgetBurning")


def venue_unavailability_left(board: Board) -> Graph:
    """Error budget of each venue."""
    allowed = "A venue may be down 43 minutes in 30 days while others are up"
    alert = "VenueAvailabilityBudgetBurning"
    return _venues_left(board, "Budget of a venue's unavailability left", allowed, VENUE_AVAILABILITY, alert)


def venue_roundtrip_left(board: Board) -> Graph:
    """Error budget of each venue."""
    allowed = "One order in a hundred may be slow at a venue beyond what is slow everywhere"
    alert = "VenueRoundtripBudgetBurning"
    return _venues_left(board, "Budget of a venue's slow orders left", allowed, VENUE_ROUNDTRIP, alert)


def orders_judged(board: Board) -> Graph:
    """Traffic."""
    about = About(
        title="Orders that the objective counts",
        unit=units.CountsPerSecond,
        description="By venue: a burn rate over a handful of orders says nothing.",
        columns=12,
    )
    query = "sum by (venue) (rate(hft_order_roundtrip_seconds_count[$__rate_interval]))"
    return graph(about, board.engine, {"{{venue}}": query})


def slow_orders(board: Board) -> Graph:
    """Whose fault."""
    about = About(
        title="Orders beyond 50 ms",
        unit=units.CountsPerSecond,
        description="By venue: slow orders of one venue are that venue's or its line's, of all are ours.",
        columns=12,
        alert="OrderRoundtripSlow",
    )
    of = "sum by (venue) (rate(hft_order_roundtrip_seconds"
    query = f'{of}_count[$__rate_interval])) - {of}_bucket{{le="{OBJECTIVE_SECONDS}"}}[$__rate_interval]))'
    return graph(about, board.engine, {"{{venue}}": query})


def _left(board: Board, title: str, allowed: str, objective: Objective) -> Stat:
    about = About(
        title=title,
        unit=units.PercentUnit,
        description=f"{allowed}; this much of that is left in the last 30 days. When it is spent, changes wait.",
        columns=5,
        empty=_COUNTED,
    )
    return number(about, board.parts, budget_left(objective), {None: "red", 0.0: "yellow", _LITTLE_LEFT: "green"})


def _venues_left(board: Board, title: str, allowed: str, objective: Objective, alert: str) -> Graph:
    about = About(
        title=title,
        unit=units.PercentUnit,
        description=f"{allowed}; this much of that is left in the last 30 days. Spent: trade less there.",
        columns=12,
        alert=alert,
        empty=_COUNTED,
    )
    return bounded(graph(about, board.parts, {"{{venue}}": budget_left(objective)}), {None: "red", 0.0: "green"})


def _burn(board: Board, title: str, objective: Objective, alert: str) -> Graph:
    about = About(
        title=title,
        unit=units.NoUnit,
        description="How many times faster than allowed the budget is spent: 1 spends it in 30 days, 14.4 in two. A "
        "short and a long window above a line mean that it is no blip.",
        columns=14,
        alert=alert,
        empty=_NO_ORDERS if isinstance(objective.indicator, Events) else None,
    )
    queries = {window: f"{bad_share(objective, window)} / {objective.budget:g}" for window in _WINDOWS}
    return bounded(graph(about, board.parts, queries).min(0), _FACTORS)
