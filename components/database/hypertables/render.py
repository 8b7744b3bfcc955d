"""What the database is told about its hypertables: one JSON document; pure."""

from collections.abc import Sequence
from typing import Any

from components._common.render import to_json
from components.database.hypertables.chunks import chunk_minutes
from components.database.hypertables.settings import HypertableSettings, RollupSettings

_SECONDS_PER_MINUTE, _SECONDS_PER_HOUR, _SECONDS_PER_DAY = 60, 3600, 86400


def hypertables_json(hypertables: Sequence[HypertableSettings], *, schema: str, node_memory_mib: int) -> str:
    """`hypertables.json`, as the function hft.apply_hypertables of the migrations reads it; all times in seconds."""
    minutes = chunk_minutes(hypertables, node_memory_mib)
    return to_json(
        {
            "schema": schema,
            "hypertables": [_hypertable(each, minutes[each.table] * _SECONDS_PER_MINUTE) for each in hypertables],
        }
    )


def _hypertable(settings: HypertableSettings, chunk_seconds: int) -> dict[str, Any]:
    retention = settings.retention_days
    return {
        "table": settings.table,
        "time_column": settings.time_column,
        "chunk_seconds": chunk_seconds,
        "indexes": [{"name": each.name, "columns": ", ".join(each.columns)} for each in settings.indexes],
        "space": settings.space.model_dump() if settings.space else None,
        "retention_seconds": retention * _SECONDS_PER_DAY if retention else None,
        "compression": _compression(settings),
        "rollups": [_rollup(each) for each in settings.rollups],
    }


def _compression(settings: HypertableSettings) -> dict[str, Any] | None:
    compression = settings.compression
    if compression is None:
        return None
    order = compression.order_by or (f"{settings.time_column} DESC",)
    return {
        "segment_by": list(compression.segment_by),
        "order_by": ", ".join(order),
        "after_seconds": compression.after_hours * _SECONDS_PER_HOUR,
    }


def _rollup(settings: RollupSettings) -> dict[str, Any]:
    return {
        "name": settings.name,
        "bucket_seconds": settings.bucket_seconds,
        "group_by": list(settings.group_by),
        "columns": [{"name": name, "expression": text} for name, text in settings.columns.items()],
        "late_seconds": settings.late_seconds,
    }
