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

_TICK_CLIENTS, _ORDER_CLIENTS = 8, 8
_TICKS = 50
"""Of one transaction of ingest."""
_BATCHES, _QUESTIONS = 60, 240
"""Of each client, for each second that other measures take; about that long on two CPUs. Both databases do the same
work: where each client did what it could, one that stores ticks faster would have more of them beside its questions."""
_LONGER = 3
"""Times the seconds of other measures: long enough for checkpoints."""
_METHOD = """\
Median, least and most of {rounds} rounds of the same work, in turn, straight to both and at full speed, from the first
transaction to the last: {ticks} clients as hft_ticks that insert {batches:,} times {batch} ticks each, {orders} as
hft_writer with {questions:,} transactions each: insert an order event, ask for an order by id, and twice for a latest
tick. Tuned: the stack's node and roles ({tuned_rate:,.0f} transactions a second, p99 {tuned:.1f} ms). Stock: the same
image, limits, data and certificate with the configuration that initdb wrote, roles without settings, and TimescaleDB
loaded ({stock_rate:,.0f} a second, p99 {stock:.1f} ms)."""


def measures(deployed: Deployed, client: Client, sizes: Sizes, screen: Screen) -> Iterator[Measure]:
    """Throughput and latency, tuned ÷ stock."""
    ticks = {some_ticks(_TICKS): 1}
    orders = {LATEST_TICK: 2, order_by_id(sizes): 1, order_event(): 1}

    def load(port: int) -> Callable[[int], Run]:
        return lambda seconds: client.pgbench(
            (Target(port, "hft_ticks"), Load(ticks, _TICK_CLIENTS, seconds, transactions=_BATCHES * seconds)),
            (Target(port, "hft_writer"), Load(orders, _ORDER_CLIENTS, seconds, transactions=_QUESTIONS * seconds)),
        )

    with stock(deployed) as port:
        screen.step("PostgreSQL with its own defaults is up, with a copy of all data")
        loads = {"tuned": load(deployed.straight.port), "stock": load(port)}
        found = in_turn(loads, sizes.rounds, sizes.seconds * _LONGER)
    screen.step("ingest and questions at once, tuned and stock")
    yield from judged(found["tuned"], found["stock"], sizes)


def judged(tuned: Figures, stock: Figures, sizes: Sizes) -> Iterator[Measure]:
    """Two ratios."""
    method = _METHOD.format(
        rounds=sizes.rounds,
        batches=_BATCHES * sizes.seconds * _LONGER,
        questions=_QUESTIONS * sizes.seconds * _LONGER,
        ticks=_TICK_CLIENTS,
        batch=_TICKS,
        orders=_ORDER_CLIENTS,
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
