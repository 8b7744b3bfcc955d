"""What the engine hands over, as rules read it: secrets open but remembered, unknowns refused when they are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from pulumi_policy.proxy import unknown_checking_proxy

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which the engine marks a value that is more than it looks like (`resource.SigKey` of Pulumi's SDK)."""
SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""What stands under that key for a secret; its value is beside it, under `value`."""


@dataclass(frozen=True)
class Opened:
    """The inputs of one resource."""

    inputs: Mapping[str, Any]
    """Without the marks of secrets. Reading one that is not known raises `pulumi_policy.proxy.UnknownValueError`."""
    secrets: frozenset[str]
    """Every text and number that is marked as secret, or stands in something that is."""


def opened(properties: Struct) -> Opened:
    """The inputs as the engine sent them, opened."""
    secrets: set[str] = set()
    inputs = _opened(MessageToDict(properties), secrets)
    return Opened(unknown_checking_proxy(inputs), frozenset(secrets))


def is_secret(value: Any) -> bool:
    """Whether a value as the engine sent it is marked as secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def as_secret(value: Any) -> dict[str, Any]:
    """The value, marked."""
    return {SIGNATURE: SECRET, "value": value}


def _opened(value: Any, secrets: set[str]) -> Any:
    if is_secret(value):
        secrets.update(_texts(value["value"]))
        return _opened(value["value"], secrets)
    if isinstance(value, dict):
        return {key: _opened(item, secrets) for key, item in value.items() if key != SIGNATURE}
    if isinstance(value, list):
        return [_opened(item, secrets) for item in value]
    # A Struct has no whole numbers.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key != SIGNATURE:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, float):
        yield f"{value:g}"
    elif isinstance(value, str):
        yield value
