"""Objectives of trading and what is left of their error budgets, from the raw series; pure."""

from dataclasses import dataclass
from typing import Final

from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.timeseries import Panel as Graph
from grafana_foundation_sdk.models import units

from components._common.dashboards import About, Board, bounded, graph, number
from components.trading.dashboards.chosen import OBJECTIVE_SECONDS, OBJECTIVE_SHARE

_PERIOD: Final = "30d"
# Google SRE Workbook, "Alerting on SLOs": burning faster than these pages at once, pages, makes tickets, spends all.
_FACTORS: Final = {None: "green", 1.0: "yellow", 3.0: "orange", 6.0: "red", 14.4: "dark-red"}
_WINDOWS: Final = ("5m", "1h", "6h", "3d")
_LITTLE_LEFT: Final = 0.25


@dataclass(frozen=True)
class _Objective:
    """A share that has to be good, and the PromQL of what was bad in a window."""

    share: float
    bad: str
    """With `{window}` for the window."""

    def bad_in(self, window: str) -> str:
        """Share of the window, or of its events, that was bad."""
        return self.bad.format(window=window)

    def burn(self, window: str) -> str:
        """How many times faster than allowed the budget is spent."""
        return f"({self.bad_in(window)}) / {self._budget:g}"

    @property
    def left(self) -> str:
        """Share of the budget of the whole period that is left; negative where it is overspent."""
        return f"1 - {self.burn(_PERIOD)}"

    @property
    def _budget(self) -> float:
        return 1 - self.share


_ROUNDTRIP = _Objective(
    OBJECTIVE_SHARE,
    f'1 - sum(increase(hft_order_roundtrip_seconds_bucket{{{{le="{OBJECTIVE_SECONDS}"}}}}[{{window}}]))'
    " / sum(increase(hft_order_roundtrip_seconds_count[{window}]))",
)
# Trading is there while exactly one engine holds the lease, and one is active; what Prometheus did not watch is not
# judged. Asked once a minute: 30 days are 43,200 answers.
_AVAILABLE = _Objective(
    0.999,
    '1 - avg_over_time(((sum(hft_leader) == bool 1) * (sum(hft_trading_state{{state="active"}}) >= bool 1)'
    ' or 0 * sum(up{{job="engine"}}))[{window}:1m])',
)


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
    board.row("How much is judged?", orders_judged(board), slow_orders(board))
    return board.text()


def within(board: Board) -> Stat:
    """The objective over the time range."""
    about = About(
        title="Orders within 50 ms",
        unit=units.PercentUnit,
        description="Share of the orders in the time range that is shown; below 99 % the objective is missed.",
        columns=5,
        alert="OrderRoundtripSlow",
    )
    query = f"1 - ({_ROUNDTRIP.bad_in('$__range')})"
    return number(about, board.engine, query, {None: "red", OBJECTIVE_SHARE: "green"})


def roundtrip_left(board: Board) -> Stat:
    """Error budget."""
    return _left(board, "Budget of slow orders left", "One order in a hundred may be slow", _ROUNDTRIP)


def roundtrip_burn(board: Board) -> Graph:
    """Speed of spending."""
    return _burn(board, "Burn rate of slow orders", _ROUNDTRIP, alert="OrderRoundtripSlow")


def available(board: Board) -> Stat:
    """The objective over the time range."""
    about = About(
        title="Trading available",
        unit=units.PercentUnit,
        description="Share of the time range that is shown in which one active engine held the lease; the objective is "
        "99.9 %.",
        columns=5,
        alert="TradingLeaderMissing",
    )
    query = f"1 - ({_AVAILABLE.bad_in('$__range')})"
    return number(about, board.engine, query, {None: "red", _AVAILABLE.share: "green"})


def availability_left(board: Board) -> Stat:
    """Error budget."""
    return _left(board, "Budget of unavailability left", "43 minutes in 30 days may pass without trading", _AVAILABLE)


def availability_burn(board: Board) -> Graph:
    """Speed of spending."""
    return _burn(board, "Burn rate of unavailability", _AVAILABLE, alert="TradingLeaderMissing")


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


def _left(board: Board, title: str, allowed: str, objective: _Objective) -> Stat:
    about = About(
        title=title,
        unit=units.PercentUnit,
        description=f"{allowed}; this much of that is left in the last 30 days. When it is spent, changes wait.",
        columns=5,
    )
    return number(about, board.engine, objective.left, {None: "red", 0.0: "yellow", _LITTLE_LEFT: "green"})


def _burn(board: Board, title: str, objective: _Objective, alert: str) -> Graph:
    about = About(
        title=title,
        unit=units.NoUnit,
        description="How many times faster than allowed the budget is spent: 1 spends it in 30 days, 14.4 in two. A "
        "short and a long window above a line mean that it is no blip.",
        columns=14,
        alert=alert,
    )
    queries = {window: objective.burn(window) for window in _WINDOWS}
    return bounded(graph(about, board.engine, queries).min(0), _FACTORS)
