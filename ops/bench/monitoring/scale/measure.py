"""Memory, CPU and samples of a Prometheus with the stack's rules, for 3, 12 and 100 hosts."""

import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from docker import DockerClient
from prometheus_client.parser import text_string_to_metric_families

from components._common.scraping import FREE_SLOT_JOB
from components._common.tls import CLIENT_AUTHORITY_FILE
from ops.bench.containers import of_stack, stopped
from ops.bench.measure import Measure
from ops.bench.monitoring.scale import pages
from ops.bench.monitoring.scale.scrapes import first_targets, many_hosts
from ops.bench.roundtrip import wait_ready
from ops.bench.timing import deployed, timed, uploads
from ops.sandbox import Sandbox
from ops.screen import Screen
from ops.state import CONTAINER

HOSTS = (3, 12, 100)

_PAGES_PORT, _PORT = 17096, 17097
_CONFIG = "/etc/hft/prometheus.yml"
_NAME = "hft-bench-prometheus"
_PAGES_OF_A_JOB, _APART_SECONDS = 5, 2
_WARM_UP_SECONDS, _RUN_SECONDS = 30, 150
_MIB = 1024 * 1024
_TEXT = """
One Prometheus with all rules of the stack, {minutes} minutes after its start, its targets simulated: each host has a
node exporter, an engine (every second, and its free slot), a pooler and a router; database, etcd, backups, cache and
monitoring are there once. Every target answers with pages that were taken from the running `dev` stack. That was then
stopped, so that Prometheus has the CPUs of its `cpu_set` to itself but for the program that answers for all targets.

| hosts | samples a second | series | memory, MiB | CPUs | slowest group of rules, ms | rounds left out |
|---|---|---|---|---|---|---|
{rows}"""


@dataclass(frozen=True)
class Load:
    """What one Prometheus said of itself."""

    hosts: int
    samples_per_second: float
    series: float
    memory_mib: float
    """Resident."""
    cpus: float
    slowest_group: str
    slowest_group_seconds: float
    """Of the rule groups' last rounds."""
    rounds_left_out: float

    def row(self) -> str:
        """A line of the table."""
        cells = (
            f"{self.hosts}",
            f"{self.samples_per_second:,.0f}",
            f"{self.series:,.0f}",
            f"{self.memory_mib:,.0f}",
            f"{self.cpus:.2f}",
            f"{self.slowest_group}, {self.slowest_group_seconds * 1000:.0f}",
            f"{self.rounds_left_out:.0f}",
        )
        return f"| {' | '.join(cells)} |\n"


def table(loads: Sequence[Load]) -> str:
    """The text about them."""
    return _TEXT.format(minutes=(_WARM_UP_SECONDS + _RUN_SECONDS) // 60, rows="".join(load.row() for load in loads))


def left_out(loads: Sequence[Load]) -> Measure:
    """Whether alerts come in time with the most hosts."""
    most = max(loads, key=lambda load: load.hosts)
    return Measure(
        f"rounds of rules left out, {most.hosts} hosts",
        most.rounds_left_out,
        0,
        f"In {_RUN_SECONDS} s, of all groups, as Prometheus counts them. One that is left out is an alert too late.",
    )


def loads(box: Sandbox, settings: dict[str, Any], client: DockerClient, screen: Screen) -> Iterator[Load]:
    """What each number of hosts takes; `settings` by area; leaves the stack up."""
    box.write(settings)
    timed(box.argv("up"))
    inputs = next(each.inputs for each in deployed(box).of_type(CONTAINER) if "prometheus" in each.name)
    files = dict(uploads(inputs))
    with tempfile.TemporaryDirectory(prefix="hft-bench-") as folder:
        _take_pages(files, Path(folder))
        # Nothing of it is asked any more, and its own work would be on the same CPUs.
        with stopped(of_stack(client, box.stack)), _served(Path(folder)):
            for hosts in HOSTS:
                with _running(client, inputs, files, hosts) as url:
                    load = _measured(url, hosts)
                screen.step(f"Prometheus of {hosts} hosts: {load.memory_mib:.0f} MiB")
                yield load


def _take_pages(files: Mapping[str, str], folder: Path) -> None:
    trust = ssl.create_default_context(cadata=files[CLIENT_AUTHORITY_FILE])
    with httpx.Client(verify=trust, trust_env=False) as client:
        for number in range(_PAGES_OF_A_JOB):
            for job, url in first_targets(files[_CONFIG]).items():
                if job != FREE_SLOT_JOB:
                    (folder / job).mkdir(exist_ok=True)
                    (folder / job / str(number)).write_bytes(client.get(url).raise_for_status().content)
            time.sleep(_APART_SECONDS)


@contextmanager
def _served(folder: Path) -> Iterator[None]:
    argv = [sys.executable, pages.__file__, str(folder), str(_PAGES_PORT)]
    with subprocess.Popen(argv) as process:
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def _running(client: DockerClient, inputs: Mapping[str, Any], files: Mapping[str, str], hosts: int) -> Iterator[str]:
    """A Prometheus with the deployed one's rules, once it has run for a while; gives its URL."""
    url = f"http://{pages.ADDRESS}:{_PORT}"
    with tempfile.TemporaryDirectory(prefix="hft-bench-") as folder:
        mounts = _written(Path(folder), files, hosts)
        container = client.containers.run(
            inputs["image"],
            [
                f"--config.file={_CONFIG}",
                "--storage.tsdb.path=/prometheus",
                f"--web.listen-address={pages.ADDRESS}:{_PORT}",
            ],
            name=_NAME,
            detach=True,
            network_mode="host",
            cpuset_cpus=inputs["cpuSet"],
            tmpfs={"/prometheus": "mode=1777"},
            volumes={path: {"bind": target, "mode": "ro"} for target, path in mounts.items()},
        )
        try:
            wait_ready(f"{url}/-/ready")
            time.sleep(_WARM_UP_SECONDS)
            yield url
        finally:
            container.remove(force=True, v=True)


def _written(folder: Path, files: Mapping[str, str], hosts: int) -> dict[str, str]:
    """Path in the container → path of the file here."""
    folder.chmod(0o755)
    found = {}
    for number, (target, text) in enumerate(files.items()):
        file = folder / str(number)
        file.write_text(many_hosts(text, hosts, f"{pages.ADDRESS}:{_PAGES_PORT}") if target == _CONFIG else text)
        file.chmod(0o444)
        found[target] = str(file)
    return found


def _measured(url: str, hosts: int) -> Load:
    """What its own page says after a while, and how it grew in it."""
    before = _page(url)
    time.sleep(_RUN_SECONDS)
    after = _page(url)
    grown = {name: _sum(values) - _sum(before[name]) for name, values in after.items() if name in before}
    rounds = after["prometheus_rule_group_last_duration_seconds"]
    slowest = max(rounds, key=rounds.__getitem__)
    return Load(
        hosts=hosts,
        samples_per_second=grown["prometheus_tsdb_head_samples_appended_total"] / _RUN_SECONDS,
        series=_sum(after["prometheus_tsdb_head_series"]),
        memory_mib=_sum(after["process_resident_memory_bytes"]) / _MIB,
        cpus=grown["process_cpu_seconds_total"] / _RUN_SECONDS,
        slowest_group=slowest.rpartition(";")[2],
        slowest_group_seconds=rounds[slowest],
        rounds_left_out=grown["prometheus_rule_group_iterations_missed_total"],
    )


def _page(url: str) -> dict[str, dict[str, float]]:
    """Name of a sample → its labels' values → its own."""
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(httpx.get(f"{url}/metrics").raise_for_status().text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[" ".join(sample.labels.values())] = sample.value
    return found


def _sum(values: Mapping[str, float]) -> float:
    return sum(values.values())
