"""Values as people read them."""

import math

import pytest

from ops.dashboards.drawing.units import text


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("s", 0, "0 s"), ("s", 0.00025, "250 µs"), ("s", 0.05, "50 ms"), ("s", 90, "1.5 min"), ("s", 2e-8, "20 ns"),
        ("s", 864000, "10 d"), ("percentunit", 0.9995, "99.95 %"), ("percentunit", 30, "3000 %"),
        ("bytes", 2**26, "64 MiB"), ("bytes", 0, "0 B"), ("binBps", 2048, "2 KiB/s"), ("bps", 1.5e9, "1.5 Gb/s"),
        ("cps", 12, "12/s"), ("cps", 0.25, "0.25/s"), ("currencyUSD", -1234.5, "-$1.23k"), ("none", 2, "2"),
        ("short", 123456, "123 k"), ("unknown", 1.5, "1.5"), ("s", math.nan, "none"),
    ],
)  # fmt: skip
def test_a_value_has_its_unit(unit: str, value: float, shown: str) -> None:
    assert text(unit, value) == shown
