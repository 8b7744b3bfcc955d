"""Ingest and questions at once: the stack's node against PostgreSQL as Debian ships it, with the same data."""

from collections.abc import Callable, Iterator

from ops.bench.db.client import Client
from ops.bench.db.data import LATEST_TICK, order_by_id, order_event, some_ticks
from ops.bench.db.deployed import Deployed
from ops.bench.db.pgbench import Load, Run, Target
from ops.bench.db.rounds import Figures, Middle, in_turn
from ops.bench.db.sizes import Sizes
from ops.bench.db.stock import stock
from ops.bench.measure import Measure
from ops.screen import Screen

_CLIENTS = 16
_TICKS = 50
"""Of one transaction of ingest."""
_LONGER = 6
"""Times the seconds of other measures: long enough for checkpoints."""
_METHOD = """\
Median, least and most of {rounds} rounds of {seconds} s, in turn, straight to both as hft_writer: {clients} clients at
full speed, of ten transactions four latest ticks, four times {ticks} ticks inserted, one order by id, one order event.
Tuned: the stack's node ({tuned_rate:,.0f} a second, p99 {tuned:.1f} ms). Stock: the same image, limits and data with
the configuration that initdb wrote, and TimescaleDB loaded ({stock_rate:,.0f} a second, p99 {stock:.1f} ms)."""


def measures(deployed: Deployed, client: Client, sizes: Sizes, screen: Screen) -> Iterator[Measure]:
    """Throughput and latency, tuned ÷ stock."""
    scripts = {LATEST_TICK: 4, some_ticks(_TICKS): 4, order_by_id(sizes): 1, order_event(): 1}

    def load(target: Target) -> Callable[[int], Run]:
        return lambda seconds: client.pgbench(target, Load(scripts, _CLIENTS, seconds))

    with stock(deployed) as plain:
        screen.step("PostgreSQL with its own defaults is up, with a copy of all data")
        loads = {"tuned": load(deployed.straight), "stock": load(plain)}
        found = in_turn(loads, sizes.rounds, sizes.seconds * _LONGER)
    screen.step(f"ingest and questions by {_CLIENTS} clients, tuned and stock")
    yield from judged(found["tuned"], found["stock"], sizes)


def judged(tuned: Figures, stock: Figures, sizes: Sizes) -> Iterator[Measure]:
    """Two ratios."""
    method = _METHOD.format(
        rounds=sizes.rounds,
        seconds=sizes.seconds * _LONGER,
        clients=_CLIENTS,
        ticks=_TICKS,
        tuned_rate=Middle.of(tuned.rates).median,
        stock_rate=Middle.of(stock.rates).median,
        tuned=Middle.of(tuned.p99_ms).median,
        stock=Middle.of(stock.p99_ms).median,
    )
    rate = Middle.ratio(tuned.rates, stock.rates)
    yield Measure(
        "ingest and questions, tuned ÷ stock PostgreSQL, transactions a second",
        rate.median,
        1.5,
        method,
        at_least=True,
        spread=rate.spread,
    )
    p99 = Middle.ratio(tuned.p99_ms, stock.p99_ms)
    same = "The same rounds."
    yield Measure("ingest and questions, tuned ÷ stock PostgreSQL, p99", p99.median, 0.7, same, spread=p99.spread)
