"""Exact order round trips, for measurements: the histogram's buckets are too coarse to compare two runs by."""

from collections import deque
from typing import Final

_KEPT: Final = 200_000


class Roundtrips:
    """The newest round trips since the last reading, in ns."""

    def __init__(self) -> None:
        self._samples: deque[int] = deque(maxlen=_KEPT)
        self.add = self._samples.append

    def drain(self) -> dict[str, float | int | list[float] | None]:
        """Return count, percentiles and all samples, the least first, in microseconds, and begin anew."""
        ordered = [ns / 1000 for ns in sorted(self._samples)]
        self._samples.clear()
        percentiles = {
            name: ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None
            for name, share in (("p50_us", 0.5), ("p90_us", 0.9), ("p99_us", 0.99), ("max_us", 1.0))
        }
        return {"n": len(ordered), **percentiles, "samples_us": ordered}
