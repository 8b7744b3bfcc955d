"""`hft up` from nothing against plain `docker run`, and without a change."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from docker import DockerClient

from ops.bench.measure import Measure
from ops.bench.plain import Plain
from ops.bench.timing import RUNS, deployed, timed
from ops.sandbox import Sandbox
from ops.screen import Screen

_UP_METHOD = """\
Median of {runs} pairs, images present, volumes new. `hft up dev` from the start of its process to the table: checks,
policies, {containers} containers in the order of their dependencies until all are healthy, roles, schema, grants and
migrations (median {up:.1f} s). `docker run` of the same containers with the same limits and files, one after the other:
those that end are waited for, among them the one that awaits the synchronous standby; then until all are healthy. No
roles, schema or migrations (median {plain:.1f} s)."""


def measures(box: Sandbox, client: DockerClient, screen: Screen) -> Iterator[Measure]:
    """The two figures of a deployment; leaves nothing behind."""
    ups, plains, unchanged, containers = [], [], [], 0
    for _ in range(RUNS):
        ups.append(timed(box.argv("up")))
        screen.step("up from nothing", ups[-1])
        unchanged.append(timed(box.argv("up")))
        screen.step("up without a change", unchanged[-1])
        with tempfile.TemporaryDirectory(prefix="hft-bench-") as folder:
            plain = Plain.of(deployed(box), Path(folder))
            timed(box.argv("purge"))
            try:
                plains.append(plain.start(client))
            finally:
                plain.remove(client)
        screen.step("the same containers by docker run", plains[-1])
        containers = len(plain.names)
    ratio = statistics.median(up / plain for up, plain in zip(ups, plains, strict=True))
    up, by_hand = statistics.median(ups), statistics.median(plains)
    method = _UP_METHOD.format(runs=RUNS, containers=containers, up=up, plain=by_hand)
    yield Measure("hft up dev ÷ docker run", ratio, 2.0, method)
    method = f"Median of {RUNS} runs in seconds, the whole process, policies included."
    yield Measure("hft up dev without a change, seconds", statistics.median(unchanged), 8.0, method)
