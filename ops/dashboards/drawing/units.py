"""Values as people read them, by Grafana's ids of units; pure."""

import math
from collections.abc import Callable, Sequence

_TIMES = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_BYTES = ((2.0**40, "TiB"), (2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B"))
# Below, whole numbers are written out.
_WHOLE = 10_000
_LARGE = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))


def text(unit: str, value: float) -> str:
    """A value with its unit."""
    if math.isnan(value) or math.isinf(value):
        return "none"
    return _UNITS.get(unit, _plain)(value)


def scale(unit: str, value: float) -> float:
    """How much one of the unit is in which a value of this size is shown."""
    steps = {"s": _TIMES, "bytes": _BYTES, "binBps": _BYTES}.get(unit, _LARGE)
    return next((size for size, _ in steps if value >= size), 1.0)


def _scaled(value: float, steps: Sequence[tuple[float, str]]) -> str:
    if value == 0:
        return f"0 {steps[-1][1]}".strip()
    size, name = next((step for step in steps if abs(value) >= step[0]), steps[-1])
    return f"{value / size:.3g} {name}".strip()


def _seconds(value: float) -> str:
    return "0 s" if value == 0 else _scaled(value, _TIMES)


def _plain(value: float) -> str:
    if value == round(value) and abs(value) < _WHOLE:
        return f"{value:.0f}"
    if abs(value) < 1:
        return f"{value:.3g}"
    return _scaled(value, _LARGE)


def _percent(value: float) -> str:
    # 99.9 and 99.95 % are not the same objective.
    return f"{100 * value:.4g} %" if abs(100 * value) < _WHOLE else f"{_scaled(100 * value, _LARGE)} %"


def _dollars(value: float) -> str:
    return f"{'-' if value < 0 else ''}${_scaled(abs(value), _LARGE).replace(' ', '')}"


_UNITS: dict[str, Callable[[float], str]] = {
    "s": _seconds,
    "percentunit": _percent,
    "bytes": lambda value: _scaled(value, _BYTES),
    "binBps": lambda value: f"{_scaled(value, _BYTES)}/s",
    "bps": lambda value: f"{_scaled(value, _LARGE)}b/s",
    "cps": lambda value: f"{_plain(value)}/s",
    "currencyUSD": _dollars,
    "none": _plain,
    "short": _plain,
}
