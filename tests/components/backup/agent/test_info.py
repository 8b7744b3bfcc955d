from datetime import UTC, datetime, timedelta

import pytest

from components.backup.agent.info import Kind, Repository, due, longest_wait, lsn, parse
from components.backup.agent.schedule import Schedule
from tests.components.backup.agent.documents import backup, stanza

SUNDAYS = Schedule.parse({"days": ["sun"], "at": "03:00"})
DAILY = Schedule.parse({"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": "03:00"})


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def having(*made: tuple[str, datetime]) -> Repository:
    return parse(stanza(*(backup(f"{began:%Y%m%d-%H%M%S}F", kind, began) for kind, began in made)))


def test_a_backup_has_what_a_restore_must_know() -> None:
    (found,) = having(("full", at(22, 3))).backups

    assert (found.kind, found.began, found.ended) == ("full", at(22, 3), at(22, 3) + timedelta(minutes=1))
    assert (found.timeline, found.stop_lsn, found.failed_pages) == (4, 0xB000120, False)
    assert (found.database_bytes, found.repository_bytes) == (34113955, 4028416)


def test_the_stanza_says_whose_it_is() -> None:
    found = parse(stanza())

    assert (found.exists, found.system_id, found.major) == (True, 7000000000000000001, 17)
    assert (found.archive_id, found.newest_wal) == ("17-1", "00000004000000000000000D")


@pytest.mark.parametrize("code", [1, 3])
def test_a_stanza_that_is_not_there_is_no_error(code: int) -> None:
    status = {"code": code, "message": "missing stanza path"}

    assert parse(stanza(status=status, db=[])) == Repository(exists=False)
    assert parse([]) == Repository(exists=False)


def test_a_repository_that_cannot_be_read_is_told_in_pgbackrests_words() -> None:
    reason = "[PathOpenError] unable to list file info for path '/var/lib/hft/repository'"
    repo = [{"key": 1, "status": {"code": 99, "message": reason}}]

    with pytest.raises(ValueError, match="PathOpenError"):
        parse(stanza(status={"code": 99, "message": "other"}, db=[], archive=[], repo=repo))


@pytest.mark.parametrize(
    ("made", "now", "expected"),
    [
        ([], at(28, 12), "full"),
        ([("full", at(22, 3))], at(22, 12), None),
        ([("full", at(22, 3))], at(23, 2), None),
        ([("full", at(22, 3))], at(23, 3), "diff"),
        ([("full", at(22, 3)), ("diff", at(23, 3))], at(23, 4), None),
        ([("full", at(22, 3)), ("diff", at(28, 3))], at(29, 2), None),
        ([("full", at(22, 3)), ("diff", at(28, 3))], at(29, 3), "full"),
        # The whole week was missed.
        ([("full", at(1, 3)), ("diff", at(2, 3))], at(28, 12), "full"),
        # A full one by hand on another day stands for the differential one.
        ([("full", at(22, 3)), ("full", at(25, 3))], at(25, 12), None),
    ],
)
def test_what_is_due_follows_from_what_is_there(
    made: list[tuple[str, datetime]], now: datetime, expected: Kind | None
) -> None:
    assert due(having(*made), SUNDAYS, DAILY, now) == expected


def test_a_full_backup_counts_as_the_newest_of_all() -> None:
    slack = timedelta(hours=6)

    assert longest_wait(SUNDAYS, DAILY, "full", slack) == timedelta(days=7, hours=6)
    assert longest_wait(SUNDAYS, DAILY, "diff", slack) == timedelta(days=1, hours=6)


def test_positions_are_numbers() -> None:
    assert lsn("1/B000120") == (1 << 32) + 0xB000120
