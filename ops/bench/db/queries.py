"""The questions of traders through pooler and router, straight to PostgreSQL, and the machine's own SELECT 1.

Twice: at a pace that leaves the machine time, as a trading system asks, and by clients that ask again as soon as they
have their answer, where every program on the way competes for the same CPUs and the answers queue.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.bench.db.client import Client
from ops.bench.db.data import LATEST_TICK, SELECT_1, order_by_id
from ops.bench.db.deployed import Deployed
from ops.bench.db.pgbench import Load, Run, Target
from ops.bench.db.rounds import Figures, Middle, in_turn
from ops.bench.db.sizes import Sizes
from ops.bench.measure import Measure
from ops.bench.plots import curves
from ops.screen import Screen

CLIENTS = 16
OWN = "SELECT 1, straight"
_QUICK_MS = 0.5
"""Up to this p99 of its own SELECT 1 a machine counts as quick."""
_GOAL_MS, _GOAL_TIMES, _GOAL_RATIO = 1.0, 2.0, 1.5
_METHOD = """\
Median, least and most of {rounds} rounds of {seconds} s, {rows:,} ticks and {events:,} order events, {clients} clients
of pgbench {pace.said}, prepared statements, exact latencies. Through PgBouncer and HAProxy: median {p50:.2f} ms, p99
{p99:.2f} ms. The machine's own SELECT 1, straight to PostgreSQL and in the same way: median {own50:.2f} ms, p99
{own99:.2f} ms."""
_RATIO_METHOD = """\
The same rounds: through PgBouncer and HAProxy p99 {through:.2f} ms, {through_rate:,.0f} a second; straight to
PostgreSQL p99 {straight:.2f} ms, {straight_rate:,.0f} a second."""


@dataclass(frozen=True)
class Pace:
    """How often clients ask."""

    name: str
    said: str
    """For the method's sentence, after "16 clients of pgbench"."""
    rate: int | None
    """Questions a second of all clients together; None: as soon as they have the answer to the last."""


PACES = (
    Pace("2,000 a second", "that ask 2,000 times a second in all, counted from the time at which each was due", 2000),
    Pace("at full speed", "that ask again as soon as they have their answer", None),
)


QUESTIONS = ("latest tick", "order by id")
Answers = Mapping[Pace, Mapping[str, Figures]]
"""Pace → of the machine's own SELECT 1, and of each question through the stack and straight."""


def ask(deployed: Deployed, client: Client, sizes: Sizes, screen: Screen) -> Answers:
    """Ask everything at each pace."""
    scripts = dict(zip(QUESTIONS, (LATEST_TICK, order_by_id(sizes)), strict=True))

    def load(target: Target, script: str, pace: Pace) -> Callable[[int], Run]:
        return lambda seconds: client.pgbench((target, Load({script: 1}, CLIENTS, seconds, pace.rate)))

    found = {}
    for pace in PACES:
        loads = {OWN: load(deployed.straight, SELECT_1, pace)}
        for question, script in scripts.items():
            loads |= {f"{question}, through": load(deployed.through, script, pace)}
            loads |= {f"{question}, straight": load(deployed.straight, script, pace)}
        found[pace] = in_turn(loads, sizes.rounds, sizes.seconds)
        screen.step(f"questions by {CLIENTS} clients, {pace.name}")
    return found


def measures(answers: Answers, sizes: Sizes) -> Iterator[Measure]:
    """Two figures for each pace and question."""
    for pace, found in answers.items():
        for question in QUESTIONS:
            through, straight = found[f"{question}, through"], found[f"{question}, straight"]
            yield latency(question, pace, through, found[OWN], sizes)
            yield ratio(question, pace, through, straight)


def plot(answers: Answers, folder: Path) -> str:
    """Curves of the paced answers; gives the page's line for them."""
    pace, found = next(iter(answers.items()))
    name = "database-questions.png"
    title = f"{CLIENTS} clients, {pace.name}: how long answers take"
    curves({label: figures.curve_ms for label, figures in found.items()}, folder / name, title)
    return f"![How long answers take, {pace.name}]({folder.name}/{name})\n"


def latency(question: str, pace: Pace, through: Figures, own: Figures, sizes: Sizes) -> Measure:
    """In ms where the machine is quick, else as multiple of its own SELECT 1."""
    own_ms = Middle.of(own.p99_ms).median
    method = _METHOD.format(
        rounds=sizes.rounds,
        seconds=sizes.seconds,
        rows=sizes.rows,
        events=4 * sizes.orders,
        clients=CLIENTS,
        pace=pace,
        p50=Middle.of(through.p50_ms).median,
        p99=Middle.of(through.p99_ms).median,
        own50=Middle.of(own.p50_ms).median,
        own99=own_ms,
    )
    if own_ms < _QUICK_MS:
        found = Middle.of(through.p99_ms)
        label = f"{question}, {pace.name}, through the stack, p99 in ms"
        return Measure(label, found.median, _GOAL_MS, method, spread=found.spread)
    found = Middle.ratio(through.p99_ms, own.p99_ms)
    label = f"{question}, {pace.name}, through the stack ÷ the machine's own SELECT 1, p99"
    return Measure(label, found.median, _GOAL_TIMES, method, spread=found.spread)


def ratio(question: str, pace: Pace, through: Figures, straight: Figures) -> Measure:
    """What pooler and router add."""
    found = Middle.ratio(through.p99_ms, straight.p99_ms)
    method = _RATIO_METHOD.format(
        through=Middle.of(through.p99_ms).median,
        through_rate=Middle.of(through.rates).median,
        straight=Middle.of(straight.p99_ms).median,
        straight_rate=Middle.of(straight.rates).median,
    )
    label = f"{question}, {pace.name}, through the stack ÷ straight to PostgreSQL, p99"
    return Measure(label, found.median, _GOAL_RATIO, method, spread=found.spread)
