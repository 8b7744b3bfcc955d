"""Worker processes, and what they may do in parallel."""

from components.database.settings import DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """Workers from the CPUs; none for queries."""
    return (
        Parameter(
            name="max_worker_processes",
            value=settings.room.worker_processes,
            reason="3, TimescaleDB's, one per CPU for index builds, jobs of pg_cron; a standby needs as many as "
            "its primary.",
            source="timescaledb-tune; pg_cron documentation",
        ),
        Parameter(
            name="max_parallel_workers",
            value=settings.cpus,
            reason="More workers than CPUs only wait for each other.",
            source="timescaledb-tune",
        ),
        Parameter(
            name="max_parallel_workers_per_gather",
            value=0,
            reason="A query that takes further CPUs lengthens the tails of all others; who reports may set it for a "
            "session.",
            source="Pigsty, template crit",
        ),
        Parameter(
            name="max_parallel_maintenance_workers",
            value=settings.cpus // 2,
            reason="An index build may take half of the CPUs, as it is rare and holds up writers; none of one CPU.",
            source="the half that timescaledb-tune gives a query",
        ),
    )
