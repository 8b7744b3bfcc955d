"""What is advised, with which evidence, and what is left alone."""

from dataclasses import replace

import pytest

from ops.db.advice import rules
from ops.db.advice.facts import Facts, Index, Statement
from ops.db.advice.plans import Wanted
from ops.db.advice.rules import Advice, advice, is_slow_for_its_rows
from tests.ops.db.advice.samples import BUSY, FINE, PLAIN, QUIET, SLOW, TICKS, TICKS_INDEX

BY_SYMBOL = Wanted(TICKS, ("symbol",), ("ts DESC",))


def test_a_database_that_lacks_nothing_gets_no_advice() -> None:
    assert advice(QUIET, {}) == []


def test_a_statement_that_reads_much_for_little_gets_the_index_of_its_plan() -> None:
    assert advice(BUSY, {SLOW.id: [BY_SYMBOL]}) == [
        Advice(
            "trading.ticks: an index on (symbol, ts DESC)",
            "100 calls, 416.0 ms each, reading 46000 blocks (359.4 MiB) for 1.0 rows: "
            "SELECT ts FROM ticks WHERE symbol = $1 ORDER BY ts DESC LIMIT $2",
            "database.objects.hypertables, table ticks, indexes: add "
            "{name: ticks_symbol_ts, columns: [symbol, ts DESC]}",
        )
    ]


def test_a_plain_table_gets_sql() -> None:
    found = advice(BUSY, {SLOW.id: [Wanted(PLAIN, ("venue", "tier"), ())]})
    assert [each.change for each in found] == [
        "CREATE INDEX CONCURRENTLY fees_venue_tier ON trading.fees (venue, tier)"
    ]


def test_an_index_is_advised_once_for_all_statements_that_need_it() -> None:
    other = replace(SLOW, id="3", query="SELECT seq FROM ticks WHERE symbol = $1 ORDER BY ts DESC LIMIT $2")
    facts = replace(BUSY, statements=(SLOW, other))
    assert len(advice(facts, {SLOW.id: [BY_SYMBOL], other.id: [BY_SYMBOL]})) == 1


@pytest.mark.parametrize(
    ("columns", "serves"),
    [
        (("symbol", "ts"), True),
        (("symbol", "ts", "venue"), True),
        (("symbol", "venue", "ts"), False),
        (("ts", "symbol"), False),
    ],
)
def test_an_index_that_serves_is_not_advised_again(columns: tuple[str, ...], serves: bool) -> None:
    facts = replace(BUSY, indexes=(*BUSY.indexes, Index("x", "trading.ticks", columns, 1, 1, False, False)))
    assert (advice(facts, {SLOW.id: [BY_SYMBOL]}) == []) == serves


def test_equal_columns_serve_in_any_order() -> None:
    wanted = Wanted(TICKS, ("venue", "symbol"), ("ts DESC",))
    assert advice(BUSY, {SLOW.id: [wanted]}) == []


def test_an_index_of_some_rows_only_does_not_serve() -> None:
    partial = Index("x", "trading.ticks", ("symbol", "ts"), 1, 1, False, True)
    facts = replace(BUSY, indexes=(TICKS_INDEX, partial))
    assert len(advice(facts, {SLOW.id: [BY_SYMBOL]})) == 1


@pytest.mark.parametrize(
    ("statement", "slow"),
    [
        (SLOW, True),
        (FINE, False),
        (replace(SLOW, calls=9, total_ms=9 * 416), False),
        (replace(SLOW, total_ms=99), False),
        (replace(SLOW, blocks=99 * 100), False),
        # Many blocks, and many rows for them: a report, not a lookup.
        (replace(SLOW, rows=100 * 4601), False),
    ],
)
def test_slow_for_its_rows_is_often_long_and_much_for_little(statement: Statement, slow: bool) -> None:
    assert is_slow_for_its_rows(statement) == slow


def test_a_hypertable_with_a_symbol_and_no_index_on_it_gets_one() -> None:
    found = advice(replace(QUIET, indexes=(replace(TICKS_INDEX, columns=("ts",), name="ticks_ts_idx"),)), {})
    assert found == [
        Advice(
            "trading.ticks: an index on (symbol, ts DESC)",
            "about 4000000 rows, and no index that begins with symbol (indexes: ticks_ts_idx)",
            "database.objects.hypertables, table ticks, indexes: add "
            "{name: ticks_symbol_ts, columns: [symbol, ts DESC]}",
        )
    ]


def test_what_two_rules_come_to_is_advised_once_with_the_better_evidence() -> None:
    found = advice(replace(BUSY, indexes=()), {SLOW.id: [BY_SYMBOL]})
    assert [(each.what, each.evidence[:9]) for each in found] == [
        ("trading.ticks: an index on (symbol, ts DESC)", "100 calls")
    ]


def test_an_empty_hypertable_needs_no_index() -> None:
    empty = replace(QUIET, tables=(replace(TICKS, rows=0),), indexes=())
    assert advice(empty, {}) == []


def test_sorts_on_disk_get_memory() -> None:
    spilling = replace(FINE, temp_blocks=25600, query="SELECT symbol FROM ticks ORDER BY seq")
    facts = replace(QUIET, temp_files=7, temp_bytes=200 * 1048576, statements=(spilling,))
    assert advice(facts, {}) == [
        Advice(
            "more memory to sort in than work_mem=4096 kB",
            "7 temporary files with 200 MiB, most of them by SELECT symbol FROM ticks ORDER BY seq (1000 calls)",
            "database.memory_mib: raise it, or database.max_connections: lower it; work_mem follows from both "
            "(docs/reference/tuning.md)",
        )
    ]
    assert advice(replace(facts, temp_bytes=63 * 1048576), {}) == []


def test_blocks_that_are_not_in_memory_get_memory() -> None:
    facts = replace(QUIET, hit=900_000, read=100_000)
    assert advice(facts, {}) == [
        Advice(
            "more memory for blocks than shared_buffers=512 MiB",
            "90.0% of 1000000 blocks found there, want 99%",
            "database.memory_mib: raise it; a quarter of it becomes shared_buffers",
        )
    ]
    assert advice(replace(facts, hit=9_900_000), {}) == []
    assert advice(replace(facts, hit=0, read=99_999), {}) == []


def test_checkpoints_before_their_time_get_a_larger_wal() -> None:
    assert advice(replace(QUIET, timed=80, requested=20), {}) == [
        Advice(
            "rarer checkpoints than max_wal_size=2048 MiB gives",
            "20 of 100 checkpoints came before their time, want at most 10% (each backup and switchover asks for one "
            "too)",
            "database.wal_mib: 4096",
        )
    ]
    assert advice(replace(QUIET, timed=90, requested=10), {}) == []
    assert advice(replace(QUIET, timed=1, requested=8), {}) == []


UNUSED = Index("ticks_seq", "trading.ticks", ("seq",), 0, 64 * 1048576, False, False)


def test_an_index_that_nobody_used_for_a_week_costs_for_nothing() -> None:
    facts = replace(QUIET, indexes=(*QUIET.indexes, UNUSED))
    assert advice(facts, {}) == [
        Advice(
            "trading.ticks: no index ticks_seq",
            "64 MiB, kept by every insert, and used by no query on any node in 30 days",
            "take it out of database.objects.hypertables if it is there, and: DROP INDEX trading.ticks_seq",
        )
    ]


@pytest.mark.parametrize(
    "facts",
    [
        replace(QUIET, indexes=(TICKS_INDEX, replace(UNUSED, scans=1))),
        replace(QUIET, indexes=(TICKS_INDEX, replace(UNUSED, is_constraint=True))),
        replace(QUIET, indexes=(TICKS_INDEX, replace(UNUSED, bytes=1048576))),
        replace(QUIET, indexes=(TICKS_INDEX, UNUSED), seconds=6 * 86400),
    ],
    ids=["used", "constraint", "small", "seen for six days"],
)
def test_other_indexes_stay(facts: Facts) -> None:
    assert advice(facts, {}) == []


def test_a_long_statement_is_shortened() -> None:
    long = replace(SLOW, query="SELECT " + ", ".join(["ts"] * 100) + "\n  FROM ticks")
    evidence = next(rules.missing_indexes(replace(BUSY, statements=(long,)), {SLOW.id: [BY_SYMBOL]})).evidence
    assert evidence.endswith("ts, ts, …")
    assert len(evidence.partition("rows: ")[2]) == 100
