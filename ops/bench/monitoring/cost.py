"""What being watched costs an order: the engine's round trips with monitoring and without."""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from docker import DockerClient
from docker.models.containers import Container

from components._common.labels import PROJECT
from ops.bench.measure import Measure
from ops.bench.roundtrip import taken
from ops.bench.timing import timed
from ops.sandbox import Sandbox
from ops.screen import Screen

_PAIRS = 10
_SECONDS = 30
_SETTLE_SECONDS = 15
"""After the watchers were stopped or started: Prometheus reads its write-ahead log, and that is no cost of watching."""
_ROOM = 100
"""By how much more an engine may hold: it trades on, where it would come to its limits and send few orders."""
_METHOD = """\
Median of {pairs} pairs of {seconds} s, exact samples, {orders:.0f} orders in each half; the order within a pair is
changed each time, and each half begins {settled} s after watchers were stopped or started. With (median {on:.0f} µs):
Prometheus with all rules, Alertmanager, node exporter and every exporter, the engine asked once a second. Without
(median {off:.0f} µs): all of these stopped. The simulated venues are on the engine's CPU, apart from the watchers: real
ones are on no host of ours. The spread is of the quartiles; the 99th percentiles without vary by {spread:.0%} (standard
deviation ÷ mean)."""


def measure(box: Sandbox, settings: dict[str, Any], client: DockerClient, screen: Screen) -> Measure:
    """The ratio of the 99th percentiles; leaves the stack up."""
    box.write(_busier(settings))
    timed(box.argv("up"))
    engine = settings["trading"]["engines"][0]
    port = engine[f"{engine['slot']}_port"]
    url = f"http://{settings['hosts'][0]['address']}:{port}"
    watchers = _watchers(client, box.stack)
    on: list[float] = []
    off: list[float] = []
    counts: list[int] = []
    with _beside(_venues(client, box.stack), engine["cpu_set"]):
        for number in range(_PAIRS):
            for watched in (True, False) if number % 2 else (False, True):
                with _stopped(() if watched else watchers):
                    time.sleep(_SETTLE_SECONDS)
                    found = taken(url, _SECONDS)
                counts.append(found.orders)
                (on if watched else off).append(found.p99_us)
            screen.step(f"order round trip p99: {on[-1]:.0f} µs watched, {off[-1]:.0f} µs not")
    ratios = sorted(one / other for one, other in zip(on, off, strict=True))
    low, _, high = statistics.quantiles(ratios, n=4)
    told = {"pairs": _PAIRS, "seconds": _SECONDS, "settled": _SETTLE_SECONDS, "orders": statistics.median(counts)}
    told |= {"on": statistics.median(on), "off": statistics.median(off)}
    method = _METHOD.format(spread=statistics.stdev(off) / statistics.mean(off), **told)
    return Measure(
        "order round trip p99, monitoring on ÷ off", statistics.median(ratios), 1.05, method, spread=(low, high)
    )


def _busier(settings: dict[str, Any]) -> dict[str, Any]:
    """Any edge is traded, for long: more orders, and so a 99th percentile that says something."""
    trading = settings["trading"]
    engines = [{**engine, "min_edge_bps": 0.0, "limits": _wider(engine["limits"])} for engine in trading["engines"]]
    return {**settings, "trading": {**trading, "engines": engines}}


def _wider(limits: dict[str, float]) -> dict[str, float]:
    return {**limits, **{name: _ROOM * limits[name] for name in ("max_position_usd", "max_exposure_usd")}}


def _watchers(client: DockerClient, stack: str) -> list[Container]:
    """What is there to watch others."""
    return [each for each in _containers(client, stack) if _watches(each.labels)]


def _venues(client: DockerClient, stack: str) -> list[Container]:
    return [each for each in _containers(client, stack) if each.labels["hft.role"].startswith("venue-")]


def _containers(client: DockerClient, stack: str) -> list[Container]:
    labels = [f"hft.project={PROJECT}", f"hft.stack={stack}"]
    return client.containers.list(filters={"label": labels})


def _watches(labels: dict[str, str]) -> bool:
    return labels["hft.component"] == "monitoring" or "exporter" in labels["hft.role"]


@contextmanager
def _beside(containers: Sequence[Container], cpus: str) -> Iterator[None]:
    """Have containers on these CPUs."""
    before = [each.attrs["HostConfig"]["CpusetCpus"] for each in containers]
    for each in containers:
        each.update(cpuset_cpus=cpus)
    try:
        yield
    finally:
        for each, own in zip(containers, before, strict=True):
            each.update(cpuset_cpus=own)


@contextmanager
def _stopped(containers: Sequence[Container]) -> Iterator[None]:
    for each in containers:
        each.stop()
    try:
        yield
    finally:
        for each in reversed(containers):
            each.start()
