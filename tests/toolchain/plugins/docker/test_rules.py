import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.docker.rules import base64_text, duration, duration_text, matching, nanoseconds

SECOND = 10**9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("0s", 0),
        ("250ms", SECOND // 4),
        ("1.5s", 3 * SECOND // 2),
        (".5s", SECOND // 2),
        ("1m30s", 90 * SECOND),
        ("1h2m3s", 3723 * SECOND),
        ("10us", 10_000),
        ("10µs", 10_000),
        ("7ns", 7),
    ],
)
def test_a_duration_in_nanoseconds(text, expected):
    assert nanoseconds(text) == expected


@pytest.mark.parametrize("text", ["", "5", "s", "1m 30s", "5x", "-1s", "1,5s"])
def test_what_is_no_duration(text):
    with pytest.raises(ValueError, match=f"^{text}$"):
        nanoseconds(text)
    assert duration().problem(text) == "must be a duration such as 500ms, 10s or 1m30s"


def test_a_duration_that_can_be():
    assert duration().problem("1m30s") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1500, "1.5µs"),
        (SECOND // 4, "250ms"),
        (3 * SECOND // 2, "1.5s"),
        (60 * SECOND, "1m0s"),
        (3600 * SECOND, "1h0m0s"),
        (3723 * SECOND, "1h2m3s"),
    ],
)
def test_durations_are_written_as_go_writes_them(value, text):
    assert duration_text(value) == text


@given(st.integers(min_value=0, max_value=100 * 3600 * SECOND))
def test_a_written_duration_reads_back_to_the_nanosecond(value):
    assert nanoseconds(duration_text(value)) == value


@pytest.mark.parametrize(("old", "new", "same"), [("90s", "1m30s", True), ("90s", "91s", False), ("0", "0s", True)])
def test_two_spellings_of_one_duration_are_the_same(old, new, same):
    assert duration().same(old, new) is same


def test_text_must_match_the_whole_pattern():
    problem = matching(r"\d+", "a number")
    assert problem("12") is None
    assert problem("12a") == "must be a number"


@pytest.mark.parametrize(("text", "problem"), [("aGVsbG8=", None), ("", None), ("hello!", "must be base64")])
def test_base64_is_told_from_other_text(text, problem):
    assert base64_text(text) == problem
