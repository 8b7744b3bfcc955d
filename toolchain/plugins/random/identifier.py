"""RandomId: random bytes in four notations."""

import base64
import secrets
from typing import ClassVar

from toolchain.plugins.framework import Result, Table, Values, at_least, integer, string
from toolchain.plugins.random.base import Random, keepers


class RandomId(Random):
    """Random bytes; the id is their URL-safe base64 without padding. Not a secret: use RandomPassword for those."""

    token = "random:index/randomId:RandomId"
    inputs: ClassVar[Table] = {
        "byteLength": integer(required=True, replaces=True, problem=at_least(1)),
        "prefix": string(replaces=True),
        "keepers": keepers(),
    }
    outputs: ClassVar[Table] = {"b64Std": string(), "b64Url": string(), "dec": string(), "hex": string()}

    def create(self, inputs: Values) -> Result:
        """Draw the bytes."""
        drawn = secrets.token_bytes(inputs["byteLength"])
        return Result(id=_url(drawn), outputs=notations(drawn, inputs.get("prefix", "")))


def notations(drawn: bytes, prefix: str) -> dict[str, str]:
    """The outputs for these bytes; the prefix goes before each of them."""
    texts = {
        "b64Std": base64.b64encode(drawn).decode(),
        "b64Url": _url(drawn),
        "dec": str(int.from_bytes(drawn, "big")),
        "hex": drawn.hex(),
    }
    return {name: prefix + text for name, text in texts.items()}


def _url(drawn: bytes) -> str:
    return base64.urlsafe_b64encode(drawn).decode().rstrip("=")
