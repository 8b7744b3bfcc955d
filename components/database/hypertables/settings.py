"""What an operator chooses for a hypertable: chunks, indexes, retention, compression, roll-ups."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from components._common.settings import Settings

Name = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$", max_length=63)]
"""An identifier that needs no quotes. PostgreSQL documentation, lexical structure: at most 63 bytes."""
Columns = Annotated[tuple[Name, ...], Field(min_length=1)]
Order = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*( (ASC|DESC))?( NULLS (FIRST|LAST))?$")]
"""A column and its order, such as `ts DESC`."""

_HOURS_PER_DAY = 24


class IndexSettings(Settings):
    """One index. Each costs every insert, so have one for each question that is asked, and no other."""

    name: Name
    """Name in the schema."""
    columns: Annotated[tuple[Order, ...], Field(min_length=1)]
    """Columns with their order, such as `ts DESC`."""


class SpaceSettings(Settings):
    """A second dimension, for hypertables whose chunks are on several disks."""

    column: Name
    """Column that is hashed."""
    partitions: int = Field(ge=2, le=128)
    """Chunks side by side in each interval. TimescaleDB documentation: as many as there are disks."""


class CompressionSettings(Settings):
    """How old chunks are compressed; only the community edition can."""

    segment_by: Columns
    """Columns that queries filter by. TimescaleDB documentation: about 1,000 rows or more for each of their values in a
    chunk, such as symbol and venue."""
    order_by: tuple[Order, ...] = ()
    """Order within a segment; without, by time, newest first."""
    after_hours: int = Field(ge=1, le=87600)
    """Age at which a chunk is compressed, in hours: after the last correction is to be expected."""


class RollupSettings(Settings):
    """Rows by bucket of time: a continuous aggregate on `community`, a table kept by scheduled SQL on `apache`."""

    name: Name
    """Name of the view or table."""
    bucket_seconds: int = Field(ge=1, le=2_592_000)
    """Width of a bucket, in s."""
    group_by: tuple[Name, ...] = ()
    """Columns of the hypertable that have rows of their own."""
    columns: Mapping[Name, str] = Field(min_length=1)
    """Column → SQL aggregate over the hypertable's columns, such as `high: max(ask)`."""
    late_seconds: int = Field(default=60, ge=0, le=2_592_000)
    """How long after its end a bucket still takes rows that came late, in s."""


class HypertableSettings(Settings):
    """One hypertable; the table itself is made by a migration."""

    table: Name
    """Table in the schema of the trading system."""
    time_column: Name = "ts"
    """Column of its time; PostgreSQL keeps microseconds."""
    chunk_minutes: int | None = Field(default=None, ge=1, le=525_600)
    """Time of one chunk, in minutes; without, derived from rows_per_second and the memory of a node."""
    rows_per_second: float | None = Field(default=None, gt=0, le=10_000_000)
    """Rows to be expected, over a day."""
    row_bytes: int = Field(default=200, ge=28, le=1_048_576)
    """Bytes of a row with its share of the indexes. PostgreSQL documentation, page layout: 28 for an empty one."""
    indexes: tuple[IndexSettings, ...] = ()
    """Indexes beyond those that migrations make."""
    space: SpaceSettings | None = None
    """Second dimension; for an empty hypertable only."""
    retention_days: int | None = Field(default=None, ge=1, le=36_500)
    """Age at which a chunk is dropped, in days; without, never."""
    compression: CompressionSettings | None = None
    """How old chunks are compressed; without, never."""
    rollups: tuple[RollupSettings, ...] = ()
    """Roll-ups that are kept of it."""

    @model_validator(mode="after")
    def _chunks_have_a_size(self) -> "HypertableSettings":
        if (self.chunk_minutes is None) == (self.rows_per_second is None):
            raise ValueError(
                f"hypertable {self.table}: give either chunk_minutes, or rows_per_second to have it derived"
            )
        return self

    @model_validator(mode="after")
    def _names_are_there_once(self) -> "HypertableSettings":
        _once(f"hypertable {self.table}: indexes", [each.name for each in self.indexes])
        _once(f"hypertable {self.table}: rollups", [each.name for each in self.rollups])
        for rollup in self.rollups:
            columns = ["bucket", *rollup.group_by, *rollup.columns]
            _once(f"hypertable {self.table}: rollups.{rollup.name}", columns)
        return self

    @model_validator(mode="after")
    def _compression_fits(self) -> "HypertableSettings":
        compression = self.compression
        if compression is None:
            return self
        if self.time_column in compression.segment_by:
            raise ValueError(
                f"hypertable {self.table}: compression.segment_by holds the time column {self.time_column!r}, which "
                "would make a segment of each row: take it out, rows are ordered by it anyway"
            )
        if self.retention_days is not None and self.retention_days * _HOURS_PER_DAY <= compression.after_hours:
            raise ValueError(
                f"hypertable {self.table}: retention_days={self.retention_days} is not longer than "
                f"compression.after_hours={compression.after_hours}: nothing would ever be compressed; raise "
                "retention_days or lower after_hours"
            )
        return self


def check_hypertables(hypertables: Iterable[HypertableSettings]) -> None:
    """Raise ValueError where two hypertables or roll-ups have one name."""
    names = [name for each in hypertables for name in (each.table, *(rollup.name for rollup in each.rollups))]
    _once("hypertables", names)


def _once(path: str, names: list[str]) -> None:
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{path} has {repeated[0]!r} more than once: rename one")
