"""The property table: what a resource takes and gives, declared once, from which check and diff are derived."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["string", "integer", "number", "boolean", "list", "set", "map", "object"]


def _never(_value: Any) -> str | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Property:
    """One input or output. Build it with the functions below, which keep the impossible combinations out."""

    kind: Kind
    required: bool = False
    """Check fails when the input is absent."""
    default: Any = None
    """Plain value that check fills in when the input is absent; None means no default."""
    replaces: bool = False
    """A change replaces the resource; otherwise it is updated in place. Only read on top-level properties."""
    applied: bool = True
    """False: a change is shown as an update that the resource never carries out (left out of ``changed``)."""
    computed: bool = False
    """The server fills it in when the input is absent: unknown at preview, and dropping the input is no change."""
    from_state: bool = False
    """A new input is compared with what state holds, not with the former input: what was seen there counts."""
    secret: bool = False
    """Always marked secret in outputs, and never printed in messages."""
    autoname: bool = False
    """When absent: the resource's logical name, a dash and 7 hexadecimal digits, kept over later checks."""
    unsupported: str = ""
    """Giving the input is a check failure with this reason: the official plugin honours it and this one cannot."""
    env: tuple[str, ...] = ()
    """Environment variables to fall back to, first wins; lists are words. Only read on provider configuration."""
    items: "Property | None" = None
    """What a list, set or map holds."""
    fields: Mapping[str, "Property"] = field(default_factory=dict)
    """What an object holds."""
    same: Callable[[Any, Any], bool] | None = None
    """Equality of two plain values where `==` is too strict (JSON text, ``512m`` against bytes)."""
    problem: Callable[[Any], str | None] = _never
    """What is wrong with a known plain value of the right type, or None. Say the bound; path and value are added."""


Table = Mapping[str, Property]
"""Properties by name."""


def string(**options: Any) -> Property:
    """Text."""
    return Property(kind="string", **options)


def integer(**options: Any) -> Property:
    """Whole number; resources receive an int."""
    return Property(kind="integer", **options)


def number(**options: Any) -> Property:
    """Any number; resources receive a float."""
    return Property(kind="number", **options)


def boolean(**options: Any) -> Property:
    """True or false."""
    return Property(kind="boolean", **options)


def listing(items: Property, **options: Any) -> Property:
    """A list whose order matters."""
    return Property(kind="list", items=items, **options)


def unordered(items: Property, **options: Any) -> Property:
    """A list whose order does not matter: reordering is no change. Resources receive a list."""
    return Property(kind="set", items=items, **options)


def mapping(items: Property | None = None, **options: Any) -> Property:
    """Free keys to values (text unless `items` says otherwise)."""
    return Property(kind="map", items=items or string(), **options)


def record(fields: Mapping[str, Property], **options: Any) -> Property:
    """An object with named fields."""
    return Property(kind="object", fields=fields, **options)


def at_least(minimum: float, unit: str = "") -> Callable[[Any], str | None]:
    """A `problem` for numbers below `minimum`."""
    return lambda value: None if value >= minimum else f"must be at least {minimum:g}{unit}"


def one_of(*allowed: str) -> Callable[[Any], str | None]:
    """A `problem` for text that is not one of `allowed`."""
    return lambda value: None if value in allowed else f"must be one of {', '.join(repr(a) for a in allowed)}"
