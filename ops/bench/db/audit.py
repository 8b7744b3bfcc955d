"""What pgaudit costs those who write and ask for orders: the node as a stack has it, and with a silent pgaudit."""

import os
from collections.abc import Callable
from functools import partial

from ops.bench.db.client import Client
from ops.bench.db.data import LATEST_TICK, order_by_id, order_event
from ops.bench.db.deployed import Deployed
from ops.bench.db.pgbench import Load, Run
from ops.bench.db.rounds import Figures, Middle, in_turn
from ops.bench.db.sizes import Sizes
from ops.bench.measure import Measure
from ops.screen import Screen

# An audit that costs an order anything would be turned off.
_GOAL = 0.95
_SILENT = ("ALTER SYSTEM SET pgaudit.log = 'none'", "ALTER SYSTEM SET pgaudit.role = ''")
_AUDITED = ("ALTER SYSTEM RESET pgaudit.log", "ALTER SYSTEM RESET pgaudit.role")
_RELOAD = "SELECT pg_reload_conf()"
_METHOD = """\
Median, least and most of {rounds} rounds of {seconds} s, in turn, straight to the node as hft_writer, {clients} clients
at full speed: insert an order event, ask for an order by id, and twice for a latest tick. As a stack has it:
{audited:,.0f} transactions a second, p99 {audited_ms:.2f} ms. With pgaudit loaded and told to say nothing:
{silent:,.0f} a second, p99 {silent_ms:.2f} ms."""


def measure(deployed: Deployed, client: Client, sizes: Sizes, screen: Screen) -> Measure:
    """How much is left of the transactions that there would be without."""
    orders = {LATEST_TICK: 2, order_by_id(sizes): 1, order_event(): 1}
    clients = os.cpu_count() or 1

    def load(settings: tuple[str, ...], seconds: int) -> Run:
        deployed.superuser(*settings, _RELOAD)
        return client.pgbench((deployed.straight, Load(orders, clients, seconds)))

    loads: dict[str, Callable[[int], Run]] = {"silent": partial(load, _SILENT), "audited": partial(load, _AUDITED)}
    found = in_turn(loads, sizes.rounds, sizes.seconds)
    screen.step("orders, audited and not")
    return judged(found["audited"], found["silent"], sizes, clients)


def judged(audited: Figures, silent: Figures, sizes: Sizes, clients: int) -> Measure:
    """One ratio."""
    method = _METHOD.format(
        rounds=sizes.rounds,
        seconds=sizes.seconds,
        clients=clients,
        audited=Middle.of(audited.rates).median,
        audited_ms=Middle.of(audited.p99_ms).median,
        silent=Middle.of(silent.rates).median,
        silent_ms=Middle.of(silent.p99_ms).median,
    )
    rate = Middle.ratio(audited.rates, silent.rates)
    label = "orders written and asked for, audited ÷ not, transactions a second"
    return Measure(label, rate.median, _GOAL, method, at_least=True, spread=rate.spread)
