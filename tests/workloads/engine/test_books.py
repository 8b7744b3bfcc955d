"""Books: built by a snapshot, kept by deltas, distrusted after a gap."""

import math
from typing import Any

import pytest

from workloads.engine.books import Applied, Book


def message(kind: str, sequence: int, bids: Any = (), asks: Any = ()) -> dict[str, Any]:
    return {"t": kind, "s": "BTC-USD", "q": sequence, "ts": 100 + sequence, "b": list(bids), "a": list(asks)}


@pytest.fixture
def book() -> Book:
    book = Book("alpha", "BTC-USD")
    assert book.apply(message("snap", 5, [(99.0, 1.0), (98.0, 2.0)], [(101.0, 3.0)]), 1000) is Applied.CURRENT
    return book


def test_a_snapshot_makes_a_valid_book(book: Book) -> None:
    assert (book.bid, book.bid_size, book.ask, book.ask_size) == (99.0, 1.0, 101.0, 3.0)
    assert (book.sequence, book.exchange_ns, book.received_ns, book.valid) == (5, 105, 1000, True)


def test_a_delta_sets_and_removes_levels(book: Book) -> None:
    assert book.apply(message("delta", 6, [(99.0, 0.0), (98.5, 4.0)], [(100.5, 1.0)]), 1001) is Applied.CURRENT

    assert (book.bid, book.bid_size, book.ask, book.ask_size) == (98.5, 4.0, 100.5, 1.0)
    assert (book.sequence, book.received_ns) == (6, 1001)


def test_a_delta_before_any_snapshot_changes_nothing() -> None:
    book = Book("alpha", "BTC-USD")

    assert book.apply(message("delta", 1, [(99.0, 1.0)]), 0) is Applied.OLD
    assert not book.valid
    assert math.isnan(book.bid)


def test_a_delta_that_the_snapshot_holds_changes_nothing(book: Book) -> None:
    assert book.apply(message("delta", 5, [(99.0, 7.0)]), 1001) is Applied.OLD
    assert book.bid_size == 1.0


def test_a_missing_delta_makes_the_book_invalid_until_the_next_snapshot(book: Book) -> None:
    assert book.apply(message("delta", 7, [(99.0, 7.0)]), 1001) is Applied.GAP
    assert not book.valid
    assert math.isnan(book.bid)
    assert book.apply(message("delta", 8, [(99.0, 7.0)]), 1002) is Applied.OLD

    assert book.apply(message("snap", 8, [(97.0, 1.0)], [(98.0, 1.0)]), 1003) is Applied.CURRENT
    assert (book.valid, book.bid) == (True, 97.0)


def test_a_snapshot_with_a_lower_number_is_a_reset(book: Book) -> None:
    assert book.apply(message("snap", 2, [(97.0, 1.0)], [(98.0, 1.0)]), 1001) is Applied.RESET
    assert (book.sequence, book.bid) == (2, 97.0)
