"""Pre-trade limits: each passes at its bound and refuses beyond it."""

import pytest

from workloads.engine.orders import OpenOrders, Order
from workloads.engine.positions import Positions
from workloads.engine.risk import RateLimit, Risk
from workloads.engine.settings import RiskSettings
from workloads.wire import Side

SETTINGS = RiskSettings(
    max_order_usd=500.0, max_position_usd=1000.0, max_exposure_usd=1500.0, max_open_orders=2, max_orders_per_second=4.0
)


class Desk:
    """Risk with what it looks at."""

    def __init__(self) -> None:
        self.positions, self.orders = Positions(), OpenOrders()
        self.risk = Risk(SETTINGS, self.positions, self.orders)

    def hold(self, side: Side, usd: float) -> None:
        self.positions.at("alpha", "BTC-USD").fill(side, 100.0, usd / 100.0, 0.0)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_room_is_the_order_limit_when_flat(desk: Desk) -> None:
    assert desk.risk.room("alpha", "BTC-USD", "buy", 100.0, 1.0) == 5.0
    assert desk.risk.room("alpha", "BTC-USD", "sell", 100.0, 1.0) == 5.0


def test_room_shrinks_towards_the_position_limit_and_grows_away_from_it(desk: Desk) -> None:
    desk.hold("buy", 800.0)

    assert desk.risk.room("alpha", "BTC-USD", "buy", 100.0, 1.0) == 2.0
    assert desk.risk.room("alpha", "BTC-USD", "sell", 100.0, 1.0) == 5.0
    assert desk.risk.room("beta", "BTC-USD", "buy", 100.0, 1.0) == 5.0


def test_a_share_of_the_position_limit_leaves_less_room_towards_it_and_as_much_away_from_it(desk: Desk) -> None:
    desk.hold("buy", 500.0)

    assert desk.risk.room("alpha", "BTC-USD", "buy", 100.0, 0.7) == pytest.approx(2.0)
    assert desk.risk.room("alpha", "BTC-USD", "sell", 100.0, 0.7) == 5.0


def test_open_orders_count_as_if_filled(desk: Desk) -> None:
    desk.hold("buy", 800.0)
    desk.orders.add(Order("alpha", "BTC-USD", "buy", 100.0, 1.5, "gtc", "leg"))

    assert desk.risk.room("alpha", "BTC-USD", "buy", 100.0, 1.0) == 0.5


def test_there_is_no_room_beyond_the_limit(desk: Desk) -> None:
    desk.hold("sell", 1200.0)

    assert desk.risk.room("alpha", "BTC-USD", "sell", 100.0, 1.0) == 0.0


@pytest.mark.parametrize(("added_usd", "reason"), [(500.0, ""), (500.1, "risk"), (-100.0, "")])
def test_the_exposure_may_reach_its_limit(desk: Desk, added_usd: float, reason: str) -> None:
    desk.hold("buy", 1000.0)

    assert desk.risk.refusal(2, added_usd, 1.0, now=1.0) == reason


@pytest.mark.parametrize(("added_usd", "reason"), [(50.0, ""), (50.1, "risk")])
def test_a_share_of_the_exposure_limit_is_refused_beyond(desk: Desk, added_usd: float, reason: str) -> None:
    desk.hold("buy", 1000.0)

    assert desk.risk.refusal(2, added_usd, 0.7, now=1.0) == reason


def test_less_exposure_is_allowed_even_beyond_the_limit(desk: Desk) -> None:
    desk.hold("buy", 2000.0)

    assert desk.risk.refusal(2, -1.0, 1.0, now=1.0) == ""
    assert desk.risk.refusal(2, 1.0, 1.0, now=1.0) == "risk"


def test_open_orders_are_limited(desk: Desk) -> None:
    assert desk.risk.refusal(2, 0.0, 1.0, now=1.0) == ""
    desk.orders.add(Order("alpha", "BTC-USD", "buy", 100.0, 1.0, "gtc", "leg"))
    assert desk.risk.refusal(2, 0.0, 1.0, now=1.0) == "risk"


def test_orders_per_second_are_limited(desk: Desk) -> None:
    desk.risk.rate.allows(0, now=1.0)
    desk.risk.rate.take(3)

    assert desk.risk.refusal(2, 0.0, 1.0, now=1.0) == "rate_limit"
    assert desk.risk.refusal(2, 0.0, 1.0, now=1.25) == ""


def test_a_rate_limit_holds_one_second_and_no_more() -> None:
    rate = RateLimit(4.0)

    assert rate.allows(4, now=100.0)
    assert not rate.allows(5, now=200.0)
    rate.take(4)
    assert rate.used_ratio(now=200.0) == 1.0
    assert rate.used_ratio(now=200.5) == 0.5


def test_ratios_are_the_use_of_each_limit(desk: Desk) -> None:
    desk.hold("buy", 500.0)
    desk.orders.add(Order("alpha", "BTC-USD", "buy", 100.0, 1.0, "gtc", "leg"))

    assert desk.risk.ratios(now=1.0) == {
        "position": 0.5, "exposure": pytest.approx(1 / 3), "open_orders": 0.5, "order_rate": 0.0,
    }  # fmt: skip
