"""What nodes tell, read and put together."""

import json
from dataclasses import replace

from ops.db.advice.facts import parse, together
from tests.ops.db.advice.samples import FINE, QUIET, SLOW, TICKS, TICKS_INDEX

ANSWER = {
    "in_recovery": False,
    "seconds": 2592000.5,
    "settings": {"work_mem": "4096"},
    "database": {"hit": 10, "read": 5, "temp_files": 1, "temp_bytes": 8192},
    "checkpoints": {"timed": 3, "requested": 1},
    "tables": [
        {
            "name": "trading.ticks",
            "hypertable": 1,
            "rows": 4000000.0,
            "seq_scans": 0,
            "seq_rows": 0,
            "columns": ["ts", "venue", "symbol", "seq"],
            "time_column": "ts",
        }
    ],
    "indexes": [
        {
            "name": "ticks_symbol_venue_ts",
            "table": "trading.ticks",
            "columns": ["symbol", "venue", "ts"],
            "scans": 9,
            "bytes": 200000000,
            "is_constraint": False,
            "is_partial": False,
        }
    ],
    "statements": [
        {
            "id": "2",
            "query": FINE.query,
            "calls": 1000,
            "mean_ms": 0.07,
            "total_ms": 70,
            "rows": 1000,
            "blocks": 4000,
            "temp_blocks": 0,
        }
    ],
}


def test_an_answer_is_read() -> None:
    facts = parse(json.dumps(ANSWER))
    assert (facts.seconds, facts.settings, facts.hit, facts.read) == (2592000.5, {"work_mem": "4096"}, 10, 5)
    assert (facts.temp_files, facts.temp_bytes, facts.timed, facts.requested) == (1, 8192, 3, 1)
    assert (facts.tables, facts.indexes, facts.statements) == ((TICKS,), (TICKS_INDEX,), (FINE,))


def test_what_standbys_have_counted_is_added() -> None:
    standby = replace(
        QUIET,
        hit=1,
        read=2,
        timed=7,
        tables=(replace(TICKS, seq_scans=3, seq_rows=30),),
        indexes=(replace(TICKS_INDEX, scans=5),),
        statements=(SLOW, replace(FINE, calls=1, total_ms=30, rows=1, blocks=6)),
    )
    found = together(QUIET, [standby])
    assert (found.hit, found.read, found.timed) == (QUIET.hit + 1, QUIET.read + 2, QUIET.timed)
    assert (found.tables[0].seq_scans, found.tables[0].seq_rows) == (3, 30)
    assert [index.scans for index in found.indexes] == [14]
    assert found.statements == (SLOW, replace(FINE, calls=1001, total_ms=100, rows=1001, blocks=4006))
