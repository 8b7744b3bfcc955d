"""What a restore in place does on a disk, each step twice; PostgreSQL and pgBackRest are real in tests/drills."""

import json
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from components.backup.agent import in_place, nodes, recovery
from components.backup.agent.codes import NOT_HERE
from components.backup.agent.config import Config, Node
from components.backup.agent.history import History, TargetError
from components.backup.agent.info import parse
from tests.components.backup.agent.documents import backup, stanza
from tests.components.backup.agent.test_info import at

KEPT = "before-261128-140300"
MIB = 1024 * 1024
CONTROL = dict.fromkeys(in_place._SHARED, "7") | {"Database cluster state": "shut down"}
Usage = namedtuple("Usage", "total used free")


class World:
    """Restores that leave files, and a disk of any size."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.restored = 0
        self.settings: dict[str, str] = {}
        self.control = dict(CONTROL)
        self.refusal: Exception | None = None
        self.free = 1024 * MIB
        document = backup("20261122-030000F", "full", at(22, 3))
        document["info"]["size"] = 100 * MIB
        (self.backup,) = parse(stanza(document)).backups
        monkeypatch.setattr(recovery, "plan", lambda *_: (self.backup, History()))
        monkeypatch.setattr(recovery, "restore", self._restore)
        monkeypatch.setattr(recovery, "recovered", self._recovered)
        monkeypatch.setattr(in_place, "_control", lambda into: self.control)
        monkeypatch.setattr(in_place.shutil, "disk_usage", lambda path: Usage(0, 0, self.free))

    def _restore(self, stanza: str, backup: Any, into: Path) -> None:
        self.restored += 1
        into.mkdir()
        (into / "PG_VERSION").write_text("copy")

    @contextmanager
    def _recovered(self, stanza: str, into: Path, backup: Any, to: Any, settings: dict[str, str]) -> Iterator[None]:
        self.settings = settings
        if self.refusal:
            raise self.refusal
        into.with_suffix(".log").write_text("last completed transaction was at log time 2026-11-28 14:01:59+00\n")
        yield


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


@pytest.fixture
def data(node: Node) -> Path:
    (node.path / "PG_VERSION").write_text("own")
    return node.path.parent


def listed(data: Path) -> dict[str, str]:
    return {found.parent.name: found.read_text() for found in data.glob("*/PG_VERSION")}


def test_a_copy_is_made_once_and_takes_the_place_of_what_is_kept(
    config: Config, node: Node, world: World, data: Path
) -> None:
    found = in_place.recover(config, node, KEPT, None)
    again = in_place.recover(config, node, KEPT, None)

    assert found == again == in_place.Recovered(KEPT, "20261122-030000F", "2026-11-28 14:01:59+00")
    assert world.restored == 1
    assert listed(data) == {"pg17": "own", "restoring": "copy"}
    assert not in_place.has_taken_over(node, KEPT)
    for _ in range(2):
        in_place.take_over(node, KEPT)
        assert listed(data) == {"pg17": "copy", f"pg17.{KEPT}": "own"}
        assert in_place.has_taken_over(node, KEPT)


def test_a_copy_that_archives_has_the_nodes_parameters_and_no_command(
    config: Config, node: Node, world: World, data: Path
) -> None:
    in_place.recover(config, node, KEPT, None)

    assert world.settings == {
        "archive_command": "",
        "archive_mode": "on",
        **dict.fromkeys(in_place._SHARED.values(), "7"),
    }


def test_what_an_earlier_restore_did_is_not_taken_for_this_one(
    config: Config, node: Node, world: World, data: Path
) -> None:
    in_place.recover(config, node, KEPT, None)
    in_place.take_over(node, KEPT)
    in_place.recover(config, node, "before-261129-000000", None)

    assert world.restored == 2
    in_place.take_over(node, "before-261129-000000")
    assert sorted(listed(data)) == ["pg17", f"pg17.{KEPT}", "pg17.before-261129-000000"]


def test_an_interrupted_exchange_ends_well(config: Config, node: Node, world: World, data: Path) -> None:
    in_place.recover(config, node, KEPT, None)
    node.path.rename(data / f"pg17.{KEPT}")
    assert not in_place.has_taken_over(node, KEPT)

    in_place.take_over(node, KEPT)
    assert listed(data) == {"pg17": "copy", f"pg17.{KEPT}": "own"}


def test_a_node_without_a_copy_puts_its_data_aside_once(node: Node, data: Path) -> None:
    in_place.take_over(node, KEPT)
    assert listed(data) == {f"pg17.{KEPT}": "own"}
    node.path.mkdir()
    (node.path / "PG_VERSION").write_text("copied anew")

    in_place.take_over(node, KEPT)
    assert listed(data) == {"pg17": "copied anew", f"pg17.{KEPT}": "own"}


def test_a_node_that_has_lost_its_data_keeps_nothing_and_puts_nothing_aside_later(node: Node, data: Path) -> None:
    in_place.shutil.rmtree(node.path)
    in_place.take_over(node, KEPT)
    node.path.mkdir()
    (node.path / "PG_VERSION").write_text("copied anew")

    in_place.take_over(node, KEPT)
    assert listed(data) == {"pg17": "copied anew"}


def test_a_copy_that_did_not_come_up_is_given_up_and_the_data_stays(
    config: Config, node: Node, world: World, data: Path
) -> None:
    world.refusal = TargetError("the archive ends before")
    with pytest.raises(TargetError):
        in_place.recover(config, node, KEPT, None)

    in_place.give_up(node)
    assert [found.name for found in data.iterdir()] == ["pg17"]


def test_a_copy_that_was_not_shut_down_is_refused(config: Config, node: Node, world: World, data: Path) -> None:
    world.control["Database cluster state"] = "in production"
    with pytest.raises(recovery.RecoveryError, match="is 'in production', not 'shut down'"):
        in_place.recover(config, node, KEPT, None)
    assert not (data / "restoring.json").exists()


def test_there_is_room_for_a_tenth_more_than_the_backup(config: Config, world: World) -> None:
    world.free = 110 * MIB

    assert in_place.room(config, None) == "20261122-030000F"


def test_too_little_room_is_refused_with_both_sizes(config: Config, world: World) -> None:
    world.free = 110 * MIB - 1
    with pytest.raises(in_place.RoomError) as refused:
        in_place.room(config, None)

    assert str(refused.value) == (
        "tsdb-0: 110 MiB free beside the data, and a copy of backup 20261122-030000F beside each takes 110 MiB: "
        "make room, or forget what an earlier restore has kept; nothing was changed"
    )


def test_nodes_that_share_a_disk_need_room_together(config: Config, node: Node, world: World) -> None:
    other = node.path.parent.with_name("tsdb-1")
    other.mkdir()
    two = Config(**vars(config) | {"nodes": (node, Node("tsdb-1", "10.0.0.1", other / "pg17", str(other), 15433))})
    world.free = 219 * MIB

    with pytest.raises(in_place.RoomError, match=r"^tsdb-0, tsdb-1: 219 MiB free .* takes 220 MiB"):
        in_place.room(two, None)


class Primary:
    """A primary whose archive takes a file more with each look, up to a last one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, node: Node, *archived: str | None) -> None:
        self.asked: list[str] = []
        self.archived = list(archived)
        monkeypatch.setattr(nodes, "primary", lambda _: node)
        monkeypatch.setattr(nodes, "ask", self._ask)
        monkeypatch.setattr(nodes, "archiver", lambda _: nodes.Archiver(0, self._last(), None))
        monkeypatch.setattr(in_place, "_PAUSE_SECONDS", 0)

    def _ask(self, node: Node, query: str) -> tuple[str]:
        self.asked.append(query)
        return ("00000002000000010000000A",)

    def _last(self) -> str | None:
        return self.archived.pop(0) if len(self.archived) > 1 else self.archived[0]


def test_the_archive_is_brought_beyond_the_present_where_the_primary_is(
    config: Config, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    primary = Primary(
        monkeypatch, node, None, "00000002.history", "000000020000000100000009", "00000002000000010000000B"
    )

    assert in_place.reach(config) == 0
    assert primary.asked == ["SELECT pg_current_xact_id()", "SELECT pg_walfile_name(pg_switch_wal())"]
    assert primary.archived == ["00000002000000010000000B"]


def test_an_archive_that_does_not_take_it_is_told(config: Config, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    # A later file of an earlier timeline is none.
    Primary(monkeypatch, node, "00000001000000010000000B")
    monkeypatch.setattr(in_place, "_ARCHIVED_SECONDS", 0.1)
    with pytest.raises(LookupError, match=r"the archive has not taken the newest WAL after 0\.1 s"):
        in_place.reach(config)


def test_a_host_without_the_primary_says_so(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "primary", lambda _: None)

    assert in_place.reach(config) == NOT_HERE


def test_commands_say_what_they_did(
    config: Config, node: Node, world: World, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_place.run(config, ["room"], None) == 0
    assert in_place.run(config, ["recover", "tsdb-0", KEPT], None) == 0
    backup_, recovered = capsys.readouterr().out.splitlines()
    assert (backup_, json.loads(recovered)["kept"]) == ("20261122-030000F", KEPT)
    assert in_place.run(config, ["has-taken-over", "tsdb-0", KEPT], None) == 1
    assert in_place.run(config, ["take-over", "tsdb-0", KEPT], None) == 0
    assert in_place.run(config, ["has-taken-over", "tsdb-0", KEPT], None) == 0
    assert in_place.run(config, ["give-up", "tsdb-0"], None) == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["recover", "tsdb-9", KEPT], "tsdb-9: no node of this host (tsdb-0)"),
        (["recover"], "in-place: no command recover"),
        ([], "in-place: no command (none)"),
    ],
)
def test_an_unknown_command_or_node_is_refused(config: Config, arguments: list[str], problem: str) -> None:
    with pytest.raises(LookupError) as refused:
        in_place.run(config, arguments, None)
    assert refused.value.args == (problem,)
