"""A percentile of two things measured in turn, over all of their samples; pure."""

import random
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Samples = Sequence[float]
Pair = tuple[Samples, Samples]

_RESAMPLED = 1000
_SEED = 0
"""The same samples give the same bounds."""


@dataclass(frozen=True)
class Ratio:
    """A ratio, and between which bounds it is with 95 % probability."""

    value: float
    low: float
    high: float


def p99(halves: Iterable[Samples]) -> float:
    """The 99th percentile of all samples together: a half alone has too few of its slowest."""
    return statistics.quantiles((sample for half in halves for sample in half), n=100)[98]


def ratio_of_p99(pairs: Sequence[Pair]) -> Ratio:
    """The first's 99th percentile ÷ the second's.

    The bounds are a bootstrap over pairs, not over samples: those of one half are slow together.
    """
    draw = random.Random(_SEED)
    drawn = sorted(_ratio(draw.choices(pairs, k=len(pairs))) for _ in range(_RESAMPLED))
    cut = statistics.quantiles(drawn, n=40)
    return Ratio(_ratio(pairs), low=cut[0], high=cut[-1])


def _ratio(pairs: Sequence[Pair]) -> float:
    return p99(first for first, _ in pairs) / p99(second for _, second in pairs)
