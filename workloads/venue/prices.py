"""Seeded prices: a walk that venues with one seed share, and each venue's own offset from it."""

import hashlib
import math
import random
from typing import Final

from workloads.venue.settings import PriceSettings

# Periods from 0.1 s to 0.1·2^14 s ≈ 27 min: faster moves come from the venue's noise, slower ones no test run sees.
_SHORTEST_SECONDS: Final = 0.1
_OCTAVES: Final = 15
_MASK: Final = (1 << 64) - 1


def _uniform(key: int) -> float:
    """Return a number in [-1, 1) that depends on all bits of `key` (the finaliser of splitmix64)."""
    key = (key + 0x9E3779B97F4A7C15) & _MASK
    key = ((key ^ (key >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    key = ((key ^ (key >> 27)) * 0x94D049BB133111EB) & _MASK
    return (key ^ (key >> 31)) / (1 << 63) - 1.0


class Walk:
    """A random walk that is a pure function of seed, name and time, so that two processes agree without talking.

    Random values on a grid, joined by straight lines, summed over doubling periods with amplitudes that grow with
    the square root of the period, as a Brownian path has; it is bounded, so prices never turn negative.
    """

    def __init__(self, seed: int, name: str, volatility_bps: float) -> None:
        digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
        self._key = int.from_bytes(digest[:8], "big")
        self._periods = [_SHORTEST_SECONDS * 2**octave for octave in range(_OCTAVES)]
        self._amplitudes = [volatility_bps * math.sqrt(period) for period in self._periods]

    def offset_bps(self, seconds: float) -> float:
        """Return the offset from the starting price at a time since the Unix epoch, in basis points."""
        total = 0.0
        for octave, (period, amplitude) in enumerate(zip(self._periods, self._amplitudes, strict=True)):
            cell, share = divmod(seconds / period, 1.0)
            key = self._key ^ (octave << 56) ^ int(cell)
            left, right = _uniform(key), _uniform(self._key ^ (octave << 56) ^ (int(cell) + 1))
            total += amplitude * (left + (right - left) * share)
        return total


class Noise:
    """One venue's offset: decaying noise with jumps, a sequence that seed, venue and symbol fix."""

    def __init__(self, seed: int, venue: str, symbol: str, settings: PriceSettings) -> None:
        self._random = random.Random(f"{seed}:{venue}:{symbol}")
        self._settings = settings
        self._keep: float = 0.5 ** (1 / settings.half_life_ticks)
        self._shock = settings.noise_bps * math.sqrt(1 - self._keep**2)
        self._offset = 0.0

    def next_bps(self) -> float:
        """Return the offset of the next update, in basis points."""
        draw = self._random
        self._offset = self._offset * self._keep + draw.gauss(0.0, self._shock)
        if draw.random() < self._settings.dislocation_probability:
            self._offset += draw.choice((-1, 1)) * self._settings.dislocation_bps
        return self._offset
