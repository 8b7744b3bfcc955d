"""Gaps in an archive, by the names that it has; that pgBackRest leaves such gaps is seen in tests/drills."""

from datetime import UTC, datetime

import pytest

from components.backup.agent import pgbackrest
from components.backup.agent.archive import WAL_FILE_BYTES, Archive, WalFile, way
from components.backup.agent.history import History
from components.backup.agent.info import Repository, parse
from tests.components.backup.agent.documents import backup, stanza

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ALONE = History()
# Timeline 1 was left within its file 0x101, timeline 2 at the very beginning of file 0x103.
TWICE = History(3, ((1, 0x101 * WAL_FILE_BYTES + 1), (2, 0x103 * WAL_FILE_BYTES)))


def name(timeline: int, number: int) -> str:
    return WalFile(timeline, number).name


def repository(stop: str, label: str = "20261128-120000F") -> Repository:
    document = backup(label, "full", NOON, archive={"start": stop, "stop": stop}, lsn={"start": "0/0", "stop": "0/1"})
    return parse(stanza(document))


class Names:
    """What is in the archive, folder by folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
        self.names = list(names)
        self.looked: list[str] = []
        monkeypatch.setattr(pgbackrest, "call", self._call)

    def _call(self, stanza: str, *arguments: str) -> str:
        assert arguments[1] == "repo-ls"
        self.looked.append(folder := arguments[2].removeprefix("archive/hft-dev/17-1/"))
        return "\n".join(f"{each}-0a1b.zst" for each in self.names if each.startswith(folder))


def test_a_name_is_a_place_and_back() -> None:
    found = WalFile.parse("0000000A0000000200000001")

    assert found == WalFile(10, 0x201)
    assert (found.name, found.folder) == ("0000000A0000000200000001", "0000000A00000002")


@pytest.mark.parametrize("other", ["", "00000002.history", "000000010000000000000003.partial"])
def test_other_files_of_an_archive_have_no_place(other: str) -> None:
    assert WalFile.parse(other) is None


def test_the_way_goes_over_folders() -> None:
    files = way(WalFile(1, 0xFE), WalFile(1, 0x101), ALONE)

    assert [file.name[8:] for file in files] == [
        *("00000000000000FE", "00000000000000FF"),
        *("0000000100000000", "0000000100000001"),
    ]


def test_the_way_changes_timelines_where_they_were_left() -> None:
    files = list(way(WalFile(1, 0x100), WalFile(3, 0x104), TWICE))

    assert files == [WalFile(1, 0x100), WalFile(2, 0x101), WalFile(2, 0x102), WalFile(3, 0x103), WalFile(3, 0x104)]


def test_a_later_timeline_needs_nothing_of_an_earlier_one() -> None:
    assert list(way(WalFile(3, 0x104), WalFile(3, 0x105), TWICE)) == [WalFile(3, 0x104), WalFile(3, 0x105)]


def test_a_whole_archive_has_no_gap_and_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch, *(name(1, number) for number in range(0xFE, 0x103)))
    archive = Archive("hft-dev")

    assert archive.gap(repository(name(1, 0xFE)), ALONE, name(1, 0x101)) is None
    assert names.looked == ["0000000100000000", "0000000100000001"]
    names.looked.clear()
    assert archive.gap(repository(name(1, 0xFE)), ALONE, name(1, 0x102)) is None
    assert names.looked == ["0000000100000001"]


def test_the_first_missing_file_is_the_gap_until_a_backup_is_beyond_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch, name(1, 1), name(1, 2), name(1, 5))
    archive = Archive("hft-dev")

    assert archive.gap(repository(name(1, 1)), ALONE, name(1, 5)) == name(1, 3)
    names.names.append(name(1, 6))
    assert archive.gap(repository(name(1, 1)), ALONE, name(1, 6)) == name(1, 3)
    assert archive.gap(repository(name(1, 5), "20261128-130000F"), ALONE, name(1, 6)) is None


def test_what_postgresql_takes_for_archived_and_is_not_there_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, name(1, 1), name(1, 2))

    assert Archive("hft-dev").gap(repository(name(1, 1)), ALONE, name(1, 3)) == name(1, 3)
    assert Archive("hft-dev").gap(repository(name(1, 1)), ALONE, name(1, 2)) is None


def test_a_partial_file_does_not_stand_for_a_whole_one(monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, name(1, 1), f"{name(1, 2)}.partial", name(1, 3))

    assert Archive("hft-dev").gap(repository(name(1, 1)), ALONE, name(1, 3)) == name(1, 2)


@pytest.mark.parametrize("handed_over", [None, "00000002.history", name(1, 1)])
def test_where_nothing_can_be_compared_there_is_no_gap(
    monkeypatch: pytest.MonkeyPatch, handed_over: str | None
) -> None:
    names = Names(monkeypatch)

    assert Archive("hft-dev").gap(repository(name(2, 1)), History(2, ((1, 1),)), handed_over) is None
    assert Archive("hft-dev").gap(parse(stanza()), ALONE, name(1, 1)) is None
    assert names.looked == []


def test_a_backup_that_does_not_lead_here_has_no_gap_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch)
    elsewhere = History(2, ((1, 0),))

    assert Archive("hft-dev").gap(repository(name(1, 1)), elsewhere, name(2, 9)) is None
    assert names.looked == []
