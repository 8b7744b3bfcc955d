from datetime import UTC, datetime, timedelta

import pytest

from components.backup.agent.history import History, TargetError, choose, newest_timeline
from components.backup.agent.info import Backup, parse
from tests.components.backup.agent.documents import backup, stanza

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
# Timeline 2 began at 0/C000000 of timeline 1, as after a restore to a point in time.
TEXT = "1\t0/C000000\tbefore 2026-11-28 13:00:00+00\n"
HISTORY = History.parse(2, TEXT)


def made(hours: int, timeline: int = 1, stop: str = "0/B000120") -> Backup:
    began = NOON + timedelta(hours=hours)
    wal = {"start": f"{timeline:08X}00000000000000B0", "stop": f"{timeline:08X}00000000000000B0"}
    document = backup(f"{began:%H}F", "full", began, archive=wal, lsn={"start": "0/0", "stop": stop})
    return parse(stanza(document)).backups[0]


FIRST = made(0)
ABANDONED = made(2, stop="0/D000000")
"""Made on timeline 1 after the point from which timeline 2 goes on."""
SECOND = made(4, timeline=2, stop="0/E000000")
NOW = NOON + timedelta(hours=6)


def test_the_newest_timeline_is_the_one_of_the_last_history_file() -> None:
    assert newest_timeline(["0000000100000000", "00000002.history", "0000000A.history"]) == 10
    assert newest_timeline(["0000000100000000"]) == 1


def test_history_files_are_read_as_postgresql_writes_them() -> None:
    assert History.parse(3, f"{TEXT}\n2\t1/0\tno recovery target specified\n").left_at == (
        (1, 0xC000000),
        (2, 1 << 32),
    )


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (None, SECOND),
        (NOON + timedelta(hours=5), SECOND),
        # By its time alone the abandoned one would be taken, and its replay would fail.
        (NOON + timedelta(hours=3), FIRST),
        (NOON + timedelta(hours=1), FIRST),
        (FIRST.ended, FIRST),
    ],
)
def test_a_restore_begins_with_the_newest_backup_that_leads_to_the_present(
    to: datetime | None, expected: Backup
) -> None:
    assert choose([FIRST, ABANDONED, SECOND], HISTORY, to, NOW) == expected


@pytest.mark.parametrize(
    ("to", "message"),
    [
        (
            FIRST.ended - timedelta(seconds=1),
            "2026-11-28 12:00:59+00 is before the oldest backup, which can be restored from 2026-11-28 12:01:00+00 on: "
            "choose a later time; nothing was changed",
        ),
        (
            NOW + timedelta(seconds=1),
            "2026-11-28 18:00:01+00 has not come yet: it is 2026-11-28 18:00:00+00; nothing was changed",
        ),
    ],
)
def test_a_time_outside_of_the_archive_is_refused(to: datetime, message: str) -> None:
    with pytest.raises(TargetError) as refused:
        choose([FIRST, ABANDONED, SECOND], HISTORY, to, NOW)
    assert str(refused.value) == message


def test_without_a_backup_that_leads_here_there_is_nothing_to_restore() -> None:
    with pytest.raises(TargetError, match="there is no backup to restore from"):
        choose([ABANDONED], HISTORY, None, NOW)
