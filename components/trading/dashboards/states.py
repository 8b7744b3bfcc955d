"""Panels that more than one dashboard of trading begins with: may we trade, and who does; pure."""

from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, number, timeline
from components.trading.dashboards.chosen import SLOT, VENUE


def trading_state(board: Board) -> Timeline:
    """Active, reducing or halted, by engine."""
    about = About(
        title="Trading state",
        unit=units.NoUnit,
        description="Active enters orders, reducing only brings positions down, halted sends no order at all.",
        columns=9,
        alert="TradingNotActive",
    )
    active, reducing = (
        f'sum by (instance) (hft_trading_state{{state="{state}", {SLOT}}})' for state in ("active", "reducing")
    )
    states = {0: ("halted", "red"), 1: ("reducing", "yellow"), 2: ("active", "green")}
    return timeline(about, board.engine, {"{{instance}}": f"2 * {active} + {reducing}"}, states)


def leader(board: Board) -> Timeline:
    """Who holds the lease."""
    about = About(
        title="Leader",
        unit=units.NoUnit,
        description="Only the slot with the lease enters orders; the other one stands by.",
        columns=9,
        alert="TradingLeadersTwo",
    )
    states = {0: ("stands by", "blue"), 1: ("leads", "green")}
    return timeline(about, board.engine, {"{{instance}}": f"max by (instance) (hft_leader{{{SLOT}}})"}, states)


def leaders(board: Board) -> Stat:
    """How many hold the lease."""
    about = About(
        title="Engines with the lease",
        unit=units.NoUnit,
        description="By strategy, and it has to be one: with none nobody trades, two would trade against each other.",
        columns=6,
        alert="TradingLeaderMissing",
    )
    # A strategy has its target for as long as it is deployed.
    query = 'sum by (strategy) (hft_leader) or 0 * count by (strategy) (up{job="engine", strategy!=""})'
    return number(about, board.engine, query, {None: "red", 1: "green", 2: "red"})


def venue_up(board: Board, columns: int = 12) -> Timeline:
    """Connections to venues."""
    about = About(
        title="Venue up",
        unit=units.NoUnit,
        description="While a channel is down, what rests at the venue is unknown, until it cancels for us.",
        columns=columns,
        alert="VenueDown",
    )
    query = f"min by (instance, venue, channel) (hft_venue_up{{{VENUE}, {SLOT}}})"
    states = {0: ("down", "red"), 1: ("up", "green")}
    return timeline(about, board.engine, {"{{instance}} {{venue}} {{channel}}": query}, states)
