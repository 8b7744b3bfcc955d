"""Autovacuum for tables that are only appended to: it freezes rows and keeps statistics; there is no bloat to clean.

Its speed is left at PostgreSQL's default: 10 changed pages in 2 ms, 40 MB/s, is more than engines write.
"""

from components.database.settings import DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """How often, by how many, and what a visit does."""
    return (
        Parameter(
            name="autovacuum_max_workers",
            value=settings.room.autovacuum_workers,
            reason="Each chunk is a table, so there are many to visit; all share one budget of I/O.",
            source="timescaledb-tune's 10, but no more than CPUs and no less than PostgreSQL's 3",
        ),
        Parameter(
            name="autovacuum_naptime",
            value="10s",
            reason="A chunk of a few hours grows by the minute.",
            source="timescaledb-tune",
        ),
        Parameter(
            name="autovacuum_vacuum_insert_scale_factor",
            value="0.05",
            reason="Of a chunk that is written no more, 5% at most wait to be frozen, not the default 20%.",
            source="PostgreSQL 17 documentation, automatic vacuuming; our choice",
        ),
        Parameter(
            name="vacuum_freeze_min_age",
            value=0,
            reason="Rows are never changed here, so freezing at the first visit is never in vain and spares a second "
            "one that writes every page again.",
            source="PostgreSQL 17 documentation, routine vacuuming",
        ),
    )
