"""`hft db rto`: how long writes may stop by a stack's settings, beside what the drills of this checkout measured."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from components.database import DatabaseSettings
from components.pooling import PoolingSettings
from ops.db import model
from stacks.settings import StackSettings

DRILLS = Path("build") / "drills.json"
"""Where the drills write, below the checkout."""
HEADS = ("fault", "writes stop for at most", "measured by drills")

Model = Callable[[DatabaseSettings, PoolingSettings], float]


@dataclass(frozen=True)
class Fault:
    """Something that stops writes."""

    name: str
    bound: Model
    drill: str
    """The drill that measures it, as it is called in build/drills.json."""


FAULTS = (
    Fault("PostgreSQL is killed", model.crash, "given_load_when_postgres_is_killed_then_writes_go_on"),
    Fault(
        "Patroni is killed",
        model.restarted,
        "given_load_when_patroni_is_killed_then_it_is_restarted_and_writes_go_on",
    ),
    Fault(
        "the primary's container is gone",
        model.node_lost,
        "given_load_when_the_leaders_container_is_killed_then_a_standby_takes_over",
    ),
    Fault(
        "the primary's container is frozen",
        model.frozen,
        "given_load_when_the_leaders_container_is_frozen_then_a_standby_takes_over_and_the_thawed_one_follows",
    ),
    Fault(
        "the primary's host is gone",
        model.host_lost,
        "given_load_when_the_leaders_host_is_unplugged_then_a_standby_takes_over",
    ),
    Fault(
        "the primary's host is gone, with etcd's leader",
        model.host_of_etcds_leader_lost,
        "given_etcd_led_beside_the_leader_when_their_host_is_unplugged_then_a_standby_takes_over",
    ),
    Fault(
        "a standby's host is gone",
        lambda database, _: model.standby_lost(database),
        "given_load_when_a_standbys_host_is_unplugged_then_the_other_one_confirms",
    ),
)
"""Every fault that the model covers, each with a drill."""


def rows(settings: StackSettings, root: Path) -> list[tuple[str, str, str]]:
    """A row for each fault; `root`: the checkout whose drills are looked at."""
    measured = _measured(root / DRILLS)
    return [
        (fault.name, _seconds(fault.bound(settings.database, settings.pooling)), _runs(measured.get(fault.drill, [])))
        for fault in FAULTS
    ]


def notes(settings: StackSettings, root: Path) -> Iterator[str]:
    """What a reader of the rows has to know."""
    yield f"timers: profile {settings.database.failover.profile}; a machine that is out of breath adds to each bound"
    if (root / DRILLS).exists():
        yield "measured: on three Docker hosts of one machine, with the profile fast; smallest to largest gap"
    else:
        yield f"nothing measured here: `make drills` writes {DRILLS}"


def _measured(file: Path) -> dict[str, list[float]]:
    """Drill → the gaps of its runs, in s."""
    found: dict[str, list[float]] = {}
    for entry in json.loads(file.read_text()) if file.exists() else []:
        found.setdefault(entry["drill"], []).append(entry["gap_seconds"])
    return found


def _seconds(seconds: float) -> str:
    return "until it is back" if math.isinf(seconds) else f"{seconds:.1f} s"


def _runs(gaps: Sequence[float]) -> str:
    if not gaps:
        return "-"
    low, high = f"{min(gaps):.1f}", f"{max(gaps):.1f}"
    spread = low if low == high else f"{low} to {high}"
    return f"{spread} s ({len(gaps)} run{'s' if len(gaps) > 1 else ''})"
