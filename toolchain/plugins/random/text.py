"""RandomPassword and RandomString: text of a given length from chosen sorts of characters."""

import secrets
import string as characters
from collections.abc import Iterable
from typing import ClassVar

from toolchain.plugins.framework import UNKNOWN, Result, Table, Values, at_least, boolean, integer, string
from toolchain.plugins.random import bcrypt
from toolchain.plugins.random.base import Random, keepers

SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
"""Used when `overrideSpecial` is not given; the official provider's set."""
_SORTS = {
    "lower": ("minLower", characters.ascii_lowercase),
    "upper": ("minUpper", characters.ascii_uppercase),
    "numeric": ("minNumeric", characters.digits),
    "special": ("minSpecial", SPECIAL),
}
_MINIMA = [minimum for minimum, _ in _SORTS.values()]
_INPUTS = {
    "length": integer(required=True, replaces=True, problem=at_least(1)),
    "lower": boolean(default=True, replaces=True),
    "upper": boolean(default=True, replaces=True),
    "numeric": boolean(computed=True, replaces=True),
    "number": boolean(computed=True, replaces=True),
    "special": boolean(default=True, replaces=True),
    "overrideSpecial": string(replaces=True),
    **{minimum: integer(default=0, replaces=True, problem=at_least(0)) for minimum in _MINIMA},
    "keepers": keepers(),
}


class RandomString(Random):
    """Text that is no secret; its id is the text."""

    token = "random:index/randomString:RandomString"
    inputs: ClassVar[Table] = _INPUTS
    outputs: ClassVar[Table] = {"result": string()}

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:
        """Minima beyond the length, no characters to choose from, and `number` against `numeric`."""
        if UNKNOWN not in [value for value in inputs.values() if not isinstance(value, dict)]:
            yield from _problems(inputs)

    def create(self, inputs: Values) -> Result:
        """Draw the text."""
        text = draw(inputs)
        return Result(id=text, outputs={"result": text, **_numeric(inputs)})


class RandomPassword(RandomString):
    """Text that is a secret everywhere; its id says nothing."""

    token = "random:index/randomPassword:RandomPassword"
    outputs: ClassVar[Table] = {"result": string(secret=True), "bcryptHash": string(secret=True)}

    def create(self, inputs: Values) -> Result:
        """Draw the password and hash it."""
        text = draw(inputs)
        hashed = {"bcryptHash": bcrypt.digest(text)}
        return Result(id="none", outputs={"result": text, **hashed, **_numeric(inputs)})


def draw(inputs: Values) -> str:
    """Text that holds at least the minimum of each sort, the rest from all allowed sorts, shuffled."""
    alphabets = _alphabets(inputs)
    minima = {sort: inputs.get(minimum, 0) for sort, (minimum, _) in _SORTS.items()}
    drawn = [secrets.choice(alphabet) for sort, alphabet in alphabets.items() for _ in range(minima[sort])]
    everything = "".join(alphabets.values())
    drawn += [secrets.choice(everything) for _ in range(inputs["length"] - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def _alphabets(inputs: Values) -> dict[str, str]:
    allowed = {"numeric": _numeric(inputs)["numeric"]}
    alphabets = {sort: alphabet for sort, (_, alphabet) in _SORTS.items() if allowed.get(sort, inputs.get(sort, True))}
    if "special" in alphabets:
        alphabets["special"] = inputs.get("overrideSpecial") or SPECIAL
    return alphabets


def _numeric(inputs: Values) -> dict[str, bool]:
    """`number` is the former name of `numeric`; state holds both."""
    given = bool(inputs.get("numeric", inputs.get("number", True)))
    return {"numeric": given, "number": given}


def _problems(inputs: Values) -> Iterable[tuple[str, str]]:
    alphabets = _alphabets(inputs)
    if inputs.get("numeric", True) != inputs.get("number", inputs.get("numeric", True)):
        yield "number", "property number is the former name of numeric and differs from it: give numeric only"
    if not alphabets:
        yield "length", "lower, upper, numeric and special are all false: allow at least one sort of character"
    for sort, (minimum, _) in _SORTS.items():
        if inputs.get(minimum, 0) > 0 and sort not in alphabets:
            yield minimum, f"property {minimum}={inputs[minimum]} needs {sort}=true"
    total = sum(inputs.get(minimum, 0) for minimum in _MINIMA)
    if total > inputs["length"]:
        yield "length", f"property length={inputs['length']} is below the sum of {', '.join(_MINIMA)}, which is {total}"
