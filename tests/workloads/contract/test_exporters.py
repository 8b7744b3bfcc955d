"""Each program exports what the contract says of it, and nothing else."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from components.backup.agent.metrics import BackupMetrics, ProofMetrics
from components.monitoring.render import certificates_prom
from workloads.contract import EXPORTERS, METRICS, SERIES, STORED, Exporter, Metric
from workloads.contract.backup import BACKUP, PROOF
from workloads.contract.certificates import CERTIFICATES
from workloads.contract.database import DISK_GUARD, REPORTS
from workloads.contract.engine import ENGINE
from workloads.contract.names import by_name
from workloads.contract.venue import VENUE_SIMULATOR
from workloads.contract.witness import WITNESS
from workloads.metrics import EngineMetrics
from workloads.venue.metrics import VenueMetrics
from workloads.witness.metrics import WitnessMetrics

ROOT = Path(__file__).parents[3]
GUARD = (ROOT / "images/timescaledb/hft-disk-guard").read_text()
QUERIES = yaml.safe_load((ROOT / "components/database/exporter_queries.yaml").read_text())

Shown = set[tuple[str, str, str]]
"""Name, kind and help of each metric."""


def of_contract(exporter: Exporter) -> Shown:
    return {(metric.name, metric.kind, metric.help) for metric in exporter.metrics}


def of_registry(registry: CollectorRegistry) -> Shown:
    return {
        (f"{each.name}_total" if each.type == "counter" else each.name, each.type, each.documentation)
        for each in registry.collect()
    }


def of_guard() -> Shown:
    (metrics,) = re.findall(r"^METRICS = (\{.*?\n\})", GUARD, re.DOTALL | re.MULTILINE)
    return {(name, "gauge", text) for name, text in ast.literal_eval(metrics).items()}


def of_queries() -> Shown:
    columns = {
        f"{key}_{name}": said for key, each in QUERIES.items() for one in each["metrics"] for name, said in one.items()
    }
    return {
        (name, said["usage"].lower(), said["description"]) for name, said in columns.items() if said["usage"] != "LABEL"
    }


def of_certificates() -> Shown:
    found = re.findall(r"# HELP (\S+) (.+)\n# TYPE \S+ (\w+)\n", certificates_prom({}))
    return {(name, kind, text) for name, text, kind in found}


@pytest.mark.parametrize(
    ("exporter", "shown"),
    [
        (ENGINE, of_registry(EngineMetrics().registry)),
        (VENUE_SIMULATOR, of_registry(VenueMetrics().registry)),
        (WITNESS, of_registry(WitnessMetrics().registry)),
        (BACKUP, of_registry(BackupMetrics().registry)),
        (PROOF, of_registry(ProofMetrics().registry)),
        (DISK_GUARD, of_guard()),
        (REPORTS, of_queries()),
        (CERTIFICATES, of_certificates()),
    ],
    ids=lambda value: value.name if isinstance(value, Exporter) else "",
)
def test_a_program_shows_what_the_contract_says(exporter: Exporter, shown: Shown) -> None:
    assert shown == of_contract(exporter)


def test_every_program_is_compared() -> None:
    compared = {ENGINE, VENUE_SIMULATOR, WITNESS, BACKUP, PROOF, DISK_GUARD, REPORTS, CERTIFICATES}

    assert {each.name for each in EXPORTERS} == {each.name for each in compared}


@pytest.mark.parametrize("registry", [BackupMetrics().registry, ProofMetrics().registry], ids=["agent", "proof"])
def test_labels_of_the_backup_agents_are_those_of_the_contract(registry: CollectorRegistry) -> None:
    collectors: dict[str, Any] = dict(registry._names_to_collectors)
    shown = {name: each._labelnames for name, each in collectors.items() if name in METRICS}

    assert shown
    assert shown == {name: METRICS[name].label_names for name in shown}


def test_labels_of_the_queries_are_those_of_the_contract() -> None:
    for key, each in QUERIES.items():
        labels = [name for one in each["metrics"] for name, said in one.items() if said["usage"] == "LABEL"]
        names = [f"{key}_{name}" for one in each["metrics"] for name, said in one.items() if said["usage"] != "LABEL"]
        # The exporter adds the server that it asks.
        assert {METRICS[name].label_names for name in names} == {(*labels, "server")}


def test_what_is_stored_has_the_labels_of_the_scrape_target_too() -> None:
    assert [label.name for label in STORED["hft_leader"]] == ["colour", "strategy"]
    assert [label.name for label in SERIES["hft_leader"]] == ["colour"]
    assert STORED["hft_witness_fenced"] == SERIES["hft_witness_fenced"] == ()
    assert STORED.keys() == SERIES.keys()


def test_a_metric_is_of_one_program() -> None:
    assert len(METRICS) == sum(len(exporter.metrics) for exporter in EXPORTERS)


def test_a_metric_of_two_programs_is_refused() -> None:
    metric = Metric(name="hft_x", kind="gauge", help="Things.")

    with pytest.raises(ValueError, match=r"^metric hft_x: is in the contract twice$"):
        by_name([metric, metric])


def test_one_engine_shows_fewer_series_than_prometheus_minds() -> None:
    # Prometheus keeps about 3 KiB a series in memory: 30 MiB for an engine on 16 venues with 64 symbols.
    assert sum(metric.most_series for metric in ENGINE.metrics) < 10_000


def test_the_contract_needs_the_standard_library_only() -> None:
    code = (
        "import sys, workloads.contract\n"
        "print([name for name in sys.modules if name.split('.')[0] not in {*sys.stdlib_module_names, 'workloads'}"
        " and not name.startswith('__')])"
    )
    ended = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ended.stdout == "[]\n"
