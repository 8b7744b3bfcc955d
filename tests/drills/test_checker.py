import pytest

from tests.drills.checker import Ack, Verdict, parse, verdict

ACKS = [Ack(1, 10.0), Ack(2, 10.5), Ack(4, 13.0)]


def test_rows_that_are_all_there_are_none_lost() -> None:
    assert verdict(ACKS, [1, 2, 4]) == Verdict(acked=3, lost=0, doubled=0, gap_seconds=2.5)


def test_an_acknowledged_row_that_is_not_there_is_lost() -> None:
    assert verdict(ACKS, [1, 4]).lost == 1


def test_a_row_that_nobody_acknowledged_may_be_there() -> None:
    assert verdict(ACKS, [1, 2, 3, 4]) == verdict(ACKS, [1, 2, 4])


def test_a_row_that_is_there_twice_is_doubled_whether_acknowledged_or_not() -> None:
    assert verdict(ACKS, [1, 1, 1, 2, 3, 3, 4]).doubled == 2


def test_one_acknowledgement_has_no_gap() -> None:
    with pytest.raises(ValueError, match="empty"):
        verdict(ACKS[:1], [1])


def test_a_writers_lines_are_read_back() -> None:
    assert parse("".join(ack.line for ack in ACKS)) == ACKS


def test_a_half_written_last_line_does_not_count() -> None:
    assert parse(f"{ACKS[0].line}2 10.") == ACKS[:1]
