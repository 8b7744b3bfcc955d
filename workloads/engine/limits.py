"""What is used of the venues' own limits, as they tell it with each order. Pure; monotonic time in ns is handed in."""

from collections.abc import Iterator

from workloads.wire import Limit


class VenueLimits:
    """The latest that each venue has told; a count is of no use once its window is over."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[list[Limit], int]] = {}

    def told(self, venue: str, limits: list[Limit], mono_ns: int) -> None:
        """Take what came with an answer."""
        self._told[venue] = limits, mono_ns

    def ratios(self, mono_ns: int) -> Iterator[tuple[str, str, float]]:
        """Venue, bucket and its use: 1 is full, and 0 where the window has ended since."""
        for venue, (limits, at_ns) in self._told.items():
            for bucket, seconds, count, limit in limits:
                yield venue, bucket, count / limit if mono_ns - at_ns < seconds * 1e9 else 0.0
