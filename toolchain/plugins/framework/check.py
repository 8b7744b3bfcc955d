"""Check: required inputs, unknown names, wrong types, defaults. Values that are only known after `up` pass."""

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.provider.experimental.property_value import PropertyValue, ResourceReference
from pulumi.provider.experimental.provider import CheckFailure

from toolchain.plugins.framework.properties import Property, Table
from toolchain.plugins.framework.values import has_unknown, is_unknown, plain, wrap

_LONGEST_SHOWN = 80
_EXPECTED = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "list": "a list",
    "set": "a list",
    "map": "a map",
    "object": "an object",
}


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What an automatic name is made from: the resource's logical name, the engine's seed and the former inputs."""

    logical: str
    seed: bytes
    former: Mapping[str, PropertyValue]


def check(
    given: Mapping[str, PropertyValue], table: Table, naming: Naming
) -> tuple[dict[str, PropertyValue], list[CheckFailure]]:
    """The inputs with defaults and automatic names filled in, and what is wrong with them."""
    inputs = {k: v for k, v in given.items() if v.value is not None and not k.startswith("__")}
    failures = list(_object_failures("", inputs, table))
    completed = _with_defaults(inputs, table)
    for name, shape in table.items():
        if shape.autoname and name not in completed:
            completed[name] = wrap(_automatic_name(name, naming))
    return completed, failures


def shown(value: PropertyValue, shape: Property) -> str:
    """The value as messages print it: never a secret, shortened when long."""
    if shape.secret or value.contains_secret():
        return "[secret]"
    text = repr(plain(value, shape))
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _object_failures(path: str, given: Mapping[str, PropertyValue], table: Table) -> Iterator[CheckFailure]:
    prefix = f"{path}." if path else ""
    for name in given.keys() - table.keys():
        close = difflib.get_close_matches(name, table, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(table))}"
        yield CheckFailure(prefix + name, f"property {prefix}{name} unknown: {hint}")
    for name, shape in table.items():
        value = given.get(name)
        if value is not None and value.value is not None:
            yield from _value_failures(prefix + name, value, shape)
        elif shape.required:
            yield CheckFailure(prefix + name, f"property {prefix}{name} is required and missing")


def _value_failures(path: str, value: PropertyValue, shape: Property) -> Iterator[CheckFailure]:
    if shape.unsupported:
        yield CheckFailure(path, f"property {path} is not supported by this stand-in provider: {shape.unsupported}")
    elif is_unknown(value):
        return
    elif not _fits(value, shape):
        reason = f"property {path}={shown(value, shape)} has the wrong type: expected {_EXPECTED[shape.kind]}"
        yield CheckFailure(path, reason)
    else:
        nested = list(_nested_failures(path, value.value, shape))
        yield from nested
        known = plain(value, shape)
        problem = None if nested or has_unknown(known) else shape.problem(known)
        if problem:
            yield CheckFailure(path, f"property {path}={shown(value, shape)}: {problem}")


def _nested_failures(path: str, raw: Any, shape: Property) -> Iterator[CheckFailure]:
    if shape.kind == "object":
        yield from _object_failures(path, raw, shape.fields)
    elif shape.items and isinstance(raw, Mapping):
        for key, item in raw.items():
            if item.value is not None:
                yield from _value_failures(f"{path}[{key!r}]", item, shape.items)
    elif shape.items:
        for index, item in enumerate(raw):
            yield from _value_failures(f"{path}[{index}]", item, shape.items)


def _fits(value: PropertyValue, shape: Property) -> bool:  # noqa: PLR0911 - one line per kind
    raw = value.value
    if isinstance(raw, pulumi.Asset | pulumi.Archive | ResourceReference):
        return False
    match shape.kind:
        case "string":
            return isinstance(raw, str)
        case "boolean":
            return isinstance(raw, bool)
        case "number":
            return isinstance(raw, float)
        case "integer":
            return isinstance(raw, float) and raw.is_integer()
        case "list" | "set":
            return isinstance(raw, tuple)
        case _:
            return isinstance(raw, Mapping)


def _with_defaults(given: Mapping[str, PropertyValue], table: Table) -> dict[str, PropertyValue]:
    completed = {k: _completed(v, table[k]) if k in table else v for k, v in given.items() if v.value is not None}
    missing = {k: wrap(shape.default) for k, shape in table.items() if k not in completed and shape.default is not None}
    return completed | missing


def _completed(value: PropertyValue, shape: Property) -> PropertyValue:
    raw = value.value
    if shape.kind == "object" and isinstance(raw, Mapping):
        return value.with_value(_with_defaults(raw, shape.fields))
    if shape.kind in ("list", "set") and isinstance(raw, tuple) and shape.items:
        return value.with_value([_completed(item, shape.items) for item in raw])
    return value


def _automatic_name(name: str, naming: Naming) -> str:
    former = naming.former.get(name)
    if former is not None and re.fullmatch(re.escape(naming.logical) + "-[0-9a-f]{7}", str(former.value)):
        return str(former.value)
    return f"{naming.logical}-{hashlib.sha256(naming.seed).hexdigest()[:7]}"
