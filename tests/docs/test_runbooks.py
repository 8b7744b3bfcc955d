"""The runbooks keep to one form, and their commands name what is there in `dev`."""

import re
from pathlib import Path

import pytest
import yaml

from components._common.naming import docker_name, network_name
from components.backup.agent.metrics import BackupMetrics, ProofMetrics
from components.monitoring.render import certificates_prom
from stacks.parts import parts
from stacks.settings import StackSettings
from workloads.metrics import EngineMetrics
from workloads.witness.metrics import WitnessMetrics

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/runbooks"
INDEX = FOLDER / "README.md"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path != INDEX)
HEADINGS = ["What it means for trading", "Look here first", "Fix now", "Fix for good"]
CONFIG = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
SETTINGS = StackSettings.model_validate({key.removeprefix("hft:"): value for key, value in CONFIG.items()})
ROLES = {"hft_owner", "hft_writer", "hft_ticks", "hft_reader", "hft_ro", "hft_monitoring", "hft_guard"}


def names_in(text: str) -> set[str]:
    """Docker names of the stack `dev` in a text."""
    return set(re.findall(r"\bhft-dev-[a-z0-9]+(?:-[a-z0-9]+)*", text))


def ports_in(text: str) -> set[int]:
    """Ports that commands in a text connect to on this host."""
    return {int(port) for port in re.findall(r"(?:127\.0\.0\.1:| -p )(\d+)", text)}


def engine_metrics_in(text: str) -> set[str]:
    """Metrics of the engine contract in a text, without what a histogram puts at their end."""
    return {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"\bhft_[a-z0-9_]+\b", text)}


def known_names() -> set[str]:
    addresses = {host.name: str(host.address) for host in SETTINGS.hosts}
    containers = {part.container for part in parts(SETTINGS, "dev", addresses)}
    slots = {
        docker_name("dev", f"{engine.name}-{slot}") for engine in SETTINGS.trading.engines for slot in ("blue", "green")
    }
    return containers | slots | {network_name("dev", plane.name) for plane in SETTINGS.network.planes}


def known_metrics() -> set[str]:
    registries = [found.registry for found in (EngineMetrics(), BackupMetrics(), ProofMetrics(), WitnessMetrics())]
    families = [family for registry in registries for family in registry.collect()]
    workloads = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    asked = yaml.safe_load((ROOT / "components/database/exporter_queries.yaml").read_text())
    guard = set(re.findall(r'"(hft_\w+)": "', (ROOT / "images/timescaledb/hft-disk-guard").read_text()))
    told = set(re.findall(r"# TYPE (hft_\w+)", certificates_prom({})))
    return (workloads | guard | told) | {
        f"{key}_{column}" for key, each in asked.items() for metric in each["metrics"] for column in metric
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_runbook_has_the_fixed_headings(page: Path) -> None:
    lines = page.read_text().splitlines()

    assert lines[0] == f"# {page.stem}"
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == HEADINGS


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_runbook_begins_with_commands_to_look(page: Path) -> None:
    look = page.read_text().split("## Look here first\n")[1].split("## Fix now")[0]

    assert look.startswith("```console\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_runbook_names_what_dev_has(page: Path) -> None:
    text = page.read_text()

    assert names_in(text) - known_names() == set()
    assert ports_in(text) - {use.port for use in SETTINGS.port_uses()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_runbook_asks_for_metrics_of_the_contract(page: Path) -> None:
    assert engine_metrics_in(page.read_text()) - ROLES - known_metrics() == set()


def test_what_dev_lacks_would_be_seen() -> None:
    text = "docker logs hft-dev-ghost; curl http://127.0.0.1:1; psql -p 2; hft_ghost_seconds_bucket"

    assert names_in(text) - known_names() == {"hft-dev-ghost"}
    assert ports_in(text) == {1, 2}
    assert engine_metrics_in(text) - known_metrics() == {"hft_ghost_seconds"}


def test_the_index_lists_every_runbook_once() -> None:
    assert sorted(re.findall(r"\]\((\w+\.md)\)", INDEX.read_text())) == [page.name for page in PAGES]
