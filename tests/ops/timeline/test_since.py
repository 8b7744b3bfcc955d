from datetime import UTC, datetime, timedelta

import pytest

from ops.errors import OpsError
from ops.timeline.since import since

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WANT = "want 15m, 2h or 1d, or an RFC 3339 time such as 2026-03-01T09:30:00Z"
BOUND = "has to be before now, and at most 366 days ago"


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("2026-03-01T09:30:00Z", timedelta(hours=2, minutes=30)),
        ("2026-03-01T09:30:00+02:00", timedelta(hours=4, minutes=30)),
    ],
)
def test_it_is_a_moment_before_now(text: str, before: timedelta) -> None:
    assert since(text, NOW) == NOW - before


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2", "2w", "-2h", "2 h", "2026-03-01T09:30:00", "2026-13-01T00:00:00Z"]
)
def test_anything_else_is_one_error(text: str) -> None:
    with pytest.raises(OpsError) as error:
        since(text, NOW)

    assert error.value.problems == (f"--since {text}: {WANT}",)


@pytest.mark.parametrize("text", ["0m", "367d", "999999d", "2026-03-01T12:00:00Z", "2024-03-01T12:00:00Z"])
def test_what_is_too_early_or_not_over_is_one_error(text: str) -> None:
    with pytest.raises(OpsError) as error:
        since(text, NOW)

    assert error.value.problems == (f"--since {text}: {BOUND}",)
