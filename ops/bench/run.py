"""Runs all measures of what a stack costs."""

from ops.bench import deploys, orders, policies, previews
from ops.bench.box import sandbox, settings
from ops.bench.machine import machine
from ops.bench.measure import HEADS, Measure, write
from ops.bench.measure import STACK as SUITE
from ops.sandbox import CHECKOUT
from ops.screen import Screen


def bench(screen: Screen) -> list[Measure]:
    """Measure, show, write build/bench.json and docs/benchmarks.md. Raises OpsError where something does not run."""
    found_on = machine()
    with sandbox() as (box, client), screen.running("measuring, for some minutes"):
        measures = [
            *deploys.measures(box, client, screen),
            *previews.measures(box, settings("prod"), screen),
            *policies.measures(screen),
            orders.measure(box, client, screen),
        ]
    write(SUITE, measures, found_on, CHECKOUT)
    screen.table(HEADS, [measure.row() for measure in measures])
    return measures
