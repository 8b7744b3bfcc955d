"""What stands on the dashboards of trading. Their queries: tests/stacks/test_dashboards.py and its programs."""

from components.trading.dashboards import trading_dashboards
from tests.components.outline import outline

PAGES = trading_dashboards("dev")


def test_there_are_these() -> None:
    assert list(PAGES) == ["desk", "order-path", "market-data", "deploys", "slo"]


def test_the_desks_overview() -> None:
    assert outline(PAGES["desk"]) == {
        "May we trade?": ["Trading state", "Leader", "Engines with the lease", "Venue up", "Alerts that page"],
        "How fast are we?": ["Order round trip", "Orders within 50 ms", "Tick to trade"],
        "What do we make of it?": [
            *("Opportunities by state", "Why opportunities were not taken", "Opportunities taken"),
            *("Orders by event", "Fill and reject rate", "Profit and loss"),
        ],
        "What do we risk?": ["Exposure", "Position", "Risk limit ratio", "Leg imbalance"],
    }


def test_the_way_of_an_order() -> None:
    assert outline(PAGES["order-path"]) == {
        "How long from the tick to the order?": [
            *("Tick to trade", "Tick to trade, orders by time", "Order book update", "Waiting for a lock"),
            *("Periods that a CPU quota cut short", "Times that the engine lost its CPU"),
        ],
        "How long from the order to the answer?": [
            *("Order round trip", "Order round trip, orders by time", "Order round trip p99 by type and outcome"),
            *("Rejected orders by reason", "Time with one leg open", "Use of the venue's rate limit"),
            *("Too many requests, and bans", "Dead man's switch"),
        ],
        "Is it recorded?": ["Oldest order record not yet committed", "Record backlog", "Commits of order rows"],
    }


def test_market_data() -> None:
    assert outline(PAGES["market-data"]) == {
        "Is it fresh?": [
            *("Market data age", "Market data latency", "Market data latency, messages by time"),
            "Messages from the future",
        ],
        "Is it whole?": ["Gaps in the sequence", "Sequences begun anew", "Market data records given up"],
        "Is the line up?": ["Venue up", "Reconnects in an hour"],
        "Is it kept?": ["Ticks stored", "Ticks waiting for the database"],
    }


def test_deploys() -> None:
    assert outline(PAGES["deploys"]) == {
        "What runs?": ["Images that run", "Engine answers"],
        "Who trades meanwhile?": ["Leader", "Trading state", "Engines with the lease"],
        "What does the change do?": ["Epoch of the lease", "Orders submitted", "Order round trip p99 by slot"],
    }


def test_objectives() -> None:
    assert outline(PAGES["slo"]) == {
        "99 % of order round trips within 50 ms": [
            *("Orders within 50 ms", "Budget of slow orders left", "Burn rate of slow orders"),
        ],
        "Trading is there 99.9 % of the time": [
            *("Trading available", "Budget of unavailability left", "Burn rate of unavailability"),
        ],
        "What of it was a venue's?": [
            "Budget of a venue's unavailability left",
            "Budget of a venue's slow orders left",
        ],
        "How much is judged?": ["Orders that the objective counts", "Orders beyond 50 ms"],
    }
