"""Reads what `--since` says; pure."""

import re
from datetime import UTC, datetime, timedelta

from ops.errors import OpsError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=366)


def since(text: str, now: datetime) -> datetime:
    """The moment that `15m`, `2h`, `1d` (before now) or an RFC 3339 time means. Raises OpsError for anything else."""
    if found := re.fullmatch(r"(\d{1,6})([smhd])", text):
        age = timedelta(**{_UNITS[found[2]]: int(found[1])})
        moment = now - min(age, _LONGEST + timedelta(days=1))
    else:
        moment = _time(text)
    if not now - _LONGEST <= moment < now:
        raise OpsError(f"--since {text}: has to be before now, and at most {_LONGEST.days} days ago")
    return moment


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    # Without an offset nobody knows whose clock is meant.
    if moment is None or moment.tzinfo is None:
        raise OpsError(f"--since {text}: want 15m, 2h or 1d, or an RFC 3339 time such as 2026-03-01T09:30:00Z")
    return moment.astimezone(UTC)
