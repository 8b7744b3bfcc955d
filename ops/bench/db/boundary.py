"""Inserts at the boundary of a chunk: with the chunks made ahead, and with them made by whoever comes first."""

from collections.abc import Mapping, Sequence

from ops.bench.db.client import Client
from ops.bench.db.deployed import Deployed
from ops.bench.db.pgbench import Load, Transaction, percentile
from ops.bench.db.rounds import Middle
from ops.bench.db.sizes import Sizes
from ops.bench.measure import Measure
from ops.screen import Screen

CHUNK_SECONDS = 1
"""Of both tables, so that a minute has sixty boundaries."""
WINDOW_MS = 100
"""After a boundary: how long what was due then counts."""
_CLIENTS, _RATE = 16, 2000
_WARM_UP_SECONDS = 5
_STARTED_WITHIN_SECONDS = 10
_SHARE = 0.999
# Chunks ahead have to be worth their trouble.
_GOAL = 1.0
_TABLES = {"ahead": "bench.ahead", "late": "bench.late"}
_METHOD = """\
{rounds} rounds of {seconds} s, in turn: {rate:,} single inserts a second by {clients} clients, counted from the time at
which each was due, into two hypertables like trading.ticks with chunks of {chunk} s; those of one are made ahead by the
function that the stack's job calls. Counted: the {count:,} and {late_count:,} inserts under way within {window} ms
after a boundary. p99.9 {ahead:.1f} ms and {late:.1f} ms, p99 {ahead99:.1f} ms and {late99:.1f} ms."""


def make(name: str) -> str:
    """Statements for one table."""
    return f"""
SET ROLE hft_owner;
CREATE TABLE {name} (LIKE trading.ticks INCLUDING ALL);
SELECT public.create_hypertable(
    '{name}', public.by_range('ts', INTERVAL '{CHUNK_SECONDS} s'), create_default_indexes => FALSE
);
GRANT SELECT, INSERT ON {name} TO hft_writer;
"""


def make_ahead(name: str, seconds: int) -> str:
    """Statement that makes the chunks of the coming seconds."""
    return (
        f"SELECT hft.open_chunk('{name}', 'ts', date_trunc('second', now()) + n * interval '{CHUNK_SECONDS} s', 0) "
        f"FROM generate_series(0, {seconds // CHUNK_SECONDS}) AS n"
    )


def insert(name: str) -> str:
    """Script for one tick of now."""
    return f"""\
\\set symbol random(0, 49)
INSERT INTO {name} (ts, venue, symbol, bid, ask) VALUES (clock_timestamp(), 'V1', 'S' || :symbol::text, 100, 100.01);
"""


def near(transactions: Sequence[Transaction]) -> list[int]:
    """Elapsed µs, sorted, of those under way at some time from a boundary to the end of its window."""
    return sorted(each.elapsed_us for each in transactions if _touches(each))


def _touches(each: Transaction) -> bool:
    boundary_us = each.ended_us // (CHUNK_SECONDS * 1_000_000) * CHUNK_SECONDS * 1_000_000
    return each.began_us <= boundary_us + WINDOW_MS * 1000


def measure(deployed: Deployed, client: Client, sizes: Sizes, screen: Screen) -> Measure:
    """What chunks made ahead save whoever inserts at their boundary."""
    deployed.superuser(*map(make, _TABLES.values()))
    counted: dict[str, list[list[int]]] = {key: [] for key in _TABLES}
    for seconds in (_WARM_UP_SECONDS, *[sizes.seconds] * sizes.rounds):
        for key, table in _TABLES.items():
            if key == "ahead":
                deployed.superuser(make_ahead(table, seconds + _STARTED_WITHIN_SECONDS))
            run = client.pgbench((deployed.straight, Load({insert(table): 1}, _CLIENTS, seconds, _RATE)))
            counted[key].append(near(run.transactions))
    screen.step(f"inserts at the boundaries of chunks, by {_CLIENTS} clients")
    return judged({key: found[1:] for key, found in counted.items()}, sizes)


def judged(counted: Mapping[str, Sequence[Sequence[int]]], sizes: Sizes) -> Measure:
    """From the elapsed µs near boundaries, by table and round."""
    ratio = Middle.ratio(*([percentile(found, _SHARE) for found in counted[key]] for key in ("ahead", "late")))
    ahead, late = (sorted(us for found in counted[key] for us in found) for key in ("ahead", "late"))
    method = _METHOD.format(
        rounds=sizes.rounds,
        seconds=sizes.seconds,
        rate=_RATE,
        clients=_CLIENTS,
        chunk=CHUNK_SECONDS,
        window=WINDOW_MS,
        count=len(ahead),
        late_count=len(late),
        ahead=percentile(ahead, _SHARE) / 1000,
        late=percentile(late, _SHARE) / 1000,
        ahead99=percentile(ahead, 0.99) / 1000,
        late99=percentile(late, 0.99) / 1000,
    )
    label = "insert at a chunk's boundary, chunks made ahead ÷ made then, p99.9"
    return Measure(label, ratio.median, _GOAL, method, spread=ratio.spread)
