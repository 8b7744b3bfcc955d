"""What the nodes of a cluster tell, as one; pure. `facts.sql` asks each of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Table:
    """A table, or a hypertable with all its chunks."""

    name: str
    """With its schema."""
    hypertable: int | None
    """TimescaleDB's number of it; None for a plain table."""
    rows: float
    """Estimated."""
    seq_scans: int
    """Of all nodes."""
    seq_rows: int
    """Rows that these have read."""
    columns: tuple[str, ...]
    time_column: str | None


@dataclass(frozen=True)
class Index:
    """An index, or one of a hypertable with those of all its chunks."""

    name: str
    table: str
    """With its schema."""
    columns: tuple[str, ...]
    scans: int
    """Of all nodes."""
    bytes: int
    is_constraint: bool
    """Whether it keeps rows unique."""
    is_partial: bool


@dataclass(frozen=True)
class Statement:
    """A statement of our roles, with its constants left out, over all nodes."""

    id: str
    query: str
    calls: int
    total_ms: float
    rows: int
    """Returned or changed."""
    blocks: int
    """Blocks of 8 KiB read, from memory or disk."""
    temp_blocks: int
    """Blocks of 8 KiB written to temporary files."""

    @property
    def mean_ms(self) -> float:
        """Time of one call."""
        return self.total_ms / self.calls


@dataclass(frozen=True)
class Facts:
    """A cluster: settings and checkpoints are the primary's, what is counted is of all nodes."""

    seconds: float
    """How long statements have been counted on the primary."""
    settings: Mapping[str, str]
    hit: int
    """Blocks found in PostgreSQL's memory."""
    read: int
    """Blocks that were not."""
    temp_files: int
    temp_bytes: int
    timed: int
    """Checkpoints that came when it was time."""
    requested: int
    """Checkpoints that came because the WAL was full, or by hand."""
    tables: tuple[Table, ...]
    indexes: tuple[Index, ...]
    statements: tuple[Statement, ...]


def parse(text: str) -> Facts:
    """One node's answer."""
    found: dict[str, Any] = json.loads(text)
    database, checkpoints = found["database"], found["checkpoints"]
    return Facts(
        seconds=float(found["seconds"] or 0),
        settings=found["settings"],
        **database,
        **checkpoints,
        tables=tuple(
            Table(
                name=each["name"],
                hypertable=each["hypertable"],
                rows=float(each["rows"]),
                seq_scans=int(each["seq_scans"]),
                seq_rows=int(each["seq_rows"]),
                columns=tuple(each["columns"] or ()),
                time_column=each["time_column"],
            )
            for each in found["tables"]
        ),
        indexes=tuple(Index(**{**each, "columns": tuple(each["columns"])}) for each in found["indexes"]),
        statements=tuple(
            Statement(**{key: value for key, value in each.items() if key != "mean_ms"})
            for each in found["statements"]
            if each["calls"]
        ),
    )


def together(primary: Facts, standbys: Sequence[Facts]) -> Facts:
    """The primary's facts, with what was counted on standbys added: these answer the readers."""
    nodes = (primary, *standbys)
    scans: dict[tuple[str, str], int] = {}
    reads: dict[str, tuple[int, int]] = {}
    statements: dict[str, Statement] = {}
    for node in nodes:
        for index in node.indexes:
            scans[index.table, index.name] = scans.get((index.table, index.name), 0) + index.scans
        for table in node.tables:
            count, rows = reads.get(table.name, (0, 0))
            reads[table.name] = (count + table.seq_scans, rows + table.seq_rows)
        for each in node.statements:
            known = statements.get(each.id)
            statements[each.id] = _sum(known, each) if known else each
    return replace(
        primary,
        hit=sum(node.hit for node in nodes),
        read=sum(node.read for node in nodes),
        temp_files=sum(node.temp_files for node in nodes),
        temp_bytes=sum(node.temp_bytes for node in nodes),
        tables=tuple(
            replace(table, seq_scans=reads[table.name][0], seq_rows=reads[table.name][1]) for table in primary.tables
        ),
        indexes=tuple(replace(index, scans=scans[index.table, index.name]) for index in primary.indexes),
        statements=tuple(sorted(statements.values(), key=lambda each: -each.total_ms)),
    )


def _sum(one: Statement, other: Statement) -> Statement:
    return replace(
        one,
        calls=one.calls + other.calls,
        total_ms=one.total_ms + other.total_ms,
        rows=one.rows + other.rows,
        blocks=one.blocks + other.blocks,
        temp_blocks=one.temp_blocks + other.temp_blocks,
    )
