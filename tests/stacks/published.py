"""Compares registered resources with the providers' published schemas: unknown, missing and mistyped inputs."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Registration
from tests.stacks.graph import open_secret

_SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "schemas"
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int, float),
    "number": (int, float),
}


def schemas() -> dict[str, Any]:
    """The published schemas by package; skips the test where the checkout has none beside it."""
    if not _SCHEMAS.is_dir():
        pytest.skip(f"no published schemas at {_SCHEMAS}")
    return {path.stem: json.loads(path.read_text()) for path in sorted(_SCHEMAS.glob("*.json"))}


def problems(registration: Registration, known: Mapping[str, Any]) -> list[str]:
    """What the schema has against the inputs of a resource."""
    schema = known[registration.type.partition(":")[0]]
    shape = schema["resources"][registration.type]
    inputs = {name: open_secret(value) for name, value in registration.inputs.items() if value is not None}
    found = _object(registration.name, inputs, shape["inputProperties"], shape.get("requiredInputs", []), schema)
    return list(found)


def _object(
    path: str, value: Mapping[str, Any], properties: Mapping[str, Any], required: list[str], schema: Mapping[str, Any]
) -> Iterator[str]:
    yield from (f"{path}.{name}: missing" for name in required if name not in value)
    for name, item in value.items():
        if name not in properties:
            yield f"{path}.{name}: not in the schema"
        else:
            yield from _value(f"{path}.{name}", item, properties[name], schema)


def _value(path: str, value: Any, shape: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in shape:
        target = schema["types"][shape["$ref"].removeprefix("#/types/")]
        yield from _object(path, value, target["properties"], target.get("required", []), schema)
    elif shape["type"] == "array":
        for index, item in enumerate(value):
            yield from _value(f"{path}[{index}]", item, shape["items"], schema)
    elif shape["type"] == "object":
        for key, item in value.items():
            yield from _value(f"{path}.{key}", item, shape["additionalProperties"], schema)
    elif not isinstance(value, _PYTHON_TYPES[shape["type"]]):
        yield f"{path}: is {type(value).__name__}, should be {shape['type']}"
    elif shape["type"] == "integer" and value != int(value):
        yield f"{path}: {value} is no integer"
