"""Takes a stack's secret values out of texts; pure. They are known to it only for that, and are never shown."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from ops.state import SECRET, SIGNATURE

SHOWN = "[redacted]"
_SHORTEST = 6
"""A shorter value would take harmless words out of every line."""
_NO_SECRETS = ("file", "permissions")
"""Of an uploaded file, what is not its text: all of it is marked where the text is secret."""


class Redactor:
    """Knows secret values, in every spelling that a log may have of them."""

    def __init__(self, values: Iterable[str]) -> None:
        """Keep the values, the longest first: one may be a part of another."""
        spellings = {spelling for value in values for spelling in _spellings(value)}
        self._spellings = sorted(spellings, key=lambda each: (-len(each), each))

    def clean(self, text: str) -> str:
        """The text with a mark in place of each secret."""
        for spelling in self._spellings:
            text = text.replace(spelling, SHOWN)
        return text

    def __repr__(self) -> str:
        """How many it knows; a value never."""
        return f"Redactor({len(self._spellings)} spellings)"


def secret_values(export: Mapping[str, Any]) -> set[str]:
    """Every secret text in a stack's export with its secrets in clear, line by line where one has several lines."""
    found = {line.strip() for text in _texts(export, secret=False) for line in (text, *text.splitlines())}
    return {text for text in found if len(text) >= _SHORTEST}


def _texts(value: Any, *, secret: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            yield from _texts(json.loads(value.get("plaintext") or "null"), secret=True)
            return
        uploaded = "content" in value
        for key, each in value.items():
            if not (uploaded and key in _NO_SECRETS):
                yield from _texts(each, secret=secret)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, secret=secret)
    elif isinstance(value, str) and secret:
        yield value


def _spellings(value: str) -> Iterator[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield quote(value, safe="")
    yield base64.b64encode(value.encode()).decode().rstrip("=")
