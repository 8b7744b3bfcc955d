"""Runs the measures of monitoring stage by stage; what one has found is written before the next begins."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docker import DockerClient

from ops.bench.box import sandbox, settings
from ops.bench.machine import machine
from ops.bench.measure import HEADS, PAGING, SCALE, WATCHING, Measure, Suite, write
from ops.bench.monitoring import cost
from ops.bench.monitoring.paging import measure as paging
from ops.bench.monitoring.scale import measure as scale
from ops.sandbox import CHECKOUT, Sandbox
from ops.screen import Screen

Found = tuple[Sequence[Measure], str]
"""Figures, and a text about them."""


def bench_monitoring(stages: Sequence[str], screen: Screen) -> None:
    """Measure, show, write build/bench.json and docs/benchmarks.md; `stages` by name, without any all of them.

    Raises:
        OpsError: something does not run.
    """
    found_on, dev = machine(), settings("dev")
    with sandbox() as (box, client), screen.running("measuring, for half an hour or a quarter at each stage"):
        for stage in stages or STAGES:
            suite, measure = STAGES[stage]
            measures, text = measure(box, dev, client, screen)
            write(suite, measures, found_on, CHECKOUT, text)
            screen.table(HEADS, [each.row() for each in measures])


def _paging(box: Sandbox, dev: dict[str, Any], client: DockerClient, screen: Screen) -> Found:
    return [*paging.measures(box, dev, client, screen)], ""


def _cost(box: Sandbox, dev: dict[str, Any], client: DockerClient, screen: Screen) -> Found:
    return [cost.measure(box, dev, client, screen)], ""


def _scale(box: Sandbox, dev: dict[str, Any], client: DockerClient, screen: Screen) -> Found:
    loads = [*scale.loads(box, dev, client, screen)]
    return [scale.left_out(loads)], scale.table(loads)


STAGES: Mapping[str, tuple[Suite, Callable[[Sandbox, dict[str, Any], DockerClient, Screen], Found]]] = {
    "paging": (PAGING, _paging),
    "cost": (WATCHING, _cost),
    "scale": (SCALE, _scale),
}
"""Stage → its part of the page, and how it is measured."""
