"""Compares what a writer was told with what the table has in the end; pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Ack(NamedTuple):
    """One row whose commit was acknowledged."""

    number: int
    seconds: float
    """When, on the machine's monotonic clock."""

    @property
    def line(self) -> str:
        """As the writer notes it."""
        return f"{self.number} {self.seconds:.6f}\n"


@dataclass(frozen=True)
class Verdict:
    """What a fault cost."""

    acked: int
    """Rows whose commit was acknowledged."""
    lost: int
    """Of these, how many the table lacks."""
    doubled: int
    """Numbers that the table has more than once, acknowledged or not."""
    gap_seconds: float
    """Longest time between two acknowledgements."""


def parse(text: str) -> list[Ack]:
    """The lines of a writer; the last may be half written and does not count then."""
    whole = text[: text.rfind("\n") + 1]
    return [Ack(int(number), float(seconds)) for number, seconds in map(str.split, whole.splitlines())]


def verdict(acks: Sequence[Ack], rows: Iterable[int]) -> Verdict:
    """Judge a run by the numbers in the table. Raises ValueError where fewer than two rows were acknowledged."""
    times = Counter(rows)
    return Verdict(
        acked=len(acks),
        lost=sum(ack.number not in times for ack in acks),
        doubled=sum(count > 1 for count in times.values()),
        gap_seconds=max(later.seconds - earlier.seconds for earlier, later in pairwise(acks)),
    )
