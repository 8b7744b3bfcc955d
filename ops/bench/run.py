"""Runs all measures in a sandbox with the settings of `dev`, under the stack name `bench`."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docker import DockerClient

import toolchain
from components._common.labels import PROJECT
from ops import docker_hosts
from ops.bench import deploys, orders, policies, previews, watching
from ops.bench.machine import machine
from ops.bench.measure import HEADS, Measure, write
from ops.bench.measure import STACK as SUITE
from ops.bench.paging import measure as paging
from ops.bench.scale import measure as scale
from ops.errors import OpsError
from ops.sandbox import CHECKOUT, Sandbox
from ops.screen import Screen
from ops.settings_file import settings_of

STACK = "bench"
_ENDPOINT = "unix:///var/run/docker.sock"


def bench(screen: Screen) -> list[Measure]:
    """Measure, show, write build/bench.json and docs/benchmarks.md. Raises OpsError where something does not run."""
    with docker_hosts.connected(_ENDPOINT) as client:
        found_on = machine()
        _require_quiet(client)
        with _sandbox() as box, screen.running("measuring, for some minutes"):
            measures = [
                *deploys.measures(box, client, screen),
                *previews.measures(box, _settings("prod"), screen),
                *policies.measures(screen),
                orders.measure(box, client, screen),
                *paging.measures(box, _settings("dev"), client, screen),
                watching.measure(box, _settings("dev"), client, screen),
            ]
            loads = list(scale.loads(box, client, screen))
    write(SUITE, measures, found_on, CHECKOUT, scale.table(loads))
    screen.table(HEADS, [measure.row() for measure in measures])
    return measures


@contextmanager
def _sandbox() -> Iterator[Sandbox]:
    with tempfile.TemporaryDirectory(prefix="hft-bench-") as folder:
        box = Sandbox.made(Path(folder) / "checkout", STACK, _settings("dev"))
        try:
            os.environ.update(box.environment())
        except toolchain.ToolchainError as error:
            raise OpsError(str(error)) from error
        try:
            yield box
        finally:
            subprocess.run(box.argv("purge"), cwd=CHECKOUT, capture_output=True, check=False)


def _settings(stack: str) -> dict[str, Any]:
    return settings_of(CHECKOUT / f"Pulumi.{stack}.yaml").model_dump(mode="json", exclude_none=True)


def _require_quiet(client: DockerClient) -> None:
    """Raise OpsError where a stack of ours runs: both would be slower, and `dev` has the same ports."""
    running = [each.name for each in client.containers.list(filters={"label": f"hft.project={PROJECT}"})]
    if running:
        raise OpsError(f"{len(running)} containers of ours run here, such as {running[0]}: take them down: make down")
