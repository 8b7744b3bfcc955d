"""Between the engine's property values and plain Python ones: unknowns, secrets, null and whole numbers."""

from collections.abc import Mapping
from typing import Any, Final

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.runtime.rpc import UNKNOWN as _WIRE_UNKNOWN

from toolchain.plugins.framework.properties import Property, Table


class _Unknown:
    """Stands for a value that is only known after `up`. Equal to nothing, itself included."""

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "[unknown]"


UNKNOWN: Final = _Unknown()
"""What `plain` makes of an unknown value, at any depth."""


def is_unknown(value: PropertyValue) -> bool:
    """Whether this very value is unknown. The SDK hands unknowns over as a reserved text, not as Computed."""
    return isinstance(value.value, Computed) or value.value == _WIRE_UNKNOWN


def plain(value: PropertyValue, shape: Property | None = None) -> Any:
    """The value without secret marks, whole floats as int where `shape` says so, nulls left out of mappings."""
    raw = value.value
    if is_unknown(value):
        return UNKNOWN
    if isinstance(raw, Mapping):
        return {k: plain(v, _member(shape, k)) for k, v in raw.items() if v.value is not None and k[:2] != "__"}
    if isinstance(raw, tuple):
        return [plain(item, shape.items if shape else None) for item in raw]
    whole = shape is not None and shape.kind == "integer" and isinstance(raw, float) and raw.is_integer()
    return int(raw) if whole and isinstance(raw, float) else raw


def plain_map(values: Mapping[str, PropertyValue], table: Table) -> dict[str, Any]:
    """`plain` over a resource's properties; nulls and the engine's own ``__`` keys are left out."""
    return {k: plain(v, table.get(k)) for k, v in values.items() if v.value is not None and not k.startswith("__")}


def wrap(value: Any, *, secret: bool = False) -> PropertyValue:
    """A property value from a plain one, at any depth."""
    return PropertyValue(_wrapped(value), is_secret=secret)


def unknown(*, secret: bool = False) -> PropertyValue:
    """An unknown property value in the form that the engine reads."""
    return PropertyValue(_WIRE_UNKNOWN, is_secret=secret)


def has_unknown(value: Any) -> bool:
    """Whether a plain value is or holds an unknown."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def marked(value: PropertyValue, shape: Property | None) -> PropertyValue:
    """The value with the secret marks that its shape demands, at any depth."""
    if shape is None:
        return value
    if shape.secret:
        return value.with_secret(True)
    if isinstance(value.value, Mapping):
        return value.with_value({k: marked(v, _member(shape, k)) for k, v in value.value.items()})
    if isinstance(value.value, tuple):
        return value.with_value(tuple(marked(item, shape.items) for item in value.value))
    return value


def outputs(results: Mapping[str, Any], echo: Mapping[str, PropertyValue], table: Table) -> dict[str, PropertyValue]:
    """State to hand to the engine: `results` over `echo`, keeping the secret marks that `echo` holds at any depth."""
    state = {k: v for k, v in echo.items() if v.value is not None and not k.startswith("__")}
    for key, result in results.items():
        shape = table.get(key)
        known = state.get(key)
        if result is None:
            state.pop(key, None)
        elif known is None or plain(known, shape) != result:
            state[key] = wrap(result, secret=known.contains_secret() if known is not None else False)
    return {k: marked(v, table.get(k)) for k, v in state.items()}


def _member(shape: Property | None, key: str) -> Property | None:
    if shape is None:
        return None
    return shape.fields.get(key) if shape.kind == "object" else shape.items


def _wrapped(value: Any) -> Any:
    if value is UNKNOWN:
        return _WIRE_UNKNOWN
    if isinstance(value, Mapping):
        return {k: wrap(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [wrap(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
