"""The write-ahead log and checkpoints."""

from components.database.settings import DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """How commits reach the disk, and how often all else does."""
    return (
        Parameter(
            name="synchronous_commit",
            value="on",
            reason="A commit that a client hears of is on the disks of the primary and its synchronous standby; ticks "
            "may choose less for themselves.",
            source="docs/concepts/architecture.md",
        ),
        Parameter(
            name="wal_compression",
            value="lz4",
            reason="Pages written whole after a checkpoint shrink, on the disk and on the way to the standbys.",
            source="PostgreSQL 17 documentation, write-ahead log",
        ),
        Parameter(
            name="max_wal_size",
            value=f"{settings.wal_mib}MB",
            reason="The operator's choice: more makes checkpoints rarer and crash recovery longer.",
            source="database.wal_mib",
        ),
        Parameter(
            name="min_wal_size",
            value=f"{settings.wal_mib // 2}MB",
            reason="Half of the files are kept for reuse: a burst finds them made.",
            source="timescaledb-tune",
        ),
        Parameter(
            name="checkpoint_timeout",
            value="15min",
            reason="Each checkpoint makes the next change of every page write it whole: the fewer, the shorter tails.",
            source="timescaledb-tune, profile promscale",
        ),
        Parameter(
            name="checkpoint_completion_target",
            value="0.9",
            reason="Writes of a checkpoint are spread over nearly all the time until the next.",
            source="timescaledb-tune",
        ),
        Parameter(
            name="recovery_init_sync_method",
            value="syncfs",
            reason="After a crash the file system is asked once to write what it holds; asked file by file, those of "
            "thousands of chunks keep writers waiting.",
            source="PostgreSQL 17 documentation, error handling",
        ),
    )
