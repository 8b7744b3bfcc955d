import pytest

from policies.reading.durations import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("0s", 0),
        ("7s", 7),
        ("2m", 120),
        ("3h", 10_800),
        ("2d", 172_800),
        ("1w", 604_800),
        ("1y", 31_536_000),
        ("1m30s", 90),
        ("1h0m5s", 3_605),
        ("1.5s", 1.5),
        ("250ms", 0.25),
        ("1s500ms", 1.5),
        ("40us", 40e-6),
        ("40µs", 40e-6),
        ("8ns", 8e-9),
    ],
)
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-5s", "5 s", "5s ", " 5s", "5s\n", "1m 30s", "5x", "5s3", "1.s", "$interval", "00"]
)
def test_what_is_no_duration(text: str) -> None:
    assert seconds(text) is None
