"""Settings files: every bad one is one line that names path, value and bound."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workloads.bench import engine_settings, venue_settings
from workloads.config import ConfigError, load, read_secret
from workloads.engine.settings import EngineSettings
from workloads.venue.settings import VenueSettings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def engine(**more: Any) -> dict[str, Any]:
    return engine_settings(9100, {"alpha": 9301, "beta": 9302}, **more)


def test_a_good_file_is_read(path: Path) -> None:
    path.write_text(json.dumps(engine()))

    settings = load(path, EngineSettings)

    assert [venue.url for venue in settings.venues] == ["http://127.0.0.1:9301", "http://127.0.0.1:9302"]
    assert settings.arbitrage.order_type == "ioc"
    assert settings.database is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"listen_prot": 1}, "listen_prot: unknown key; remove it or correct its spelling"),
        ({"listen_port": "9100"}, "listen_port='9100': Input should be a valid integer"),
        ({"listen_port": 70_000}, "listen_port=70000: Input should be less than or equal to 65535"),
        ({"slot": "red"}, "slot='red': Input should be 'blue' or 'green'"),
        ({"risk": {}}, "risk.max_order_usd: Field required (and 4 more)"),
        (
            {"stop_timeout_seconds": 30.0},
            "stop_timeout_seconds=30.0: must be below dead_man_ms=30000 / 1000, or a draining engine's orders are "
            "cancelled by the venue",
        ),
        (
            {"symbols": [{"symbol": "BTC-USD", "lot_size": 0.1}] * 2},
            "symbols=['BTC-USD', 'BTC-USD']: each may be named once",
        ),
    ],
)
def test_a_bad_engine_file_is_refused(path: Path, change: dict[str, Any], message: str) -> None:
    path.write_text(json.dumps(engine(**change)))

    with pytest.raises(ConfigError) as refusal:
        load(path, EngineSettings)

    assert str(refusal.value) == f"{path}: {message}"


def test_a_bad_venue_file_is_refused(path: Path) -> None:
    path.write_text(json.dumps(venue_settings("Alpha", 9301)))

    with pytest.raises(ConfigError) as refusal:
        load(path, VenueSettings)

    assert str(refusal.value) == f"{path}: venue='Alpha': String should match pattern '^[a-z][a-z0-9-]{{0,30}}$'"


def test_no_file_and_no_json_are_refused(path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(path, VenueSettings)
    assert str(refusal.value) == (
        f"{path}: cannot be read: No such file or directory; give --config a readable JSON file"
    )

    path.write_text("{")
    with pytest.raises(ConfigError) as refusal:
        load(path, VenueSettings)
    assert str(refusal.value) == f"{path}: Invalid JSON: EOF while parsing an object at line 1 column 1"


def test_a_secret_loses_its_line_end_and_may_not_be_missing_or_empty(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    with pytest.raises(ConfigError) as refusal:
        read_secret(secret)
    assert str(refusal.value) == f"{secret}: secret cannot be read: No such file or directory"

    secret.write_text("\n")
    with pytest.raises(ConfigError) as refusal:
        read_secret(secret)
    assert str(refusal.value) == f"{secret}: secret is empty; write the value into the file"

    secret.write_text("s3cret\n")
    assert read_secret(secret) == "s3cret"


@pytest.mark.parametrize("module", ["workloads.engine", "workloads.venue"])
def test_a_bad_file_ends_the_program_with_one_line_and_status_2(path: Path, module: str) -> None:
    path.write_text("[]")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    ended = subprocess.run(
        [sys.executable, "-m", module, "--config", str(path)],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == f"error: {path}: Input should be an object\n"
