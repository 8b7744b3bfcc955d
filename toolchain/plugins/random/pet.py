"""RandomPet: readable names, which are the resource's id."""

import secrets
from typing import ClassVar

from toolchain.plugins.framework import Result, Table, Values, at_least, integer, string
from toolchain.plugins.random.base import Random, keepers
from toolchain.plugins.random.words import ADJECTIVES, ADVERBS, ANIMALS


class RandomPet(Random):
    """A name such as ``calm-otter``: for people, not for uniqueness (two words give some 18 thousand names)."""

    token = "random:index/randomPet:RandomPet"
    inputs: ClassVar[Table] = {
        "length": integer(default=2, replaces=True, problem=at_least(1)),
        "prefix": string(replaces=True),
        "separator": string(default="-", replaces=True),
        "keepers": keepers(),
    }

    def create(self, inputs: Values) -> Result:
        """Draw the words."""
        words = [inputs["prefix"]] if inputs.get("prefix") else []
        return Result(id=inputs["separator"].join(words + name(inputs["length"])))


def name(length: int) -> list[str]:
    """An animal, before it an adjective, before that adverbs, `length` words in all."""
    adverbs = [secrets.choice(ADVERBS) for _ in range(length - 2)]
    adjectives = [secrets.choice(ADJECTIVES) for _ in range(min(length - 1, 1))]
    return [*adverbs, *adjectives, secrets.choice(ANIMALS)]
