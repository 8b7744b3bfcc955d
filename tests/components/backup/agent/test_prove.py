import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from components.backup.agent import prove
from components.backup.agent.config import Config
from components.backup.agent.drill import Result
from components.backup.agent.prove import Proof
from components.backup.agent.verify import Verified

# A Saturday; verifications are due at 6, drills on Sundays at 6.
BEGAN = datetime(2026, 11, 28, 5, tzinfo=UTC)


class World:
    """What drills and verifications find, and how often they ran."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = BEGAN
        self.good = True
        self.refused = False
        self.ran: list[str] = []
        monkeypatch.setattr(prove.time, "time", self._time)
        monkeypatch.setattr(prove, "drill", self._drill)
        monkeypatch.setattr(prove, "verify", self._verify)

    def _time(self) -> float:
        return self.now.timestamp()

    def _drill(self, *_: Any) -> Result:
        self.ran.append("drill")
        return Result(success=self.good, refused=self.refused, seconds=12.5, ended=self.now.timestamp())

    def _verify(self, stanza: str) -> Verified:
        self.ran.append("verify")
        return Verified(self.good, self.now.timestamp(), "status: ok")

    def look(self, proof: Proof, now: datetime) -> list[str]:
        self.now, self.ran = now, []
        proof.look(now)
        return self.ran


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def value(proof: Proof, name: str) -> float | None:
    return proof.metrics.registry.get_sample_value(name, {"stanza": "hft-dev"})


def test_each_runs_at_its_time_and_once(config: Config, world: World, tmp_path: Path) -> None:
    proof = Proof(config, tmp_path)

    assert world.look(proof, BEGAN) == []
    assert world.look(proof, BEGAN + timedelta(hours=1)) == ["verify"]
    assert world.look(proof, BEGAN + timedelta(hours=2)) == []
    assert world.look(proof, BEGAN + timedelta(days=1, hours=1)) == ["drill"]


def test_nothing_is_told_before_there_was_anything(config: Config, world: World, tmp_path: Path) -> None:
    proof = Proof(config, tmp_path)
    world.look(proof, BEGAN)

    assert (value(proof, "hft_restore_drill_success"), value(proof, "hft_backup_verify_success")) == (None, None)


def test_what_was_found_is_told_and_ages(config: Config, world: World, tmp_path: Path) -> None:
    world.good = False
    proof = Proof(config, tmp_path)
    world.look(proof, BEGAN + timedelta(days=1, hours=1))
    world.look(proof, BEGAN + timedelta(days=1, hours=2))

    assert value(proof, "hft_restore_drill_success") == 0
    assert value(proof, "hft_restore_drill_seconds") == 12.5
    assert value(proof, "hft_restore_drill_age_seconds") == 3600
    assert value(proof, "hft_backup_verify_success") == 0


def test_what_was_found_outlives_the_container_and_a_drill_by_hand_counts(
    config: Config, world: World, tmp_path: Path
) -> None:
    running = Proof(config, tmp_path)
    world.now = BEGAN + timedelta(days=1, hours=1, minutes=1)
    assert json.loads(Proof(config, tmp_path).drill(None))["success"] is True

    assert world.look(running, world.now) == ["verify"]
    assert value(running, "hft_restore_drill_success") == 1
    assert world.look(Proof(config, tmp_path), world.now) == []


def test_a_time_that_cannot_be_restored_is_no_failed_drill(config: Config, world: World, tmp_path: Path) -> None:
    world.good, world.refused = False, True
    proof = Proof(config, tmp_path)
    assert json.loads(proof.drill(BEGAN))["refused"] is True

    world.look(proof, BEGAN)
    assert value(proof, "hft_restore_drill_success") is None
