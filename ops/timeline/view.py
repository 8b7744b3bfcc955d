"""Puts the events of all sources in one order; pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ops.timeline.event import Event

HEADS = ("time (UTC)", "kind", "what")


def merged(events: Iterable[Event], start: datetime, end: datetime) -> list[Event]:
    """The events of a span of time, the oldest first; each once."""
    return sorted({event for event in events if start <= event.at <= end})


def rows(events: Sequence[Event]) -> list[tuple[str, str, str]]:
    """Table rows."""
    return [(f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", event.kind, event.what) for event in events]
