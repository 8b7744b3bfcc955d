"""What the planner believes of the machine."""

from typing import NamedTuple

from components.database.settings import DatabaseSettings, Disk
from components.database.tuning.parameter import Parameter


class _Costs(NamedTuple):
    random_page_cost: str
    reads_at_once: int
    source: str


_COSTS: dict[Disk, _Costs] = {
    "nvme": _Costs("1.1", 256, "timescaledb-tune"),
    "ssd": _Costs("1.1", 32, "timescaledb-tune; 32 is the queue of a SATA disk"),
    "hdd": _Costs("4", 1, "PostgreSQL 17 documentation: its default, and one read per spindle"),
}


def parameters(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """Costs of the disk, and what statements are not worth."""
    costs = _COSTS[settings.disk]
    return (
        Parameter(
            name="jit",
            value="off",
            reason="Compiling a plan costs more than the short statements of a trading system take.",
            source="timescaledb-tune",
        ),
        Parameter(
            name="random_page_cost",
            value=costs.random_page_cost,
            reason="A page anywhere costs as much as the next one, but where a head must move.",
            source=costs.source,
        ),
        Parameter(
            name="effective_io_concurrency",
            value=costs.reads_at_once,
            reason="How many reads the disk takes at once.",
            source=costs.source,
        ),
        Parameter(
            name="maintenance_io_concurrency",
            value=costs.reads_at_once,
            reason="The same for vacuum and replay.",
            source=costs.source,
        ),
        Parameter(
            name="default_toast_compression",
            value="lz4",
            reason="Faster than pglz both ways, for the details of audit rows.",
            source="timescaledb-tune",
        ),
    )
