"""Chunk intervals from rates and memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.database.hypertables.chunks import chunk_minutes
from components.database.hypertables.settings import HypertableSettings

MIB = 1024 * 1024


def table(name: str, rows_per_second: float, row_bytes: int = 200) -> HypertableSettings:
    return HypertableSettings(table=name, rows_per_second=rows_per_second, row_bytes=row_bytes)


def test_a_given_interval_is_kept() -> None:
    assert chunk_minutes([HypertableSettings(table="a", chunk_minutes=7)], 1024) == {"a": 7}


def test_chunks_being_written_fit_into_a_quarter_of_the_memory() -> None:
    # 10,000 rows/s of 200 bytes are 114 MiB a minute; a quarter of 16 GiB has room for 35 minutes of them.
    assert chunk_minutes([table("ticks", 10_000)], 16_384) == {"ticks": 30}


def test_tables_share_the_memory() -> None:
    assert chunk_minutes([table("a", 5_000), table("b", 5_000)], 16_384) == {"a": 30, "b": 30}


def test_a_slow_table_has_the_longest_interval() -> None:
    assert chunk_minutes([table("audit", 0.01)], 1024) == {"audit": 10_080}


def test_rows_that_no_memory_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="quarter of memory_mib=1024") as refused:
        chunk_minutes([table("ticks", 1_000_000)], 1024)
    assert str(refused.value) == (
        "hypertables: their rows_per_second and row_bytes come to 11444 MiB a minute, more than a quarter of "
        "memory_mib=1024: give the nodes 45776 MiB, or set chunk_minutes yourself"
    )


@given(
    rates=st.lists(st.floats(min_value=0.001, max_value=100_000), min_size=1, max_size=5),
    memory_mib=st.integers(min_value=512, max_value=1_048_576),
)
def test_derived_chunks_never_take_more_than_a_quarter(rates: list[float], memory_mib: int) -> None:
    tables = [table(f"t{number}", rate) for number, rate in enumerate(rates)]
    try:
        found = chunk_minutes(tables, memory_mib)
    except ValueError:
        assert sum(rates) * 200 * 60 > memory_mib * MIB / 4
        return
    written = sum(rate * 200 * 60 * found[f"t{number}"] for number, rate in enumerate(rates))
    assert written <= memory_mib * MIB / 4
