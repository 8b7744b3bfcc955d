"""The rows that are measured with, as SQL; pure. Ticks come at the rate that the settings expect, up to now."""

from ops.bench.db.sizes import Sizes

SYMBOLS, VENUES = 50, 4
TICKS_PER_SECOND = 500
"""As TRADING_HYPERTABLES has it for ticks."""
PLAIN = "bench.ticks"
"""Table with the columns and indexes of trading.ticks that is no hypertable."""
EVENTS = ("new", "acknowledged", "filled", "closed")
"""Of each order, in the order in which they come."""

MAKE_PLAIN = f"""
CREATE SCHEMA bench AUTHORIZATION hft_owner;
SET ROLE hft_owner;
GRANT USAGE ON SCHEMA bench TO hft_writer;
CREATE TABLE {PLAIN} (LIKE trading.ticks INCLUDING ALL);
GRANT SELECT, INSERT ON {PLAIN} TO hft_writer;
"""

DROP_PLAIN = "DROP SCHEMA bench CASCADE"
"""And whatever else was made in its schema."""


def ticks(sizes: Sizes, batch: int) -> str:
    """Query for the rows of one batch, the last of which ends now. No order but that of time: prices jump about."""
    first, last = batch * sizes.batch, (batch + 1) * sizes.batch - 1
    ago_seconds = sizes.rows / TICKS_PER_SECOND
    return (
        f"SELECT date_trunc('minute', now()) + (n::float8 / {TICKS_PER_SECOND} - {ago_seconds:.3f}) * interval '1 s', "
        f"'V' || n % {VENUES}, 'S' || n / {VENUES} % {SYMBOLS}, "
        "100 + n * 31 % 1000 * 0.01, 1 + n % 9, 100.01 + n * 31 % 1000 * 0.01, 1 + n % 7, now(), n "
        f"FROM generate_series({first}::bigint, {last}) AS n"
    )


def order_events(sizes: Sizes) -> str:
    """Statement that makes all events of orders, evenly over the time of the ticks."""
    ago_seconds = sizes.rows / TICKS_PER_SECOND
    events = ", ".join(f"({place}, '{event}')" for place, event in enumerate(EVENTS))
    return (
        "INSERT INTO trading.order_events (ts, order_id, event, venue, symbol, side, price, size) "
        f"SELECT now() - (1 - n::float8 / {sizes.orders}) * {ago_seconds:.3f} * interval '1 s' + place * interval "
        f"'3 ms', md5(n::text)::uuid, event, 'V' || n % {VENUES}, 'S' || n % {SYMBOLS}, "
        "CASE n % 2 WHEN 0 THEN 'buy' ELSE 'sell' END, 100 + n % 1000 * 0.01, 1 "
        f"FROM generate_series(1, {sizes.orders}) AS n, (VALUES {events}) AS events (place, event)"
    )


SELECT_1 = "SELECT 1;\n"

LATEST_TICK = f"""\
\\set symbol random(0, {SYMBOLS - 1})
\\set venue random(0, {VENUES - 1})
SELECT ts, bid, bid_size, ask, ask_size FROM trading.ticks
WHERE symbol = 'S' || :symbol::text AND venue = 'V' || :venue::text ORDER BY ts DESC LIMIT 1;
"""


def order_by_id(sizes: Sizes) -> str:
    """Script for all events of an order."""
    return f"""\
\\set order random(1, {sizes.orders})
SELECT ts, event, price, size, reason FROM trading.order_events WHERE order_id = md5(:order::text)::uuid ORDER BY ts;
"""


def some_ticks(count: int) -> str:
    """Script that inserts so many ticks of now."""
    return f"""\
\\set first random(0, 1000000)
INSERT INTO trading.ticks (ts, venue, symbol, bid, bid_size, ask, ask_size, exchange_ts, seq)
SELECT clock_timestamp(), 'V' || n % {VENUES}, 'S' || n / {VENUES} % {SYMBOLS}, 100, 1, 100.01, 1, now(), n
FROM generate_series(:first::bigint, :first::bigint + {count - 1}) AS n;
"""


def order_event() -> str:
    """Script that inserts one event of an order."""
    return f"""\
\\set symbol random(0, {SYMBOLS - 1})
INSERT INTO trading.order_events (ts, order_id, event, venue, symbol, side, price, size)
VALUES (clock_timestamp(), gen_random_uuid(), 'new', 'V1', 'S' || :symbol::text, 'buy', 100, 1);
"""
