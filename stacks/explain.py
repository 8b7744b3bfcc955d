"""Validation errors in an operator's words: the path, the value, the bound, the fix; pure."""

import difflib
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_REFERENCE = "docs/reference/settings.md"


def explain(error: ValidationError, model: type[BaseModel], source: str) -> str:
    """One line per mistake in `source`, such as Pulumi.dev.yaml."""
    lines = [_line(found, model) for found in error.errors(include_url=False)]
    return "\n".join(f"{source}: {line}" for line in lines) + f"\nEvery key with its unit and bounds: {_REFERENCE}"


def _line(found: Any, model: type[BaseModel]) -> str:
    location = tuple(found["loc"])
    path = path_of(location)
    message = found["msg"].removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        return f"{path} is not a setting{_suggestion(location, model)}"
    if found["type"] == "missing":
        return f"{path} is missing: add it"
    if found["type"] == "value_error" and isinstance(found["input"], dict):
        return f"{path}: {message}" if path else message
    shown = found["input"] if isinstance(found["input"], str | int | float | bool | None) else "…"
    return f"{path}={shown}: {message[0].lower()}{message[1:]}"


def path_of(location: tuple[str | int, ...]) -> str:
    """('hosts', 0, 'cpus') → hosts[0].cpus."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def _suggestion(location: tuple[str | int, ...], model: type[BaseModel]) -> str:
    owner = _model_at(location[:-1], model)
    known = list(owner.model_fields) if owner else []
    close = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f": did you mean {close[0]}?" if close else f": it has {', '.join(known)}"


def _model_at(location: tuple[str | int, ...], model: type[BaseModel]) -> type[BaseModel] | None:
    current: Any = model
    for step in location:
        if isinstance(step, int):
            continue
        current = _model_in(current.model_fields[step].annotation) if current else None
    return current if isinstance(current, type) else None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
