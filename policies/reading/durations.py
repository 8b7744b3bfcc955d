"""Durations as Docker, Grafana and Prometheus write them."""

import re

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s|d|w|y)")
_DAY = 86_400.0
_LONG = {"y": 365 * _DAY, "w": 7 * _DAY, "d": _DAY, "h": 3_600.0, "m": 60.0, "s": 1.0}
_SECONDS = {**_LONG, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def seconds(duration: str) -> float | None:
    """A duration such as `1m30s`; None if it is none."""
    if duration == "0":
        return 0.0
    parts = _PART.findall(duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
