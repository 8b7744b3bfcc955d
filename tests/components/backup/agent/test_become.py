from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from components.backup.agent import become, recovery
from components.backup.agent.config import Config
from components.backup.agent.history import History, TargetError
from components.backup.agent.info import parse
from tests.components.backup.agent.documents import backup, stanza
from tests.components.backup.agent.test_info import at


class World:
    """How often a backup was restored, and what the program became."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.restored = 0
        self.became: list[str] = []
        self.refusal: Exception | None = None
        (found,) = parse(stanza(backup("F", "full", at(22, 3)))).backups
        monkeypatch.setattr(recovery, "plan", lambda *_: (found, History()))
        monkeypatch.setattr(recovery, "restore", self._restore)
        monkeypatch.setattr(recovery, "recovered", self._recovered)
        monkeypatch.setattr(become.os, "execv", lambda program, argv: self.became.extend(argv))

    def _restore(self, *_: Any) -> None:
        self.restored += 1

    @contextmanager
    def _recovered(self, stanza: str, into: Path, *_: Any) -> Iterator[None]:
        if self.refusal:
            raise self.refusal
        into.with_suffix(".log").write_text("")
        yield


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_it_restores_once_and_is_a_server_that_archives_nothing(config: Config, world: World, tmp_path: Path) -> None:
    become.become(config, ("10.0.0.1", "17432"), None, tmp_path)
    settings = (tmp_path / "pg17.conf").read_text().splitlines()

    assert world.became == [
        *("/usr/lib/postgresql/17/bin/postgres", "-D", str(tmp_path / "pg17")),
        *("-c", f"config_file={tmp_path / 'pg17.conf'}"),
    ]
    assert {"archive_mode = 'off'", "listen_addresses = '10.0.0.1'", "port = '17432'"} <= set(settings)
    assert [each for each in settings if each.startswith("recovery_target")] == []
    become.become(config, ("10.0.0.1", "17432"), None, tmp_path)
    assert world.restored == 1


def test_what_was_not_restored_becomes_no_server(config: Config, world: World, tmp_path: Path) -> None:
    world.refusal = TargetError("the archive ends before")

    with pytest.raises(TargetError):
        become.become(config, ("10.0.0.1", "17432"), None, tmp_path)
    assert world.became == []
    assert not (tmp_path / "restored").exists()
