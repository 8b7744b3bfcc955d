"""What being watched costs an order: the engine's round trips with monitoring and without."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import yaml
from docker import DockerClient
from docker.models.containers import Container

from ops.bench.containers import frozen, of_stack
from ops.bench.files import put
from ops.bench.measure import Measure
from ops.bench.pooled import Pair, Samples, p99, ratio_of_p99
from ops.bench.roundtrip import taken, wait_ready
from ops.bench.timing import deployed, timed, uploads
from ops.sandbox import Sandbox
from ops.screen import Screen
from ops.state import CONTAINER, State

_PAIRS = 40
_SECONDS = 15
"""Many short halves: what else the machine does changes within a minute, and is to be the same for both of a pair."""
_WARM_UP_SECONDS = 60
"""After `hft up`: caches fill, and first pages are slower."""
_ROOM = 100
"""By how much more an engine may hold: it trades on, where it would come to its limits and send few orders."""
_PRICES = {"dislocation_probability": 0.15, "half_life_ticks": 3}
"""Of a venue: many short crosses, as `workloads.bench` has."""
_VENUE, _PROMETHEUS = "/etc/hft/venue.json", "/etc/hft/prometheus.yml"
_VENUE_JOB = "venue"
_METHOD = """\
99th percentile of all orders watched ÷ of all orders not watched, exact samples: {pairs} pairs of {seconds} s,
{orders:,} orders in all. The order within a pair is changed each time. With ({on:.0f} µs): Prometheus with all rules,
Alertmanager, node exporter and every exporter, the engine asked once a second. Without ({off:.0f} µs): all of these
frozen, so that a half begins without starts, which are no cost of watching. The simulated venues are on the engine's
CPU, apart from the watchers, and are not asked: real ones are on no host of ours and show us nothing. Their prices
cross oftener than those of `dev`, for more orders. In brackets the bounds in which the ratio is with 95 % probability,
by drawing pairs anew from those that were measured."""


def measure(box: Sandbox, settings: dict[str, Any], client: DockerClient, screen: Screen) -> Measure:
    """The ratio of the 99th percentiles; leaves the stack up."""
    box.write(busier(settings))
    timed(box.argv("up"))
    engine = settings["trading"]["engines"][0]
    port = engine[f"{engine['slot']}_port"]
    url = f"http://{settings['hosts'][0]['address']}:{port}"
    state = deployed(box)
    venues = _changed(state, client, _VENUE, livelier)
    _changed(state, client, _PROMETHEUS, without_venues)
    watchers = [each for each in of_stack(client, box.stack) if _watches(each.labels)]
    with _beside(venues, engine["cpu_set"]):
        wait_ready(f"{url}/readyz")
        time.sleep(_WARM_UP_SECONDS)
        pairs = [*_pairs(url, watchers, screen)]
    return judged(pairs)


def judged(pairs: Sequence[Pair]) -> Measure:
    """Of the round trips in µs, watched and not watched."""
    found = ratio_of_p99(pairs)
    method = _METHOD.format(
        pairs=len(pairs),
        seconds=_SECONDS,
        orders=sum(len(on) + len(off) for on, off in pairs),
        on=p99(on for on, _ in pairs),
        off=p99(off for _, off in pairs),
    )
    name = "order round trip p99, monitoring on ÷ off"
    return Measure(name, found.value, 1.05, method, spread=(found.low, found.high))


def busier(settings: dict[str, Any]) -> dict[str, Any]:
    """Any edge is traded, for long: more orders, and so a 99th percentile that says something."""
    trading = settings["trading"]
    engines = [{**engine, "min_edge_bps": 0.0, "limits": _wider(engine["limits"])} for engine in trading["engines"]]
    return {**settings, "trading": {**trading, "engines": engines}}


def _wider(limits: dict[str, float]) -> dict[str, float]:
    return {**limits, **{name: _ROOM * limits[name] for name in ("max_position_usd", "max_exposure_usd")}}


def _pairs(url: str, watchers: Sequence[Container], screen: Screen) -> Iterator[Pair]:
    for number in range(_PAIRS):
        half: dict[bool, Samples] = {}
        for watched in (True, False) if number % 2 else (False, True):
            with frozen(() if watched else watchers):
                half[watched] = taken(url, _SECONDS).samples_us
        screen.step(f"order round trip p99: {p99([half[True]]):.0f} µs watched, {p99([half[False]]):.0f} µs not")
        yield half[True], half[False]


def _watches(labels: dict[str, str]) -> bool:
    """Whether it is there to watch others."""
    return labels["hft.component"] == "monitoring" or "exporter" in labels["hft.role"]


def livelier(venue_json: str) -> str:
    """The settings file of a venue, with prices that cross oftener."""
    return json.dumps({**json.loads(venue_json), "prices": _PRICES})


def without_venues(prometheus_yml: str) -> str:
    """Prometheus' configuration, with no venue to ask."""
    document = yaml.safe_load(prometheus_yml)
    document["scrape_configs"] = [each for each in document["scrape_configs"] if each["job_name"] != _VENUE_JOB]
    return yaml.safe_dump(document, sort_keys=False)


def _changed(state: State, client: DockerClient, path: str, change: Callable[[str], str]) -> list[Container]:
    """Have whoever was given a file begin anew with a changed one; gives them."""
    found = []
    for each in state.of_type(CONTAINER):
        if text := dict(uploads(each.inputs)).get(path):
            container = client.containers.get(each.inputs["name"])
            folder, _, name = path.rpartition("/")
            put(container, folder, {name: change(text)}, mode=0o444)
            container.restart()
            found.append(container)
    return found


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
