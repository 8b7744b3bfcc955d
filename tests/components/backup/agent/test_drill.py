from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from components.backup.agent import drill, recovery, rows
from components.backup.agent.config import Config, Node
from components.backup.agent.history import History, TargetError
from components.backup.agent.info import parse
from tests.components.backup.agent.documents import backup, stanza

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
WANTED = rows.Counted(NOON - timedelta(minutes=10), NOON, {"audit_log": 2})


class World:
    """What a drill meets: a restore that leaves files, the rows of the copy, programs that look it over."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.annotation: dict[str, str] = {"rows": WANTED.as_text()}
        self.rows = {"audit_log": 2}
        self.refusal: Exception | None = None
        self.ran: list[str] = []
        monkeypatch.setattr(recovery, "plan", lambda *_: self._plan())
        monkeypatch.setattr(recovery, "restore", lambda stanza, backup, into: into.mkdir())
        monkeypatch.setattr(recovery, "recovered", self._recovered)
        monkeypatch.setattr(rows, "between", lambda node, since, until: rows.Counted(since, until, self.rows))
        monkeypatch.setattr(drill, "_run", lambda program, *_: self.ran.append(program))

    def _plan(self) -> Any:
        document = backup("20261128-120000F", "full", NOON, annotation=self.annotation)
        return parse(stanza(document)).backups[0], History()

    @contextmanager
    def _recovered(self, stanza: str, into: Path, found: Any, to: datetime | None) -> Iterator[recovery.Copy]:
        if self.refusal:
            raise self.refusal
        into.with_suffix(".log").write_text("last completed transaction was at log time 2026-11-28 12:05:00+00\n")
        yield recovery.Copy(Node("copy", "", into, str(into.parent), 5432), found)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "state.json").write_text("{}")
    return tmp_path / "scratch"


def left(scratch: Path) -> list[str]:
    return sorted(path.name for path in scratch.iterdir())


def test_a_good_copy_passes_and_is_thrown_away(config: Config, world: World, scratch: Path) -> None:
    found = drill.drill(config, None, scratch)

    assert (found.success, found.problem, found.backup) == (True, None, "20261128-120000F")
    assert (found.replayed_to, found.rows) == ("2026-11-28 12:05:00+00", {"audit_log": 2})
    assert world.ran == ["pg_amcheck", "pg_checksums"]
    assert left(scratch) == ["state.json"]


def test_a_copy_that_lacks_rows_fails_and_is_thrown_away(config: Config, world: World, scratch: Path) -> None:
    world.rows = {"audit_log": 1}
    found = drill.drill(config, None, scratch)

    assert not found.success
    assert found.problem == "audit_log has 1 of the 2 rows from 2026-11-28 11:50:00+00:00 to 2026-11-28 12:00:00+00:00"
    assert left(scratch) == ["state.json"]


def test_a_backup_that_does_not_say_its_rows_proves_nothing(config: Config, world: World, scratch: Path) -> None:
    world.annotation = {}

    assert drill.drill(config, None, scratch).problem == (
        "backup 20261128-120000F does not say which rows it must have: make a new one"
    )


def test_a_replay_that_ends_too_early_fails_and_leaves_nothing(config: Config, world: World, scratch: Path) -> None:
    world.refusal = TargetError("the archive ends before")
    found = drill.drill(config, NOON, scratch)

    assert (found.success, found.problem, found.refused) == (False, "the archive ends before", True)
    assert not drill.drill(config, None, scratch).refused
    assert left(scratch) == ["state.json"]


def test_what_a_killed_drill_left_is_gone_before_the_next(config: Config, world: World, scratch: Path) -> None:
    (scratch / "copy").mkdir()
    (scratch / "copy" / "PG_VERSION").touch()
    (scratch / "copy.log").touch()

    assert drill.drill(config, None, scratch).success
    assert left(scratch) == ["state.json"]
