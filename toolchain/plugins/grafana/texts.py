"""Equality of texts that mean the same: JSON, durations; and how JSON is written down."""

import json
import re
from collections.abc import Callable
from typing import Any

_UNIT_MS = {"y": 31_536_000_000, "w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[ywdhms]))+|0")
_STEP = re.compile(r"(\d+(?:\.\d+)?)(ms|[ywdhms])")
_ESCAPES = {"<": r"\u003c", ">": r"\u003e", "&": r"\u0026", "\u2028": r"\u2028", "\u2029": r"\u2029"}


def compact(value: Any) -> str:
    """JSON as Go writes it, which the official plugin keeps in state: sorted keys, no blanks, whole numbers plain."""
    text = json.dumps(_go_numbers(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "".join(_ESCAPES.get(char, char) for char in text)


def json_problem(text: str) -> str | None:
    """Whether the text is a JSON object."""
    try:
        value = json.loads(text)
    except ValueError as error:
        return f"must be JSON: {error}"
    return None if isinstance(value, dict) else "must be a JSON object"


def of_texts(same: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    """The equality for properties: what is absent, or not known yet, equals nothing."""
    return lambda old, new: isinstance(old, str) and isinstance(new, str) and same(old, new)


@of_texts
def same_json(old: str, new: str) -> bool:
    """Whether two JSON texts hold the same value; no text is an empty object."""
    try:
        return bool(json.loads(old or "{}") == json.loads(new or "{}"))
    except ValueError:
        return old == new


def milliseconds(text: str) -> float | None:
    """The length of a duration such as `1h30m`, or None where the text is none."""
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(count) * _UNIT_MS[unit] for count, unit in _STEP.findall(text))


def duration_problem(text: str) -> str | None:
    """Whether the text is a duration."""
    return None if text == "" or milliseconds(text) is not None else "must be a duration such as 30s, 5m, 1h30m or 2d"


@of_texts
def same_duration(old: str, new: str) -> bool:
    """Whether two durations are equally long; an empty one is 0."""
    return milliseconds(old or "0") == milliseconds(new or "0")


def _go_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _go_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_go_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e21 else value  # noqa: PLR2004
