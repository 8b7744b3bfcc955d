"""Deploys of engines: what runs, who trades meanwhile, what the change did to orders; pure."""

from grafana_foundation_sdk.builders.statetimeline import Panel as Timeline
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, graph, listing, quantile, timeline
from components.trading.dashboards.chosen import SLOT, with_slot
from components.trading.dashboards.states import leader, leaders, trading_state


def deploys(stack: str) -> str:
    """The dashboard as JSON."""
    board = with_slot(Board(stack, "deploys", "Deploys", minutes=60))
    board.row("What runs?", builds(board), answering(board))
    board.row("Who trades meanwhile?", leader(board), trading_state(board), leaders(board))
    board.row("What does the change do?", epoch(board), orders(board), roundtrip(board))
    return board.text()


def builds(board: Board) -> Table:
    """Image by slot."""
    about = About(
        title="Images that run",
        unit=units.NoUnit,
        description="Image id by slot; two different ones are a deploy in progress, or one that was left half done.",
        columns=12,
        alert="EngineBuildsMixed",
    )
    query = f"count by (instance, colour, digest) (hft_build_info{{{SLOT}}})"
    return listing(about, board.engine, {"engines": query})


def answering(board: Board) -> Timeline:
    """Whether each slot is there."""
    about = About(
        title="Engine answers",
        unit=units.NoUnit,
        description="Whether a slot answers; the old one may be gone only after the new one leads.",
        columns=12,
        alert="EngineDown",
    )
    states = {0: ("down", "red"), 1: ("up", "green")}
    query = f'max by (instance) (up{{job="engine", {SLOT}}})'
    return timeline(about, board.engine, {"{{instance}}": query}, states)


def epoch(board: Board) -> Graph:
    """Fencing."""
    about = About(
        title="Epoch of the lease",
        unit=units.NoUnit,
        description="Rises with every change of the leader; orders of an older epoch are refused. Zero is without "
        "lease.",
        columns=8,
        alert="TradingLeadersTwo",
    )
    return graph(about, board.engine, {"{{instance}}": f"max by (instance) (hft_leader_epoch{{{SLOT}}})"})


def orders(board: Board) -> Graph:
    """Whether trading went on."""
    about = About(
        title="Orders submitted",
        unit=units.CountsPerSecond,
        description="By slot: the gap between the last order of one and the first of the other is what a deploy costs.",
        columns=8,
    )
    query = f'sum by (instance) (rate(hft_orders_total{{event="submitted", {SLOT}}}[$__rate_interval]))'
    return graph(about, board.engine, {"{{instance}}": query})


def roundtrip(board: Board) -> Graph:
    """Whether the new build is slower."""
    about = About(
        title="Order round trip p99 by slot",
        unit=units.Seconds,
        description="The new build against the old one, on the same venues at the same time.",
        columns=8,
        alert="OrderRoundtripSlow",
    )
    query = quantile(0.99, "hft_order_roundtrip_seconds", "instance", SLOT)
    return graph(about, board.engine, {"{{instance}}": query})
