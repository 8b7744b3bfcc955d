"""Detection: the edge is what is left after both venues' fees."""

import pytest

from workloads.engine.books import Book
from workloads.engine.detect import cross, crosses

FEES = {"alpha": 1.0, "beta": 2.0}


def book(venue: str, bid: float, ask: float, size: float = 1.0) -> Book:
    made = Book(venue, "BTC-USD")
    made.apply({"t": "snap", "s": "BTC-USD", "q": 1, "ts": 1, "b": [(bid, size)], "a": [(ask, size * 2)]}, 1)
    return made


def test_a_bid_above_the_other_ask_is_a_cross() -> None:
    found = cross(book("alpha", 99.0, 100.0), book("beta", 100.2, 101.0, size=5.0), fees_bps=3.0)

    assert found is not None
    assert found.key == ("BTC-USD", "alpha", "beta")
    assert (found.buy_price, found.sell_price, found.size, found.size_usd) == (100.0, 100.2, 2.0, 200.0)
    assert found.gross_bps == pytest.approx(20.0)
    assert found.net_bps == pytest.approx(17.0)


@pytest.mark.parametrize("bid", [100.0, 99.5])
def test_a_bid_not_above_the_other_ask_is_none(bid: float) -> None:
    assert cross(book("alpha", 99.0, 100.0), book("beta", bid, 101.0), fees_bps=0.0) is None


def test_an_invalid_book_crosses_nothing() -> None:
    empty = Book("alpha", "BTC-USD")
    full = book("beta", 100.2, 101.0)

    assert cross(empty, full, 0.0) is None
    assert cross(full, empty, 0.0) is None


def test_both_directions_are_looked_at() -> None:
    alpha, beta = book("alpha", 100.2, 101.0), book("beta", 99.0, 100.0)

    assert [found.key for found in crosses(alpha, [alpha, beta], FEES, 1.0)] == [("BTC-USD", "beta", "alpha")]
    assert [found.key for found in crosses(beta, [alpha, beta], FEES, 1.0)] == [("BTC-USD", "beta", "alpha")]


@pytest.mark.parametrize(("min_edge_bps", "count"), [(16.9, 1), (17.1, 0)])
def test_the_edge_after_fees_has_to_reach_the_threshold(min_edge_bps: float, count: int) -> None:
    alpha, beta = book("alpha", 99.0, 100.0), book("beta", 100.2, 101.0)

    assert len(crosses(alpha, [alpha, beta], FEES, min_edge_bps)) == count
