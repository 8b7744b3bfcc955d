"""Rows as COPY text."""

import math

from workloads.engine.rows import ORDER_EVENTS, TICKS, copy_text, stamp


def test_values_become_copy_text() -> None:
    rows = [(stamp(1_700_000_000_123_456_789), "a\tb\\c\nd", 1.5, 7, None, math.nan, "")]

    assert copy_text(rows) == "2023-11-14T22:13:20.123456+00:00\ta\\tb\\\\c\\nd\t1.5\t7\t\\N\tNaN\t\n"


def test_no_rows_are_no_text() -> None:
    assert copy_text([]) == ""


def test_statements_name_table_and_columns() -> None:
    assert TICKS.copy == (
        "COPY trading.ticks (ts, venue, symbol, bid, bid_size, ask, ask_size, exchange_ts, seq) FROM STDIN"
    )
    assert (TICKS.synchronous, ORDER_EVENTS.synchronous) == (False, True)
