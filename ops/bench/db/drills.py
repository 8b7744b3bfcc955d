"""What the drills have found, from build/drills.json, beside the other figures; pure."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.bench.db import found
from ops.bench.measure import Measure

FOUND = Path("build/drills.json")


@dataclass(frozen=True)
class Gap:
    """How long writes may stop in a drill."""

    name: str
    drill: str
    """Part of the drill's name that no other has."""
    goal_seconds: float


GAPS = (
    Gap("kill -9 of postgres", "when_postgres_is_killed", 2.0),
    Gap("host of the primary unplugged", "given_load_when_the_leaders_host_is_unplugged", 5.0),
    Gap("planned switchover", "given_load_on_every_host_when_hft_moves_the_primary", 0.5),
)
_METHOD = """\
`make drills`: three Docker hosts on this machine, one commit after the other through pooler and router; the longest
time between two acknowledgements. Median, least and most of {count} runs of {drill}."""
_LOST_METHOD = "Acknowledged rows that a table lacked after any of {count} runs of {drills} drills."


def read(root: Path) -> list[dict[str, Any]]:
    """The entries; none where the drills have not run."""
    return found.read(root / FOUND)


def measures(entries: Sequence[dict[str, Any]]) -> Iterator[Measure]:
    """A figure for each drill that has a goal and has run, and what all drills lost."""
    for gap in GAPS:
        runs = [entry for entry in entries if gap.drill in entry["drill"]]
        if runs:
            seconds = [float(entry["gap_seconds"]) for entry in runs]
            method = _METHOD.format(count=len(runs), drill=runs[0]["drill"])
            spread = (min(seconds), max(seconds))
            label = f"writes stop, {gap.name}, seconds"
            yield Measure(label, statistics.median(seconds), gap.goal_seconds, method, spread=spread)
    if entries:
        lost = sum(int(entry["lost"]) for entry in entries)
        method = _LOST_METHOD.format(count=len(entries), drills=len({entry["drill"] for entry in entries}))
        yield Measure("acknowledged rows lost, all drills", lost, 0, method)
