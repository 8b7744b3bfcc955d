"""The strategy on a floor without network: taken, missed, rejected, flattened."""

import asyncio
import time

import pytest

from tests.workloads.engine.trading_floor import Floor


async def settled(floor: Floor) -> None:
    for _ in range(200):
        await asyncio.sleep(0.005)
        if floor.arbitrage.is_idle:
            return
    raise AssertionError("trades did not settle")


async def test_a_cross_is_taken_on_both_venues() -> None:
    floor = Floor()

    await floor.cross()

    assert floor.opportunities() == {"detected": 1, "taken": 1}
    assert floor.position("alpha") > 0
    assert floor.position("alpha") == -floor.position("beta")
    assert [message["side"] for message in floor.alpha.sent + floor.beta.sent] == ["buy", "sell"]
    assert {message["epoch"] for message in floor.alpha.sent} == {3}
    assert floor.arbitrage.is_idle
    assert floor.value("hft_order_roundtrip_seconds_count", venue="alpha", type="ioc", outcome="acked") == 1
    assert floor.value("hft_tick_to_trade_seconds_count", venue="beta") == 1
    assert floor.desk.roundtrips.drain()["n"] == 2


async def test_a_standing_cross_is_one_opportunity_and_one_trade() -> None:
    floor = Floor()

    await floor.cross()
    await floor.quote(floor.beta, 151.0)

    assert floor.opportunities() == {"detected": 1, "taken": 1}
    await floor.quote(floor.beta, 0.0)
    await floor.cross()
    assert floor.opportunities() == {"detected": 2, "taken": 2}
    assert floor.value("hft_arb_lifetime_seconds_count") == 1


async def test_a_leg_that_did_not_fill_is_missed_and_the_other_flattened() -> None:
    floor = Floor()
    floor.beta.exchange.reject_all = True

    await floor.cross()
    await settled(floor)

    assert floor.opportunities() == {"detected": 1, "missed": 1}
    assert (floor.position("alpha"), floor.position("beta")) == (0.0, 0.0)
    assert [message["side"] for message in floor.alpha.sent] == ["buy", "sell"]
    assert floor.value("hft_leg_imbalance_usd") == 0.0
    assert floor.value("hft_unhedged_seconds_count") == 1
    assert floor.arbitrage.unhedged_seconds() == 0.0
    assert floor.gate.state == "active"


async def test_a_leg_that_cannot_be_flattened_makes_the_engine_reducing_until_activated() -> None:
    floor = Floor(flatten_attempts=2)
    floor.beta.answers = False
    assert floor.arbitrage.unhedged_seconds() == 0.0
    await floor.cross()
    bought = floor.position("alpha")
    open_for = floor.arbitrage.unhedged_seconds()
    assert open_for > 0.0
    floor.alpha.exchange.reject_all = floor.beta.exchange.reject_all = True

    floor.beta.deliver([(1, {"t": "rej", "id": floor.beta.sent[0]["id"], "reason": "venue_rejects_all"})])
    await settled(floor)

    assert floor.alpha.ops() == ["new"] * 3
    assert floor.position("alpha") == bought
    assert (floor.gate.state, floor.gate.caps) == ("reducing", ["unhedged"])
    assert floor.value("hft_leg_imbalance_usd") == pytest.approx(bought * 100.5, rel=0.02)
    assert floor.arbitrage.unhedged_seconds() > open_for
    floor.gate.want("active", "test")
    assert floor.gate.state == "active"
    assert floor.arbitrage.unhedged_seconds() == 0.0


async def test_the_second_leg_stays_home_when_the_first_could_not_go() -> None:
    floor = Floor()
    floor.lease.epoch = 0

    await floor.cross()

    assert (floor.alpha.sent, floor.beta.sent) == ([], [])
    assert floor.opportunities() == {"detected": 1, "missed": 1}
    assert floor.arbitrage.is_idle


async def test_limit_legs_rest_and_are_cancelled_in_time() -> None:
    floor = Floor(order_type="limit", leg_timeout_ms=30)
    await floor.quote(floor.alpha, 0.0)
    floor.alpha.exchange.markets["BTC-USD"].move(300.0)
    floor.beta.exchange.markets["BTC-USD"].move(150.0)
    await floor.quote(floor.beta, 150.0)

    assert len(floor.desk.orders.at("alpha")) == 1
    assert floor.desk.orders.at("beta") == []
    await settled(floor)

    assert len(floor.desk.orders) == 0
    assert "cancel" in floor.alpha.ops()
    assert floor.opportunities() == {"detected": 1, "missed": 1}
    assert (floor.position("alpha"), floor.position("beta")) == (0.0, 0.0)
    assert floor.value("hft_order_roundtrip_seconds_count", venue="alpha", type="limit", outcome="acked") == 1
    assert floor.value("hft_order_roundtrip_seconds_count", venue="alpha", type="cancel", outcome="acked") == 1


async def rejected(floor: Floor) -> dict[str, float]:
    await floor.cross()
    assert floor.alpha.sent == floor.beta.sent == []
    return floor.opportunities()


async def test_a_halted_engine_detects_and_rejects() -> None:
    floor = Floor()
    floor.gate.want("halted", "test")

    assert await rejected(floor) == {"detected": 1, "rejected halted": 1}


async def test_a_venue_without_order_entry_is_not_traded_on() -> None:
    floor = Floor()
    floor.beta.up = False

    assert await rejected(floor) == {"detected": 1, "rejected not_connected": 1}


async def test_a_trade_below_the_smallest_size_is_rejected() -> None:
    assert await rejected(Floor(min_size_usd=5000.0)) == {"detected": 1, "rejected below_min_size": 1}


async def test_a_position_at_its_limit_is_rejected() -> None:
    floor = Floor()
    floor.desk.positions.at("alpha", "BTC-USD").fill("buy", 100.0, 1000.0, 0.0)

    assert await rejected(floor) == {"detected": 1, "rejected risk": 1}


async def test_trades_fill_their_share_of_a_position_limit_and_no_more() -> None:
    # 0.7 of 100,000 USD are 696.5 whole lots at alpha's price of 100.5.
    floor = Floor(inventory_ratio=0.7)
    floor.desk.positions.at("alpha", "BTC-USD").fill("buy", 100.0, 696.0, 0.0)

    await floor.cross()
    await floor.quote(floor.beta, 0.0)
    await floor.cross()

    assert floor.position("alpha") == 696.5
    assert floor.opportunities() == {"detected": 2, "taken": 1, "rejected risk": 1}


async def test_so_it_is_where_they_sell() -> None:
    # 0.7 of 100,000 USD are 693.0 whole lots at beta's price of 101.
    floor = Floor(inventory_ratio=0.7)
    floor.desk.positions.at("beta", "BTC-USD").fill("sell", 100.0, 693.0, 0.0)

    assert await rejected(floor) == {"detected": 1, "rejected risk": 1}


async def test_trades_fill_their_share_of_the_exposure_and_no_more() -> None:
    # Four positions of 70,000 USD are 0.7 of 400,000; none of them is where this trade goes.
    floor = Floor(inventory_ratio=0.7)
    for venue in ("gamma", "delta", "epsilon", "zeta"):
        floor.desk.positions.at(venue, "BTC-USD").fill("buy", 100.0, 700.0, 0.0)

    assert await rejected(floor) == {"detected": 1, "rejected risk": 1}


async def test_too_many_orders_a_second_are_rejected() -> None:
    floor = Floor()
    floor.desk.risk.rate.allows(0, time.monotonic())
    floor.desk.risk.rate.take(60_000)

    assert await rejected(floor) == {"detected": 1, "rejected rate_limit": 1}


async def test_an_old_quote_is_rejected() -> None:
    floor = Floor(max_quote_age_ms=100)
    await floor.quote(floor.alpha, 0.0, age_ms=101)
    await floor.quote(floor.beta, 150.0)

    assert floor.opportunities() == {"detected": 1, "rejected stale": 1}


async def test_an_absurd_edge_is_rejected() -> None:
    floor = Floor()
    await floor.quote(floor.alpha, 0.0)
    await floor.quote(floor.beta, 700.0)

    assert floor.opportunities() == {"detected": 1, "rejected invalid_price": 1}


async def test_a_slow_decision_is_rejected() -> None:
    floor = Floor(max_decision_us=1)

    assert await rejected(floor) == {"detected": 1, "rejected too_slow": 1}
