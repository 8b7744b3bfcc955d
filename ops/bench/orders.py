"""Order round trips of the engine in the stack against the same programs bare on the host, on the same CPUs."""

import json
import statistics
from collections.abc import Mapping
from typing import Any

from docker import DockerClient

from ops.bench import roundtrip
from ops.bench.measure import Measure
from ops.bench.timing import RUNS, deployed, timed, uploads
from ops.sandbox import Sandbox
from ops.screen import Screen
from ops.state import CONTAINER

_METHOD = """\
Median of {runs} pairs of {seconds} s, exact samples (medians: {ours:.0f} µs and {bare:.0f} µs). Bare: the same
programs and interpreter from the image's files, on the same CPUs, with the same database, pooler and lease store beside
them, without a container. The kernel shares CPUs out by control group: each container has one, all bare programs
together have one, so beside a busy stack the bare ones get less."""


def measure(box: Sandbox, client: DockerClient, screen: Screen) -> Measure:
    """The ratio of the 99th percentiles; leaves the stack up."""
    timed(box.argv("up"))
    containers = {each.name: each.inputs for each in deployed(box).of_type(CONTAINER)}
    engine = next(inputs for name, inputs in containers.items() if name.startswith("engine-"))
    venues = {name.removeprefix("venues-"): inputs for name, inputs in containers.items() if name.startswith("venues-")}
    settings = json.loads(dict(uploads(engine))["/etc/hft/engine.json"])
    files = roundtrip.bare_settings(settings, {name: _venue(inputs) for name, inputs in venues.items()})
    cpus = {"engine": engine["cpuSet"]} | {name: inputs["cpuSet"] for name, inputs in venues.items()}
    ours = [client.containers.get(inputs["name"]) for inputs in (*venues.values(), engine)]
    url = f"http://{settings['listen_address']}:{settings['listen_port']}"
    in_stack, on_host = [], []
    with roundtrip.unpacked(client, engine["image"]) as root:
        roundtrip.take_certificate(ours[-1], root)
        for _ in range(RUNS):
            in_stack.append(roundtrip.taken(url).p99_us)
            for container in reversed(ours):
                container.stop()
            with roundtrip.bare(root, files, _secrets(engine), cpus) as bare_url:
                on_host.append(roundtrip.taken(bare_url).p99_us)
            for container in ours:
                container.start()
            screen.step(f"order round trip p99: {in_stack[-1]:.0f} µs in the stack, {on_host[-1]:.0f} µs bare")
    ratio = statistics.median(one / other for one, other in zip(in_stack, on_host, strict=True))
    medians = {"ours": statistics.median(in_stack), "bare": statistics.median(on_host)}
    method = _METHOD.format(runs=RUNS, seconds=roundtrip.SECONDS, **medians)
    return Measure("order round trip p99 in the stack ÷ bare", ratio, 1.3, method)


def _venue(inputs: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dict(uploads(inputs))["/etc/hft/venue.json"])
    return found


def _secrets(inputs: Mapping[str, Any]) -> dict[str, str]:
    return {path.rpartition("/")[2]: text for path, text in uploads(inputs) if path.startswith("/run/secrets/")}
