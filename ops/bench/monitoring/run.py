"""Runs all measures of monitoring."""

from ops.bench.box import sandbox, settings
from ops.bench.machine import machine
from ops.bench.measure import HEADS, MONITORING, Measure, write
from ops.bench.monitoring import cost
from ops.bench.monitoring.paging import measure as paging
from ops.bench.monitoring.scale import measure as scale
from ops.sandbox import CHECKOUT
from ops.screen import Screen


def bench_monitoring(screen: Screen) -> list[Measure]:
    """Measure, show, write build/bench.json and docs/benchmarks.md. Raises OpsError where something does not run."""
    found_on, dev = machine(), settings("dev")
    with sandbox() as (box, client), screen.running("measuring, for most of an hour"):
        measures = [*paging.measures(box, dev, client, screen), cost.measure(box, dev, client, screen)]
        loads = list(scale.loads(box, client, screen))
    write(MONITORING, measures, found_on, CHECKOUT, scale.table(loads))
    screen.table(HEADS, [measure.row() for measure in measures])
    return measures
