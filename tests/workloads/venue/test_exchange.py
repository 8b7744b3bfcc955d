"""Orders at the simulated venue: filled, resting, cancelled and refused."""

import random
from typing import Any

import pytest

from workloads.venue.exchange import Exchange, Order
from workloads.venue.market import Market
from workloads.venue.settings import PriceSettings, SymbolSettings

SYMBOL = SymbolSettings(symbol="BTC-USD", price=100.0, tick_size=0.5, lot_size=0.1, level_size=1.0)


@pytest.fixture
def exchange() -> Exchange:
    market = Market(SYMBOL, PriceSettings(levels=1, spread_bps=0), random.Random(1))
    market.move(20.0)
    return Exchange({"BTC-USD": market}, taker_fee_bps=10.0)


def order(order_id: str = "a", **more: Any) -> Order:
    return Order(
        **{
            "id": order_id, "account": "us", "session": 1, "symbol": "BTC-USD", "side": "buy", "price": 100.5,
            "size": 0.2, "tif": "ioc",
        } | more
    )  # fmt: skip


def test_an_order_that_crosses_is_acknowledged_and_filled(exchange: Exchange) -> None:
    assert exchange.new(order(), epoch=1) == [
        (1, {"t": "ack", "id": "a"}),
        (1, {"t": "fill", "id": "a", "px": 100.5, "qty": 0.2, "filled": 0.2, "left": 0.0, "fee": 100.5 * 0.2 * 0.001}),
    ]
    assert exchange.account("us").positions == {"BTC-USD": 0.2}
    assert exchange.open == {}


def test_the_rest_of_an_ioc_is_cancelled(exchange: Exchange) -> None:
    assert exchange.new(order(price=100.0), epoch=1) == [
        (1, {"t": "ack", "id": "a"}),
        (1, {"t": "canc", "id": "a", "filled": 0.0, "reason": "ioc"}),
    ]


def test_the_rest_of_a_gtc_rests_until_the_book_crosses_it_and_fills_at_its_own_price(exchange: Exchange) -> None:
    assert exchange.new(order(price=99.0, tif="gtc"), epoch=1) == [(1, {"t": "ack", "id": "a"})]
    assert exchange.match_resting("BTC-USD") == []

    exchange.markets["BTC-USD"].move(-200.0)

    [(session, fill)] = exchange.match_resting("BTC-USD")
    assert (session, fill["px"], fill["qty"]) == (1, 99.0, 0.2)
    assert exchange.open == {}


def rejection(exchange: Exchange, order: Order, epoch: int = 1) -> str:
    [(_, reply)] = exchange.new(order, epoch)
    assert reply["t"] == "rej"
    return str(reply["reason"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"symbol": "XRP-USD"}, "unknown_symbol"),
        ({"price": 0.0}, "invalid_price"),
        ({"size": 0.25}, "invalid_size"),
        ({"size": -0.1}, "invalid_size"),
    ],
)
def test_a_wrong_order_is_refused(exchange: Exchange, change: dict[str, Any], reason: str) -> None:
    assert rejection(exchange, order(**change)) == reason


def test_an_id_may_be_used_once(exchange: Exchange) -> None:
    exchange.new(order(), epoch=1)

    assert rejection(exchange, order()) == "duplicate_id"


def test_an_older_epoch_is_refused_once_a_newer_one_has_traded(exchange: Exchange) -> None:
    exchange.new(order("a"), epoch=5)

    assert rejection(exchange, order("b"), epoch=4) == "stale_epoch"
    assert rejection(exchange, order("c", price=0.0), epoch=5) == "invalid_price"


def test_a_venue_told_to_reject_rejects(exchange: Exchange) -> None:
    exchange.reject_all = True

    assert rejection(exchange, order()) == "venue_rejects_all"


def test_cancels_touch_only_the_account_and_the_session(exchange: Exchange) -> None:
    for order_id, account, session in (("a", "us", 1), ("b", "us", 2), ("c", "them", 3)):
        exchange.new(order(order_id, account=account, session=session, price=90.0, tif="gtc"), epoch=1)

    assert exchange.cancel("them", "a", 3) == [(3, {"t": "rej", "id": "a", "reason": "unknown_order"})]
    assert [reply["id"] for _, reply in exchange.cancel_all("us", "disconnect", session=2)] == ["b"]
    assert exchange.cancel_all("us", "requested") == [
        (1, {"t": "canc", "id": "a", "filled": 0.0, "reason": "requested"})
    ]
    assert list(exchange.open) == ["c"]


def test_the_state_tells_what_became_of_orders(exchange: Exchange) -> None:
    exchange.new(order("a"), epoch=1)
    exchange.new(order("b", price=90.0, tif="gtc"), epoch=1)
    exchange.new(order("c", price=90.0), epoch=1)

    assert exchange.state("us", ["a", "b", "c", "d"]) == {
        "t": "state",
        "positions": {"BTC-USD": 0.2},
        "orders": ["b"],
        "statuses": [
            {"id": "a", "outcome": "filled", "filled": 0.2},
            {"id": "b", "outcome": "open", "filled": 0.0},
            {"id": "c", "outcome": "cancelled", "filled": 0.0},
            {"id": "d", "outcome": "unknown", "filled": 0.0},
        ],
    }
