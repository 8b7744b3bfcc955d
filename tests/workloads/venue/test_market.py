"""The displayed book of the simulated venue."""

import random

import pytest

from workloads.venue.market import Market, Trade
from workloads.venue.settings import PriceSettings, SymbolSettings

SYMBOL = SymbolSettings(symbol="BTC-USD", price=100.0, tick_size=0.5, lot_size=0.1, level_size=1.0)


@pytest.fixture
def market() -> Market:
    market = Market(SYMBOL, PriceSettings(levels=3, spread_bps=0), random.Random(1))
    market.move(20.0)
    return market


def test_levels_stand_around_the_price(market: Market) -> None:
    snapshot = market.snapshot(5)

    assert [price for price, _ in snapshot["b"]] == [100.0, 99.5, 99.0]
    assert [price for price, _ in snapshot["a"]] == [100.5, 101.0, 101.5]
    assert {market.is_lots(size) for _, size in snapshot["b"] + snapshot["a"]} == {True}
    assert (snapshot["t"], snapshot["s"], snapshot["q"], snapshot["ts"]) == ("snap", "BTC-USD", 0, 5)


def test_a_snapshot_and_the_deltas_after_it_make_the_next_snapshot(market: Market) -> None:
    market.delta(0)
    first = market.snapshot(0)
    books = {side: dict(first[side]) for side in "ba"}

    for offset in (60.0, -80.0, 5.0):
        market.move(offset)
        delta = market.delta(0)
        for side, book in books.items():
            book |= dict(delta[side])
            books[side] = {price: size for price, size in book.items() if size}

    last = market.snapshot(0)
    assert books == {side: dict(last[side]) for side in "ba"}
    assert last["q"] == first["q"] + 3


def test_an_order_takes_the_best_levels_up_to_its_limit_and_consumes_them(market: Market) -> None:
    best, second, _ = market.snapshot(0)["a"]
    size = market.round_size(best[1] + 0.1)

    assert market.take("buy", 101.0, size) == [Trade(100.5, best[1]), Trade(101.0, 0.1)]
    assert market.snapshot(0)["a"][0] == (101.0, market.round_size(second[1] - 0.1))


def test_an_order_worse_than_the_market_takes_nothing(market: Market) -> None:
    assert market.take("buy", 100.0, 1.0) == []
    assert market.take("sell", 100.5, 1.0) == []


@pytest.mark.parametrize(
    ("side", "limit", "crosses"), [("buy", 100.5, True), ("buy", 100.0, False), ("sell", 100.0, True),
                                   ("sell", 100.5, False)],
)  # fmt: skip
def test_an_order_crosses_at_or_beyond_the_other_side(market: Market, side: str, limit: float, crosses: bool) -> None:
    assert market.crosses(side, limit) is crosses  # type: ignore[arg-type]


@pytest.mark.parametrize(("size", "good"), [(0.1, True), (0.3, True), (0.15, False), (0.0, False), (-0.1, False)])
def test_sizes_are_whole_positive_lots(market: Market, size: float, good: bool) -> None:
    assert market.is_lots(size) is good
