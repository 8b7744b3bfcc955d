"""Ingest and questions at once: the stack's node against PostgreSQL as Debian ships it, with the same data."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ops.bench.db.client import Client
from ops.bench.db.data import LATEST_TICK, order_by_id, order_event, some_ticks
from ops.bench.db.deployed import Deployed
from ops.bench.db.pgbench import Load, Run, Target
from ops.bench.db.rounds import Figures, Middle, in_turn
from ops.bench.db.sizes import Sizes
from ops.bench.db.stock import stock
from ops.bench.measure import Measure
from ops.screen import Screen

_TICKS = 50
"""Of one transaction of ingest."""
_BATCHES, _QUESTIONS = 480, 1920
"""Of all clients together, for each second that other measures take; about that long on two CPUs. Both databases do the
same work: where each client did what it could, one that stores ticks faster would have more of them beside its
questions."""
_LONGER = 3
"""Times the seconds of other measures: long enough for checkpoints."""
_METHOD = """\
Median, least and most of {rounds} rounds of the same work, in turn, straight to both and at full speed, from the first
transaction to the last: {clients} as hft_ticks with {batches:,} inserts of {batch} ticks each, {clients} as hft_writer
with {questions:,} transactions each: insert an order event, ask for an order by id, and twice for a latest tick.
Tuned: the stack's node and roles ({tuned_rate:,.0f} transactions a second, p99 {tuned:.1f} ms). Stock: the same image,
limits, data and certificate with the configuration that initdb wrote, roles without settings, and TimescaleDB loaded
({stock_rate:,.0f} a second, p99 {stock:.1f} ms)."""


@dataclass(frozen=True)
class Crowd:
    """How many ask and insert at once."""

    clients: int
    """Of either kind: those that insert ticks, and those that write and ask for orders."""
    name: str
    """What its figures are called."""

    def batches(self, seconds: int) -> int:
        """Inserts of one client that stores ticks."""
        return _BATCHES * seconds // self.clients

    def questions(self, seconds: int) -> int:
        """Transactions of one client of orders."""
        return _QUESTIONS * seconds // self.clients


def crowds(cpus: int) -> tuple[Crowd, Crowd]:
    """As many clients as the machine has CPUs, and 16: more than the CPUs of a small machine have time for."""
    return Crowd(max(cpus // 2, 1), "ingest and questions"), Crowd(8, "the same by 16 clients")


def measures(deployed: Deployed, client: Client, sizes: Sizes, screen: Screen) -> Iterator[Measure]:
    """Throughput and latency, tuned ÷ stock."""
    ticks = {some_ticks(_TICKS): 1}
    orders = {LATEST_TICK: 2, order_by_id(sizes): 1, order_event(): 1}

    def load(port: int, crowd: Crowd) -> Callable[[int], Run]:
        return lambda seconds: client.pgbench(
            (Target(port, "hft_ticks"), Load(ticks, crowd.clients, seconds, transactions=crowd.batches(seconds))),
            (Target(port, "hft_writer"), Load(orders, crowd.clients, seconds, transactions=crowd.questions(seconds))),
        )

    with stock(deployed) as port:
        screen.step("PostgreSQL with its own defaults is up, with a copy of all data")
        for crowd in crowds(os.cpu_count() or 1):
            loads = {"tuned": load(deployed.straight.port, crowd), "stock": load(port, crowd)}
            found = in_turn(loads, sizes.rounds, sizes.seconds * _LONGER)
            screen.step(f"{crowd.name}, tuned and stock")
            yield from judged(found["tuned"], found["stock"], sizes, crowd)


def judged(tuned: Figures, stock: Figures, sizes: Sizes, crowd: Crowd) -> Iterator[Measure]:
    """Two ratios."""
    seconds = sizes.seconds * _LONGER
    method = _METHOD.format(
        rounds=sizes.rounds,
        clients=f"{crowd.clients} client" + ("s" if crowd.clients > 1 else ""),
        batches=crowd.batches(seconds),
        questions=crowd.questions(seconds),
        batch=_TICKS,
        tuned_rate=Middle.of(tuned.rates).median,
        stock_rate=Middle.of(stock.rates).median,
        tuned=Middle.of(tuned.p99_ms).median,
        stock=Middle.of(stock.p99_ms).median,
    )
    name = f"{crowd.name}, tuned ÷ stock PostgreSQL"
    rate = Middle.ratio(tuned.rates, stock.rates)
    yield Measure(f"{name}, transactions a second", rate.median, 1.5, method, at_least=True, spread=rate.spread)
    p99 = Middle.ratio(tuned.p99_ms, stock.p99_ms)
    yield Measure(f"{name}, p99", p99.median, 0.7, "The same rounds.", spread=p99.spread)
