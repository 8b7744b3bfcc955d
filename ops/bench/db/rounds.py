"""Loads in turn, round by round, so that what else the machine does falls on all of them."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ops.bench.db.pgbench import Run

SHARES = (0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999)
"""Of the answers, for a curve of their times."""
_WARM_UP_SECONDS = 5


@dataclass(frozen=True)
class Figures:
    """What the rounds of one load found."""

    p50_ms: tuple[float, ...]
    p99_ms: tuple[float, ...]
    rates: tuple[float, ...]
    """Transactions a second."""
    curve_ms: Mapping[float, float]
    """Share of the answers → within how long they came, as the median of the rounds."""

    @classmethod
    def of(cls, runs: Sequence[Run]) -> "Figures":
        """One value a round."""
        return cls(
            tuple(run.ms(0.5) for run in runs),
            tuple(run.ms(0.99) for run in runs),
            tuple(run.rate for run in runs),
            {share: statistics.median(run.ms(share) for run in runs) for share in SHARES},
        )


def in_turn(loads: Mapping[str, Callable[[int], Run]], rounds: int, seconds: int) -> dict[str, Figures]:
    """Name → figures. Each load takes the seconds it shall last; what it finds in a first, short turn is left out."""
    for load in loads.values():
        load(_WARM_UP_SECONDS)
    runs: dict[str, list[Run]] = {name: [] for name in loads}
    for _ in range(rounds):
        for name, load in loads.items():
            runs[name].append(load(seconds))
    return {name: Figures.of(found) for name, found in runs.items()}


@dataclass(frozen=True)
class Middle:
    """The median of some values, with the least and the most."""

    median: float
    spread: tuple[float, float]

    @classmethod
    def of(cls, values: Sequence[float]) -> "Middle":
        """Of one value a round."""
        return cls(statistics.median(values), (min(values), max(values)))

    @classmethod
    def ratio(cls, values: Sequence[float], others: Sequence[float]) -> "Middle":
        """Of each round's value to the other of the same round."""
        return cls.of([one / other for one, other in zip(values, others, strict=True)])
