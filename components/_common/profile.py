"""The two sets of timers that bound how long a fault stops writes; each component keeps its own part of both."""

from collections.abc import Mapping
from typing import Any, Literal

Profile = Literal["fast", "safe"]
"""fast = hosts of one site, disks and CPUs with room to spare; safe = slow disks, busy hosts, several sites: fewer
needless failovers, longer gaps."""


def filled(values: Any, safe: Mapping[str, int]) -> Any:
    """What an operator gave, with the timers of "safe" where that was chosen and they were left out.

    The fields' own defaults are those of "fast". For a validator that runs before the fields are checked, so `values`
    may be anything.
    """
    if isinstance(values, dict) and values.get("profile") == "safe":
        return {**safe, **values}
    return values
