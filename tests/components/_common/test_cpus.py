import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._common.cpus import format_cpus, parse_cpus


@given(st.frozensets(st.integers(0, 511), min_size=1))
def test_format_and_parse_are_inverse(cpus: frozenset[int]) -> None:
    assert parse_cpus(format_cpus(cpus)) == cpus


@pytest.mark.parametrize(("cpus", "text"), [({0}, "0"), ({0, 1, 2, 5}, "0-2,5"), ({1, 3, 5}, "1,3,5"), ({7, 6}, "6-7")])
def test_lists_are_as_short_as_can_be(cpus: set[int], text: str) -> None:
    assert format_cpus(cpus) == text


@pytest.mark.parametrize("text", ["", "a", "1-", "-1", "1,,2", "0-1;3"])
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a CPU list"):
        parse_cpus(text)
