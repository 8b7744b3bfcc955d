"""Positions at average cost, and the venue's word over ours."""

import pytest

from workloads.engine.positions import Position, Positions


def test_adding_averages_and_closing_realizes() -> None:
    position = Position()
    position.fill("buy", 100.0, 1.0, 0.1)
    position.fill("buy", 110.0, 1.0, 0.1)
    assert (position.quantity, position.average, position.realized) == (2.0, 105.0, 0.0)

    position.fill("sell", 115.0, 1.0, 0.1)
    assert (position.quantity, position.average, position.realized) == (1.0, 105.0, 10.0)
    assert position.fees == pytest.approx(0.3)
    assert position.unrealized == 10.0


def test_a_short_earns_when_the_price_falls() -> None:
    position = Position()
    position.fill("sell", 100.0, 2.0, 0.0)
    position.marked(90.0)
    assert (position.unrealized, position.usd) == (20.0, 180.0)

    position.fill("buy", 90.0, 2.0, 0.0)
    assert (position.quantity, position.realized, position.unrealized) == (0.0, 20.0, 0.0)


def test_a_fill_through_zero_closes_one_side_and_opens_the_other() -> None:
    position = Position()
    position.fill("buy", 100.0, 1.0, 0.0)
    position.fill("sell", 105.0, 3.0, 0.0)

    assert (position.quantity, position.average, position.realized) == (-2.0, 105.0, 5.0)


def test_the_venue_is_right_about_positions() -> None:
    positions = Positions()
    positions.at("alpha", "BTC-USD").fill("buy", 100.0, 1.0, 0.0)
    positions.at("alpha", "ETH-USD").fill("buy", 10.0, 1.0, 0.0)
    positions.at("beta", "BTC-USD").fill("sell", 100.0, 1.0, 0.0)

    assert positions.reconcile("alpha", {"BTC-USD": 1.0, "SOL-USD": 2.0}) == ["ETH-USD", "SOL-USD"]

    quantities = {key: position.quantity for key, position in positions.items()}
    assert quantities == {
        ("alpha", "BTC-USD"): 1.0, ("alpha", "ETH-USD"): 0.0, ("alpha", "SOL-USD"): 2.0, ("beta", "BTC-USD"): -1.0,
    }  # fmt: skip
    assert positions.exposure_usd == 200.0


def test_a_position_taken_over_starts_without_profit() -> None:
    positions = Positions()
    positions.reconcile("alpha", {"BTC-USD": 2.0})
    position = positions.at("alpha", "BTC-USD")

    position.marked(100.0)
    assert (position.usd, position.unrealized) == (200.0, 0.0)
    position.marked(101.0)
    assert position.unrealized == 2.0
