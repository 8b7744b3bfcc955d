"""Chunk intervals from the rows that are expected and the memory of a node; pure."""

from collections.abc import Mapping, Sequence

from components.database.hypertables.settings import HypertableSettings

# TimescaleDB documentation, "Improve hypertable performance": the chunks being written, with their indexes, fit into a
# quarter of the memory, so that an insert never waits for a page from disk.
_SHARE_OF_MEMORY = 0.25
_BYTES_PER_MIB = 1024 * 1024
_SECONDS_PER_MINUTE = 60
# Divisors of an hour, a day and a week: boundaries stay where people expect them.
_ROUND_MINUTES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 10080)


def chunk_minutes(hypertables: Sequence[HypertableSettings], node_memory_mib: int) -> Mapping[str, int]:
    """Table → time of one chunk, in minutes.

    Raises:
        ValueError: the rows of one minute are more than the memory for chunks being written.
    """
    derived = _derived_minutes(hypertables, node_memory_mib)
    return {each.table: each.chunk_minutes or derived for each in hypertables}


def _derived_minutes(hypertables: Sequence[HypertableSettings], node_memory_mib: int) -> int:
    """One interval for all tables that leave it open, so that their chunks share the memory by their rates."""
    rates = [(each.rows_per_second or 0) * each.row_bytes for each in hypertables if each.chunk_minutes is None]
    bytes_per_minute = sum(rates) * _SECONDS_PER_MINUTE
    budget = node_memory_mib * _BYTES_PER_MIB * _SHARE_OF_MEMORY
    fitting = [minutes for minutes in _ROUND_MINUTES if minutes * bytes_per_minute <= budget]
    if not fitting:
        needed_mib = bytes_per_minute / _SHARE_OF_MEMORY / _BYTES_PER_MIB
        raise ValueError(
            f"hypertables: their rows_per_second and row_bytes come to {bytes_per_minute / _BYTES_PER_MIB:.0f} MiB a "
            f"minute, more than a quarter of memory_mib={node_memory_mib}: give the nodes {needed_mib:.0f} MiB, or set "
            "chunk_minutes yourself"
        )
    return fitting[-1]
