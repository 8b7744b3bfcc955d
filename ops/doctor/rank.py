"""Which of the things found is behind the others, and which is the likeliest; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ops.doctor.causes.cause import Cause, Finding, Layer
from ops.doctor.facts import Facts


@dataclass(frozen=True)
class Suspect:
    """A finding and the cause that it is of."""

    cause: Cause
    finding: Finding

    @property
    def runbook(self) -> str:
        """Name of the page that says what to do; empty where there is none."""
        return self.finding.runbook or self.cause.runbook


@dataclass(frozen=True)
class Verdict:
    """A cause that nothing else explains, and what it explains."""

    suspect: Suspect
    consequences: tuple[Suspect, ...]


def diagnose(facts: Facts, causes: Iterable[Cause]) -> list[Verdict]:
    """The causes that were found, the likeliest first."""
    return rank([Suspect(cause, finding) for cause in causes for finding in cause.find(facts)])


def rank(suspects: Sequence[Suspect]) -> list[Verdict]:
    """Every suspect once: as a cause, or as a consequence of the likeliest one that explains it.

    Causes are in order of likelihood, then depth, then how much they explain.
    """
    parents = [[number for number, one in enumerate(suspects) if explains(one, other)] for other in suspects]
    origins = _origins(suspects, parents)
    counts = [sum(number in found for found in origins) for number, _ in enumerate(suspects)]
    numbers = sorted(
        (number for number, above in enumerate(parents) if not above),
        key=lambda number: (_order(suspects[number]), -counts[number], suspects[number].finding.subject),
    )
    consequences: dict[int, list[Suspect]] = {number: [] for number in numbers}
    for number, suspect in sorted(enumerate(suspects), key=lambda each: (_order(each[1]), each[1].finding.subject)):
        if parents[number]:
            first = next(root for root in numbers if root in origins[number])
            consequences[first].append(suspect)
    return [Verdict(suspects[number], tuple(consequences[number])) for number in numbers]


def explains(one: Suspect, other: Suspect) -> bool:
    """Whether one lies deeper, is as sure, and what the other is about is the same thing or may fail because of it."""
    if one.cause.layer >= other.cause.layer:
        return False
    if other.cause.layer == Layer.ALERT and one.cause.runbook == other.finding.runbook:
        return True
    if one.cause.likelihood < other.cause.likelihood:
        return False
    return other.finding.about == one.finding.about or other.finding.about in one.finding.affects


def _origins(suspects: Sequence[Suspect], parents: Sequence[Sequence[int]]) -> list[set[int]]:
    """The causes behind each suspect, over any number of steps; itself where nothing explains it."""
    found: dict[int, set[int]] = {}
    # What explains a suspect lies deeper, and so comes before it.
    for number in sorted(range(len(suspects)), key=lambda each: suspects[each].cause.layer):
        above = parents[number]
        found[number] = set().union(*(found[each] for each in above)) if above else {number}
    return [found[number] for number in range(len(suspects))]


def _order(suspect: Suspect) -> tuple[int, int]:
    return -suspect.cause.likelihood, suspect.cause.layer
