from datetime import UTC, datetime

from ops.timeline.audit import read, statements
from ops.timeline.event import Event


def test_the_role_that_asks_can_only_read() -> None:
    asked = statements(datetime(2026, 3, 1, 10, 0, tzinfo=UTC))

    assert asked[:3] == (
        "SET default_transaction_read_only = on",
        "SET statement_timeout = '10s'",
        "SET ROLE hft_reader",
    )
    assert asked[3].endswith("WHERE ts >= '2026-03-01T10:00:00+00:00' ORDER BY ts DESC LIMIT 500")


def test_rows_are_read_and_what_is_none_is_left_out() -> None:
    text = (
        '{"ts" : "2026-03-01T10:00:01.5+00:00", "actor" : "engine-blue", "action" : "activate", '
        '"subject" : "dev/arbitrage/blue", "details" : {"epoch": 3, "reason": "two\\nlines"}}\n'
        '{"ts" : "2026-03-01T10:00:02+00:00", "actor" : "operator", "action" : "halt", "subject" : "dev", '
        '"details" : {}}\n'
        "SET\n\n3\n"
    )

    assert read(text) == [
        Event(
            datetime(2026, 3, 1, 10, 0, 1, 500000, UTC),
            "audit",
            "engine-blue: activate dev/arbitrage/blue (epoch 3, reason two lines)",
        ),
        Event(datetime(2026, 3, 1, 10, 0, 2, tzinfo=UTC), "audit", "operator: halt dev"),
    ]
