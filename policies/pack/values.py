"""What the engine hands over, as rules read it: secrets open but remembered, unknowns refused when they are read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from google.protobuf.struct_pb2 import Struct  # type: ignore[import-untyped]
from pulumi_policy import proxy
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which the engine marks a value that is more than it looks like (`resource.SigKey` of Pulumi's SDK)."""
SECRET = "1b47061264138c4ac30d75fd1eb44270"
"""What stands under that key for a secret; its value is beside it, under `value`."""

_UNKNOWN = (
    *(proxy.UNKNOWN_BOOLEAN_VALUE, proxy.UNKNOWN_NUMBER_VALUE, proxy.UNKNOWN_STRING_VALUE, proxy.UNKNOWN_ARRAY_VALUE),
    *(proxy.UNKNOWN_ASSET_VALUE, proxy.UNKNOWN_ARCHIVE_VALUE, proxy.UNKNOWN_OBJECT_VALUE),
)


@dataclass(frozen=True)
class Opened:
    """The inputs of one resource."""

    inputs: Mapping[str, Any]
    """Without the marks of secrets. Reading one that is not known raises `pulumi_policy.proxy.UnknownValueError`."""
    secrets: frozenset[str]
    """Every text and number that is marked as secret, or stands in something that is."""


def opened(properties: Struct, asked: Struct | None = None) -> Opened:
    """The inputs as the engine sent them, opened; what of them is not known is as a program has asked for, if given.

    What a provider fills in itself, such as a container's entrypoint by its image, the engine sends as not known with
    the whole stack, though no program has said it.
    """
    secrets: set[str] = set()
    inputs = _opened(_settled(MessageToDict(properties), asked), secrets)
    return Opened(unknown_checking_proxy(inputs), frozenset(secrets))


Note = Callable[[Sequence[str]], None]
"""Gets the path of what is not known, `("uploads", "0", "content")`."""


def noting(value: Any, note: Note) -> Any:
    """Opened inputs, or a part of them, that read on: what is not known is noted, and taken for not set."""
    if isinstance(value, Mapping):
        return _NotingMapping(value, note)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _NotingSequence(value, note)
    return value


class _NotingMapping(Mapping[str, Any]):
    def __init__(self, of: Mapping[str, Any], note: Note) -> None:
        self.of, self._note = of, note

    def __getitem__(self, name: str) -> Any:
        return _read(self.of, name, self._note)

    def __iter__(self) -> Iterator[str]:
        return iter(self.of)

    def __len__(self) -> int:
        return len(self.of)


class _NotingSequence(Sequence[Any]):
    def __init__(self, of: Sequence[Any], note: Note) -> None:
        self._of, self._note = of, note

    def __getitem__(self, place: Any) -> Any:
        return _read(self._of, place, self._note)

    def __len__(self) -> int:
        return len(self._of)


def _read(of: Any, key: Any, note: Note) -> Any:
    try:
        return noting(of[key], note)
    except UnknownValueError as error:
        note(error.props)
        return None


def known(inputs: Mapping[str, Any], name: str, otherwise: Any = None) -> Any:
    """An input that a reader can do without: `otherwise` where it is not known, and that is not noted."""
    try:
        return (inputs.of if isinstance(inputs, _NotingMapping) else inputs).get(name)
    except UnknownValueError:
        return otherwise


def is_secret(value: Any) -> bool:
    """Whether a value as the engine sent it is marked as secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def as_secret(value: Any) -> dict[str, Any]:
    """The value, marked."""
    return {SIGNATURE: SECRET, "value": value}


def _settled(now: dict[str, Any], asked: Struct | None) -> dict[str, Any]:
    known_now = {name: value for name, value in now.items() if not _has_unknown(value)}
    return now if asked is None or len(known_now) == len(now) else {**MessageToDict(asked), **known_now}


def _has_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_has_unknown, value))
    return value in _UNKNOWN


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
