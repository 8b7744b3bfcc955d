"""The runbooks keep to one form, and their commands name what is there in `dev`."""

import re
from pathlib import Path

import pytest
import yaml

from components._common.metric_lint import faults
from components._common.naming import docker_name, network_name
from components._common.rule_lint import records_of
from stacks.parts import parts
from stacks.settings import StackSettings
from tests.rules import alert_rules, rule_files
from workloads.contract import METRICS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/runbooks"
INDEX = FOLDER / "README.md"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path != INDEX)
HEADINGS = ["What it means for trading", "Look here first", "Fix now", "Fix for good"]
CONFIG = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
SETTINGS = StackSettings.model_validate({key.removeprefix("hft:"): value for key, value in CONFIG.items()})
RECORDS = records_of({f"{file.area} {file.name}": file.text for file in rule_files()})
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


def queries_in(text: str) -> list[str]:
    """What commands in a text ask Prometheus for."""
    return re.findall(r"promtool query instant \S+ '([^']+)'", text)


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
    assert engine_metrics_in(page.read_text()) - ROLES - METRICS.keys() == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_runbook_asks_prometheus_for_what_the_programs_export(page: Path) -> None:
    assert [fault for query in queries_in(page.read_text()) for fault in faults(query, RECORDS)] == []


def test_what_dev_lacks_would_be_seen() -> None:
    text = "docker logs hft-dev-ghost; curl http://127.0.0.1:1; psql -p 2; hft_ghost_seconds_bucket"

    assert names_in(text) - known_names() == {"hft-dev-ghost"}
    assert ports_in(text) == {1, 2}
    assert engine_metrics_in(text) - METRICS.keys() == {"hft_ghost_seconds"}


def test_a_query_that_nothing_answers_would_be_seen() -> None:
    (query,) = queries_in("docker exec x promtool query instant http://127.0.0.1:1 'sum by (vnue) (hft_venue_up)'")

    assert faults(query, RECORDS) == ["none of hft_venue_up has a label vnue"]


def test_the_index_lists_every_runbook_once() -> None:
    assert sorted(re.findall(r"\]\((\w+\.md)\)", INDEX.read_text())) == [page.name for page in PAGES]


def test_the_index_says_what_each_alert_may_do() -> None:
    rows = re.findall(r"^\| \[(\w+)\]\(\w+\.md\) \| ([\w, ]+) \|", INDEX.read_text(), re.MULTILINE)
    labels = {name: rule["labels"] for name, rule in alert_rules().items()}

    assert dict(rows) == {
        name: ", ".join(filter(None, (found["severity"], found.get("reg")))) for name, found in labels.items()
    }
