import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from components.backup.agent import prove
from components.backup.agent.config import Config
from components.backup.agent.drill import Result
from components.backup.agent.prove import Proof
from components.backup.agent.schedule import Schedule
from components.backup.agent.verify import Verified

# A Saturday; verifications are due at 6, drills on Sundays at 6.
BEGAN = datetime(2026, 11, 28, 5, tzinfo=UTC)
BOTH_DUE = BEGAN + timedelta(days=1, hours=1)
DAILY = Schedule.parse({"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": "06:00"})


class HangError(Exception):
    """A run that never ends: the loop is left where it would wait, and what it has told so far stays as it is."""


class World:
    """What drills and verifications find, and how often they ran."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = BEGAN
        self.good = True
        self.refused = False
        self.hangs = ""
        self.ran: list[str] = []
        monkeypatch.setattr(prove.time, "time", self._time)
        monkeypatch.setattr(prove, "drill", self._drill)
        monkeypatch.setattr(prove, "verify", self._verify)

    def _time(self) -> float:
        return self.now.timestamp()

    def _drill(self, *_: Any) -> Result:
        self._begin("drill")
        return Result(success=self.good, refused=self.refused, seconds=12.5, ended=self.now.timestamp())

    def _verify(self, stanza: str) -> Verified:
        self._begin("verify")
        return Verified(self.good, self.now.timestamp(), "status: ok")

    def _begin(self, what: str) -> None:
        self.ran.append(what)
        if what == self.hangs:
            raise HangError(what)

    def look(self, proof: Proof, now: datetime) -> list[str]:
        self.now, self.ran = now, []
        proof.look(now)
        return self.ran

    def look_and_hang(self, proof: Proof, what: str, now: datetime) -> None:
        self.hangs = what
        with pytest.raises(HangError, match=f"^{what}$"):
            self.look(proof, now)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def value(proof: Proof, name: str) -> float | None:
    return proof.metrics.registry.get_sample_value(name, {"stanza": "hft-dev"})


def ended(proof: Proof) -> dict[str, datetime]:
    """What is told of when the last ones ended."""
    names = {"drill": "hft_restore_drill_last_timestamp_seconds", "verify": "hft_backup_verify_last_timestamp_seconds"}
    return {what: datetime.fromtimestamp(value(proof, name) or 0, UTC) for what, name in names.items()}


def bounds(proof: Proof) -> dict[str, timedelta]:
    """How old the last ones may be."""
    names = {"drill": "hft_restore_drill_max_age_seconds", "verify": "hft_backup_verify_max_age_seconds"}
    return {what: timedelta(seconds=value(proof, name) or 0) for what, name in names.items()}


def test_each_runs_at_its_time_and_once(config: Config, world: World, tmp_path: Path) -> None:
    proof = Proof(config, tmp_path)

    assert world.look(proof, BEGAN) == []
    assert world.look(proof, BEGAN + timedelta(hours=1)) == ["verify"]
    assert world.look(proof, BEGAN + timedelta(hours=2)) == []
    assert world.look(proof, BEGAN + timedelta(days=1, hours=1)) == ["drill"]


def test_nothing_was_found_before_one_has_ended(config: Config, world: World, tmp_path: Path) -> None:
    proof = Proof(config, tmp_path)
    world.look(proof, BEGAN)

    assert (value(proof, "hft_restore_drill_success"), value(proof, "hft_backup_verify_success")) == (None, None)
    assert value(proof, "hft_restore_drill_seconds") is None


def test_what_was_found_is_told_with_its_end_which_stays(config: Config, world: World, tmp_path: Path) -> None:
    world.good = False
    proof = Proof(config, tmp_path)
    world.look(proof, BOTH_DUE)
    world.look(proof, BOTH_DUE + timedelta(hours=1))

    assert value(proof, "hft_restore_drill_success") == 0
    assert value(proof, "hft_restore_drill_seconds") == 12.5
    assert value(proof, "hft_backup_verify_success") == 0
    assert ended(proof) == {"drill": BOTH_DUE, "verify": BOTH_DUE}


def test_where_none_ever_ran_the_first_start_is_told_by_every_later_container(
    config: Config, world: World, tmp_path: Path
) -> None:
    assert ended(Proof(config, tmp_path)) == {"drill": BEGAN, "verify": BEGAN}

    world.now = BEGAN + timedelta(days=30)
    assert ended(Proof(config, tmp_path)) == {"drill": BEGAN, "verify": BEGAN}


def test_another_volume_counts_from_its_own_first_start(config: Config, world: World, tmp_path: Path) -> None:
    Proof(config, tmp_path)
    (tmp_path / "other").mkdir()
    world.now = BEGAN + timedelta(days=30)

    assert ended(Proof(config, tmp_path / "other")) == {"drill": world.now, "verify": world.now}


def test_a_first_verification_that_hangs_leaves_the_first_start(config: Config, world: World, tmp_path: Path) -> None:
    proof = Proof(config, tmp_path)
    world.look_and_hang(proof, "verify", BOTH_DUE)

    assert ended(proof) == {"drill": BEGAN, "verify": BEGAN}


def test_a_first_drill_that_hangs_leaves_the_first_start_and_tells_of_the_verification_before_it(
    config: Config, world: World, tmp_path: Path
) -> None:
    proof = Proof(config, tmp_path)
    world.look_and_hang(proof, "drill", BOTH_DUE)

    assert ended(proof) == {"drill": BEGAN, "verify": BOTH_DUE}
    assert value(proof, "hft_backup_verify_success") == 1


def test_a_later_drill_that_hangs_leaves_the_last_that_ended(config: Config, world: World, tmp_path: Path) -> None:
    proof = Proof(config, tmp_path)
    world.look(proof, BOTH_DUE)
    world.look_and_hang(proof, "drill", BOTH_DUE + timedelta(days=7))

    assert ended(proof) == {"drill": BOTH_DUE, "verify": BOTH_DUE + timedelta(days=7)}
    assert value(proof, "hft_restore_drill_success") == 1


def test_one_by_hand_is_told_before_the_next_begins(config: Config, world: World, tmp_path: Path) -> None:
    running = Proof(config, tmp_path)
    world.now = BEGAN + timedelta(minutes=10)
    Proof(config, tmp_path).drill(None)
    world.look_and_hang(running, "verify", BOTH_DUE)

    assert ended(running) == {"drill": BEGAN + timedelta(minutes=10), "verify": BEGAN}


def test_what_hung_begins_anew_in_the_next_container(config: Config, world: World, tmp_path: Path) -> None:
    world.look_and_hang(Proof(config, tmp_path), "drill", BOTH_DUE)
    world.hangs = ""
    proof = Proof(config, tmp_path)

    assert world.look(proof, BOTH_DUE + timedelta(hours=1)) == ["drill"]
    assert ended(proof) == {"drill": BOTH_DUE + timedelta(hours=1), "verify": BOTH_DUE}


def test_bounds_are_those_of_the_schedules_and_two_days(config: Config, world: World, tmp_path: Path) -> None:
    weekly, daily = timedelta(days=9), timedelta(days=3)

    assert bounds(Proof(config, tmp_path)) == {"drill": weekly, "verify": weekly}
    assert bounds(Proof(replace(config, drill=DAILY), tmp_path)) == {"drill": daily, "verify": weekly}
    assert bounds(Proof(replace(config, verify=DAILY), tmp_path)) == {"drill": weekly, "verify": daily}


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
    assert ended(proof) == {"drill": BEGAN, "verify": BEGAN}
