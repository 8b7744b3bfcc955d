"""What values must look like, as the official plugin has it, and Go's notation of durations."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from toolchain.plugins.framework import Property, string

_NANOSECONDS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def matching(pattern: str, meaning: str) -> Callable[[Any], str | None]:
    """A `problem` for text that does not match the whole pattern."""
    return lambda value: None if re.fullmatch(pattern, value) else f"must be {meaning}"


def base64_text(value: str) -> str | None:
    """A `problem` for text that is not base64."""
    try:
        base64.b64decode(value, validate=True)
    except binascii.Error:
        return "must be base64"
    return None


def duration(**options: Any) -> Property:
    """A duration such as ``1m30s``; two spellings of one duration are the same."""
    return string(same=lambda old, new: _or_none(old) == _or_none(new), problem=_duration_problem, **options)


def nanoseconds(text: str) -> int:
    """A duration in nanoseconds. Raises ValueError."""
    if text == "0":
        return 0
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(text)
    return round(sum(float(number) * _NANOSECONDS[unit] for number, unit in parts))


def duration_text(value: int) -> str:
    """Nanoseconds as Go writes them: ``1h2m3s``, ``1.5s``, ``250ms``, ``0s``."""
    for unit in ("ms", "us", "ns"):
        if 0 < value < _NANOSECONDS["s"] and value >= _NANOSECONDS[unit]:
            return f"{value / _NANOSECONDS[unit]:.9g}{'µs' if unit == 'us' else unit}"
    hours, rest = divmod(value, _NANOSECONDS["h"])
    minutes, rest = divmod(rest, _NANOSECONDS["m"])
    large = (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "")
    return f"{large}{rest / _NANOSECONDS['s']:.11g}s"


def _duration_problem(value: str) -> str | None:
    return None if _or_none(value) is not None else "must be a duration such as 500ms, 10s or 1m30s"


def _or_none(text: Any) -> int | None:
    try:
        return nanoseconds(text)
    except (TypeError, ValueError):
        return None
