"""What a hypertable's settings take, and what they refuse."""

from typing import Any

import pytest

from components.database.hypertables.settings import HypertableSettings, check_hypertables
from tests.components import verdicts

TICKS: dict[str, Any] = {"table": "ticks", "chunk_minutes": 360}
COMPRESSION: dict[str, Any] = {"segment_by": ["symbol", "venue"], "after_hours": 48}
CANDLES: dict[str, Any] = {
    "name": "candles",
    "bucket_seconds": 60,
    "group_by": ["symbol"],
    "columns": {"high": "max(ask)", "low": "min(bid)"},
}


def made(**changes: Any) -> HypertableSettings:
    return HypertableSettings.model_validate({**TICKS, **changes})


def refusal(**changes: Any) -> str:
    return verdicts.refusal(HypertableSettings, {**TICKS, **changes}).removeprefix("Value error, ")


def test_a_table_and_the_time_of_a_chunk_are_enough() -> None:
    found = made()

    assert (found.time_column, found.retention_days, found.compression, found.rollups) == ("ts", None, None, ())


@pytest.mark.parametrize("sizes", [{"chunk_minutes": None}, {"rows_per_second": 500}], ids=["neither", "both"])
def test_the_time_of_a_chunk_is_given_or_derived(sizes: dict[str, Any]) -> None:
    assert refusal(**sizes) == ("hypertable ticks: give either chunk_minutes, or rows_per_second to have it derived")


def test_expected_rows_stand_for_it() -> None:
    assert made(chunk_minutes=None, rows_per_second=500).rows_per_second == 500


@pytest.mark.parametrize("column", ["ts", "ts DESC", "ts DESC NULLS LAST", "symbol ASC"])
def test_an_index_takes_columns_with_their_order(column: str) -> None:
    assert made(indexes=[{"name": "by", "columns": [column]}]).indexes[0].columns == (column,)


@pytest.mark.parametrize("column", ["Ts", "ts desc", "ts; DROP TABLE ticks", "lower(symbol)", ""])
def test_an_index_takes_nothing_else(column: str) -> None:
    assert not verdicts.accepts(HypertableSettings, {**TICKS, "indexes": [{"name": "by", "columns": [column]}]})


def test_a_segment_is_no_single_row() -> None:
    assert refusal(compression={**COMPRESSION, "segment_by": ["ts"]}) == (
        "hypertable ticks: compression.segment_by holds the time column 'ts', which would make a segment of each row: "
        "take it out, rows are ordered by it anyway"
    )


def test_a_chunk_is_compressed_before_it_is_dropped() -> None:
    assert refusal(compression=COMPRESSION, retention_days=2) == (
        "hypertable ticks: retention_days=2 is not longer than compression.after_hours=48: nothing would ever be "
        "compressed; raise retention_days or lower after_hours"
    )
    assert made(compression=COMPRESSION, retention_days=3).compression is not None


def test_a_rollup_names_each_column_once() -> None:
    assert made(rollups=[CANDLES]).rollups[0].columns == {"high": "max(ask)", "low": "min(bid)"}
    assert refusal(rollups=[{**CANDLES, "columns": {"symbol": "max(symbol)"}}]) == (
        "hypertable ticks: rollups.candles has 'symbol' more than once: rename one"
    )


def test_two_rollups_have_two_names() -> None:
    assert refusal(rollups=[CANDLES, CANDLES]) == "hypertable ticks: rollups has 'candles' more than once: rename one"


def test_two_indexes_have_two_names() -> None:
    index = {"name": "by", "columns": ["ts"]}
    assert refusal(indexes=[index, index]) == "hypertable ticks: indexes has 'by' more than once: rename one"


def test_hypertables_and_rollups_share_their_names() -> None:
    check_hypertables([made(), made(table="orders", rollups=[CANDLES])])
    with pytest.raises(ValueError, match=r"^hypertables has 'ticks' more than once: rename one$"):
        check_hypertables([made(), made(table="orders", rollups=[{**CANDLES, "name": "ticks"}])])
