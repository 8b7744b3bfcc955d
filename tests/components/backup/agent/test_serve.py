import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from components.backup.agent import link, nodes, pgbackrest, recovery
from components.backup.agent.archive import Archive
from components.backup.agent.config import Config, Node
from components.backup.agent.history import History
from components.backup.agent.info import Repository, parse
from components.backup.agent.nodes import Archiver
from components.backup.agent.serve import Agent
from tests.components.backup.agent.documents import backup, stanza

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FRESH = parse(stanza(backup("20261122-030000F", "full", NOW - timedelta(hours=1))))


class World:
    """What the agent finds: who is primary, what the repository has, how a backup ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, node: Node) -> None:
        self.primary: Node | None = node
        self.repository: Repository | str = FRESH
        self.backups: list[str] = []
        self.status = 0
        monkeypatch.setattr(nodes, "primary", lambda _: self.primary)
        self.history = History(4)
        self.gap: str | None = None
        monkeypatch.setattr(nodes, "archiver", lambda _: Archiver(3, "0" * 24, NOW))
        monkeypatch.setattr(recovery, "history_of", lambda *_: self.history)
        monkeypatch.setattr(Archive, "gap", lambda *_: self.gap)
        monkeypatch.setattr(pgbackrest, "repository", self._look)
        monkeypatch.setattr(pgbackrest, "argv", self._argv)

    def _look(self, stanza: str) -> Repository:
        if isinstance(self.repository, str):
            raise pgbackrest.PgBackRestError(self.repository, 99)
        return self.repository

    def _argv(self, stanza: str, *arguments: str, gentle: bool = False) -> list[str]:
        self.backups.append(arguments[1])
        return [sys.executable, "-c", f"raise SystemExit({self.status})"]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, node: Node) -> World:
    return World(monkeypatch, node)


def value(agent: Agent, name: str, **labels: str) -> float | None:
    return agent.metrics.registry.get_sample_value(name, labels)


def until_ended(agent: Agent) -> None:
    assert agent._running is not None
    agent._running[0].wait(30)


def test_what_is_due_is_made_once(config: Config, world: World) -> None:
    agent = Agent(config)
    world.repository = parse(stanza())
    agent.look(NOW)
    assert (world.backups, value(agent, "hft_backup_running")) == (["--type=full"], 1)

    until_ended(agent)
    world.repository = FRESH
    agent.look(NOW)
    assert (world.backups, value(agent, "hft_backup_running")) == (["--type=full"], 0)
    assert value(agent, "hft_backup_count") == 1


def test_a_failed_backup_is_counted_and_tried_again_after_a_while(config: Config, world: World) -> None:
    agent = Agent(config)
    world.repository, world.status = parse(stanza()), 1
    agent.look(NOW)
    until_ended(agent)
    agent.look(NOW)
    agent.look(NOW + timedelta(minutes=9))
    assert (len(world.backups), value(agent, "hft_backup_failures_total", type="full")) == (1, 1)

    agent.look(NOW + timedelta(minutes=10))
    until_ended(agent)
    assert len(world.backups) == 2


def test_the_agent_of_a_host_without_the_primary_only_looks(config: Config, world: World) -> None:
    agent = Agent(config)
    world.primary, world.repository = None, parse(stanza())
    agent.look(NOW)

    assert world.backups == []
    assert (value(agent, "hft_backup_primary_here"), value(agent, "hft_backup_repository_up")) == (0, 1)


def test_a_repository_that_does_not_answer_is_told_and_nothing_is_made(
    config: Config, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    agent = Agent(config)
    world.repository = "[039]: it is away"
    agent.look(NOW)

    assert (world.backups, value(agent, "hft_backup_repository_up")) == ([], 0)
    assert "repository: [039]: it is away" in caplog.text


def test_waiting_wal_is_counted_by_its_marks(config: Config, node: Node, world: World) -> None:
    agent = Agent(config)
    # Files are as old as the clock says, so that no backup may be due by it.
    world.repository = parse(stanza(backup("20261122-030000F", "full", datetime.now(UTC))))
    status = node.path / "pg_wal" / "archive_status"
    for name in ("00000001000000000000000A.ready", "00000001000000000000000B.ready", "00000001000000000000000C.done"):
        (status / name).touch()
    agent.look(datetime.now(UTC) + timedelta(seconds=90))

    assert value(agent, "hft_archive_queue_bytes") == 2 * 16 * 1024 * 1024
    assert value(agent, "hft_archive_queue_max_bytes") == 1024 * 1024 * 1024
    lag = value(agent, "hft_archive_lag_seconds")
    assert lag is not None
    assert 89 < lag < 120
    assert value(agent, "hft_archive_failed") == 3


def test_bounds_are_those_of_the_schedules(config: Config, world: World) -> None:
    agent = Agent(config)

    assert value(agent, "hft_backup_max_age_seconds", type="full") == timedelta(days=7, hours=6).total_seconds()
    assert value(agent, "hft_backup_max_age_seconds", type="any") == timedelta(days=1, hours=6).total_seconds()


def test_a_backup_by_hand_keeps_the_schedule_from_beginning_one(config: Config, node: Node, world: World) -> None:
    agent = Agent(config)
    world.repository = parse(stanza())
    held = link.hold(node)
    agent.look(NOW)
    assert world.backups == []

    os.close(held)
    agent.look(NOW)
    until_ended(agent)
    assert world.backups == ["--type=full"]


def test_a_gap_in_the_archive_is_told_and_makes_a_backup_due(
    config: Config, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    agent = Agent(config)
    world.gap = "00000004000000000000000C"
    agent.look(NOW)
    assert (world.backups, value(agent, "hft_archive_gap")) == (["--type=diff"], 1)
    assert "the archive lacks 00000004000000000000000C: times from there" in caplog.text

    until_ended(agent)
    world.gap = None
    agent.look(NOW)
    agent.look(NOW)
    assert (world.backups, value(agent, "hft_archive_gap")) == (["--type=diff"], 0)


def test_a_backup_on_a_branch_that_was_given_up_makes_another_one_due(config: Config, world: World) -> None:
    agent = Agent(config)
    world.history = History(5, ((4, 0xA000000),))
    agent.look(NOW)

    assert (world.backups, value(agent, "hft_archive_gap")) == (["--type=diff"], 0)
    until_ended(agent)


def test_only_the_agent_beside_the_primary_looks_for_gaps(config: Config, world: World) -> None:
    agent = Agent(config)
    world.primary, world.gap = None, "00000004000000000000000C"
    agent.look(NOW)

    assert (world.backups, value(agent, "hft_archive_gap")) == ([], 0)
