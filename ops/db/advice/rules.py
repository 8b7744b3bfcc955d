"""What would help a database, from its facts; pure. Each rule gives advice with its evidence, or none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ops.db.advice.facts import Facts, Index, Statement, Table
from ops.db.advice.plans import Wanted

_BLOCK_KIB = 8
_MIB = 1024 * 1024
_MIB_PER_BLOCK = _BLOCK_KIB / 1024
# Below these, whatever a rule sees is chance or does not matter. Our choices.
_FEW_CALLS = 10
_QUICK_MS = 1.0
_FEW_BLOCKS = 100
_BLOCKS_PER_ROW = 10
_SMALL_INDEX_BYTES = 16 * _MIB
_SEEN_SECONDS = 7 * 86400
_LITTLE_TEMP_BYTES = 64 * _MIB
_FEW_READS = 100_000
_FEW_CHECKPOINTS = 10
# PostgreSQL documentation, pg_stat_database and WAL configuration: most blocks from memory, most checkpoints by time.
_LEAST_HIT_RATIO = 0.99
_MOST_REQUESTED = 0.1
_QUERY_CHARACTERS = 100


@dataclass(frozen=True)
class Advice:
    """One thing that would help."""

    what: str
    evidence: str
    change: str
    """The exact change of settings, or SQL."""


def advice(facts: Facts, plans: Mapping[str, Sequence[Wanted]]) -> list[Advice]:
    """All advice, what costs most first; `plans`: id of a statement → the indexes that its plan asks for."""
    found = [
        *missing_indexes(facts, plans),
        *tables_without_symbol_index(facts),
        *memory_for_sorts(facts),
        *memory_for_blocks(facts),
        *checkpoints_by_size(facts),
        *unused_indexes(facts),
    ]
    # Two rules may come to the same; the first has the better evidence.
    return list({each.what: each for each in reversed(found)}.values())[::-1]


def is_slow_for_its_rows(statement: Statement) -> bool:
    """Whether it is often asked, and reads far more blocks than it has rows to give."""
    blocks, rows = statement.blocks / statement.calls, statement.rows / statement.calls
    return (
        statement.calls >= _FEW_CALLS
        and statement.mean_ms >= _QUICK_MS
        and blocks >= _FEW_BLOCKS
        and blocks >= _BLOCKS_PER_ROW * max(rows, 1)
    )


def missing_indexes(facts: Facts, plans: Mapping[str, Sequence[Wanted]]) -> Iterator[Advice]:
    """Indexes for statements that are slow for their rows."""
    asked: set[tuple[str, tuple[str, ...]]] = set()
    for statement in filter(is_slow_for_its_rows, facts.statements):
        for wanted in plans.get(statement.id, ()):
            key = (wanted.table.name, wanted.columns)
            if key in asked or any(_serves(index, wanted) for index in facts.indexes):
                continue
            asked.add(key)
            yield Advice(
                f"{wanted.table.name}: an index on ({', '.join(wanted.columns)})",
                f"{_cost(statement)}: {_shown(statement)}",
                _new_index(wanted.table, wanted.columns),
            )


def tables_without_symbol_index(facts: Facts) -> Iterator[Advice]:
    """Hypertables with a symbol that cannot be asked for the newest rows of one."""
    for table in facts.tables:
        if table.hypertable is None or "symbol" not in table.columns or not table.rows or not table.time_column:
            continue
        mine = [index for index in facts.indexes if index.table == table.name]
        if not any(index.columns[:1] == ("symbol",) for index in mine):
            columns = ("symbol", f"{table.time_column} DESC")
            yield Advice(
                f"{table.name}: an index on ({', '.join(columns)})",
                f"about {table.rows:.0f} rows, and no index that begins with symbol "
                f"(indexes: {', '.join(index.name for index in mine) or 'none'})",
                _new_index(table, columns),
            )


def memory_for_sorts(facts: Facts) -> Iterator[Advice]:
    """More work_mem, where sorts and hashes go to disk."""
    if facts.temp_bytes < _LITTLE_TEMP_BYTES:
        return
    spilling = [each for each in facts.statements if each.temp_blocks]
    worst = max(spilling, key=lambda each: each.temp_blocks, default=None)
    shown = f", most of them by {_shown(worst)} ({worst.calls} calls)" if worst else ""
    yield Advice(
        f"more memory to sort in than work_mem={int(facts.settings['work_mem'])} kB",
        f"{facts.temp_files} temporary files with {facts.temp_bytes / _MIB:.0f} MiB{shown}",
        "database.memory_mib: raise it, or database.max_connections: lower it; work_mem follows from both "
        "(docs/reference/tuning.md)",
    )


def memory_for_blocks(facts: Facts) -> Iterator[Advice]:
    """More shared_buffers, where blocks are not found in them."""
    asked = facts.hit + facts.read
    if facts.read < _FEW_READS or facts.hit / asked >= _LEAST_HIT_RATIO:
        return
    buffers_mib = int(facts.settings["shared_buffers"]) * _MIB_PER_BLOCK
    yield Advice(
        f"more memory for blocks than shared_buffers={buffers_mib:.0f} MiB",
        f"{facts.hit / asked:.1%} of {asked} blocks found there, want {_LEAST_HIT_RATIO:.0%}",
        "database.memory_mib: raise it; a quarter of it becomes shared_buffers",
    )


def checkpoints_by_size(facts: Facts) -> Iterator[Advice]:
    """A larger WAL, where checkpoints come because it is full."""
    total = facts.timed + facts.requested
    if total < _FEW_CHECKPOINTS or facts.requested / total <= _MOST_REQUESTED:
        return
    wal_mib = int(facts.settings["max_wal_size"])
    yield Advice(
        f"rarer checkpoints than max_wal_size={wal_mib} MiB gives",
        f"{facts.requested} of {total} checkpoints came before their time, want at most {_MOST_REQUESTED:.0%} (each "
        "backup and switchover asks for one too)",
        f"database.wal_mib: {2 * wal_mib}",
    )


def unused_indexes(facts: Facts) -> Iterator[Advice]:
    """Indexes that no node has used, after a week of watching."""
    if facts.seconds < _SEEN_SECONDS:
        return
    for index in sorted(facts.indexes, key=lambda each: -each.bytes):
        if index.scans or index.is_constraint or index.bytes < _SMALL_INDEX_BYTES:
            continue
        schema = index.table.rpartition(".")[0]
        yield Advice(
            f"{index.table}: no index {index.name}",
            f"{index.bytes / _MIB:.0f} MiB, kept by every insert, and used by no query on any node in "
            f"{facts.seconds / 86400:.0f} days",
            f"take it out of database.objects.hypertables if it is there, and: DROP INDEX {schema}.{index.name}",
        )


def _serves(index: Index, wanted: Wanted) -> bool:
    """Whether an index finds these rows: equal columns first, in any order, then the sorted ones."""
    if index.table != wanted.table.name or index.is_partial:
        return False
    first, then = index.columns[: len(wanted.equal)], index.columns[len(wanted.equal) :]
    order = tuple(column.removesuffix(" DESC") for column in wanted.order)
    return set(first) == set(wanted.equal) and then[: len(order)] == order


def _new_index(table: Table, columns: Sequence[str]) -> str:
    schema, _, name = table.name.rpartition(".")
    plain = [column.removesuffix(" DESC") for column in columns]
    index = f"{name}_{'_'.join(plain)}"[:63]
    if table.hypertable is None:
        return f"CREATE INDEX CONCURRENTLY {index} ON {schema}.{name} ({', '.join(columns)})"
    return (
        f"database.objects.hypertables, table {name}, indexes: add {{name: {index}, columns: [{', '.join(columns)}]}}"
    )


def _cost(statement: Statement) -> str:
    blocks, rows = statement.blocks / statement.calls, statement.rows / statement.calls
    read = f"reading {blocks:.0f} blocks ({blocks * _MIB_PER_BLOCK:.1f} MiB) for {rows:.1f} rows"
    return f"{statement.calls} calls, {statement.mean_ms:.1f} ms each, {read}"


def _shown(statement: Statement) -> str:
    text = " ".join(statement.query.split())
    return text if len(text) <= _QUERY_CHARACTERS else f"{text[: _QUERY_CHARACTERS - 1]}…"
