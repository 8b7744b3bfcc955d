from datetime import UTC, datetime, timedelta

from components.backup.agent.rows import Counted

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def counted(**rows: int) -> Counted:
    return Counted(NOON - timedelta(minutes=10), NOON, rows)


def test_what_was_counted_comes_back_from_the_annotation() -> None:
    assert Counted.parse(counted(ticks=3).as_text()) == counted(ticks=3)


def test_more_rows_are_good_and_fewer_are_named() -> None:
    wanted = counted(audit_log=2, ticks=5)

    assert wanted.missing(counted(audit_log=2, ticks=6, later=1)) == []
    assert wanted.missing(counted(ticks=4)) == [
        "audit_log has 0 of the 2 rows from 2026-11-28 11:50:00+00:00 to 2026-11-28 12:00:00+00:00",
        "ticks has 4 of the 5 rows from 2026-11-28 11:50:00+00:00 to 2026-11-28 12:00:00+00:00",
    ]
