"""The index that a plan asks for."""

import json
from typing import Any

import pytest

from ops.db.advice.plans import Wanted, wanted
from tests.ops.db.advice.samples import PLAIN, TICKS


def scan(kind: str, relation: str, schema: str = "_timescaledb_internal", **conditions: str) -> dict[str, Any]:
    return {"Node Type": kind, "Relation Name": relation, "Schema": schema, **conditions}


def plan(node: dict[str, Any]) -> str:
    return json.dumps([{"Plan": node}])


def sort(*keys: str, of: dict[str, Any]) -> dict[str, Any]:
    return {"Node Type": "Limit", "Plans": [{"Node Type": "Sort", "Sort Key": list(keys), "Plans": [of]}]}


CHUNK = "_hyper_1_4_chunk"


def test_rows_of_one_value_in_an_order_want_both() -> None:
    bitmap = scan("Bitmap Heap Scan", CHUNK, **{"Recheck Cond": f"({CHUNK}.symbol = $1)"})
    found = wanted(plan(sort("ticks.ts DESC", of={"Node Type": "Append", "Plans": [bitmap, bitmap]})), [TICKS, PLAIN])
    assert found == (Wanted(TICKS, ("symbol",), ("ts DESC",)),)
    assert found[0].columns == ("symbol", "ts DESC")


@pytest.mark.parametrize(
    ("condition", "equal"),
    [
        ("(t.symbol = $1)", ("symbol",)),
        ("((t.symbol = $1) AND ((t.venue)::text = 'V1'::text))", ("symbol", "venue")),
        ("(t.symbol = ANY ($1))", ("symbol",)),
        ("((t.symbol = $1) AND (t.ts >= $2))", ("symbol",)),
    ],
)
def test_equal_columns_are_read_from_a_condition(condition: str, equal: tuple[str, ...]) -> None:
    found = wanted(plan(scan("Seq Scan", CHUNK, Filter=condition)), [TICKS])
    assert found == (Wanted(TICKS, equal, ("ts DESC",)),)


def test_a_plain_table_has_no_time_to_sort_by() -> None:
    node = scan("Seq Scan", "fees", "trading", Filter="(fees.venue = $1)")
    assert wanted(plan(node), [TICKS, PLAIN]) == (Wanted(PLAIN, ("venue",), ()),)


def test_a_sort_by_an_expression_is_no_order_of_an_index() -> None:
    node = sort("(lower(fees.tier))", of=scan("Seq Scan", "fees", "trading", Filter="(fees.venue = $1)"))
    assert wanted(plan(node), [PLAIN]) == (Wanted(PLAIN, ("venue",), ()),)


def test_the_order_of_groups_is_not_that_of_rows() -> None:
    grouped = {"Node Type": "Aggregate", "Plans": [scan("Seq Scan", CHUNK, Filter="(seq = $1)")]}
    assert wanted(plan(sort("venue", of=grouped)), [TICKS]) == (Wanted(TICKS, ("seq",), ("ts DESC",)),)


@pytest.mark.parametrize(
    "node",
    [
        scan("Seq Scan", CHUNK),
        scan("Seq Scan", CHUNK, Filter="(t.ts > $1)"),
        scan("Seq Scan", "_hyper_9_4_chunk", Filter="(t.symbol = $1)"),
        scan("Seq Scan", "pg_class", "pg_catalog", Filter="(relname = $1)"),
    ],
    ids=["all rows", "a range", "an unknown hypertable", "a catalog"],
)
def test_other_reads_want_no_index(node: dict[str, Any]) -> None:
    assert wanted(plan(node), [TICKS, PLAIN]) == ()
