import pytest

from policies.reading.cpus import cpus


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2", {2}), ("2-3", {2, 3}), ("1,4-5", {1, 4, 5}), ("", None), ("a", None), ("5-4", None), ("1-2-3", None)],
)
def test_lists_of_cpus(text: str, expected: set[int] | None) -> None:
    assert cpus(text) == expected
