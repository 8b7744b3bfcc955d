"""Passwords that are made: long enough that nobody tries them all, and usable in every address."""

import math
import string
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.pack.rule import ResourceRule, whole
from policies.resources import RandomPassword, RandomString

_CLASSES = ((26, ("lower",)), (26, ("upper",)), (10, ("numeric", "number")))
"""How many characters, and the inputs that take them out; `number` is the old name of `numeric`."""
_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
"""What the provider takes where nothing is said (terraform-provider-random, random_password)."""
_SAFE = frozenset("-._" + string.ascii_letters + string.digits)
"""What means itself in an address (RFC 3986, 2.3, unreserved) and in a shell, which reads `~` as a home."""
_SECRET_NAMES = ("password", "passwd", "passphrase", "credential", "secret", "token", "key")


def _strong(password: RandomPassword, *, minimum_length: int, minimum_bits: int) -> Iterator[str]:
    length = int(password.inputs.get("length") or 0)
    if length < minimum_length:
        yield f"length={length} is shorter than {minimum_length}; raise it"
    alphabet = _alphabet(password)
    bits = int(length * math.log2(alphabet)) if alphabet else 0
    if bits < minimum_bits:
        yield (
            f"length={length} of {alphabet} characters has {bits} bits of {minimum_bits}; "
            "raise length, or allow more characters"
        )


def _alphabet(password: RandomPassword) -> int:
    """How many characters it is made of."""
    plain = sum(count for count, names in _CLASSES if all(password.inputs.get(name) is not False for name in names))
    return plain + len(_special(password))


def _special(password: RandomPassword) -> set[str]:
    if password.inputs.get("special") is False:
        return set()
    return set(password.inputs.get("overrideSpecial") or _SPECIAL)


def _usable(password: RandomPassword) -> Iterator[str]:
    if unsafe := "".join(sorted(_special(password) - _SAFE)):
        yield (
            f"special characters {unsafe} are read otherwise in postgres://user:password@host, or by a shell; "
            "set special=False or overrideSpecial='-_.'"
        )


def _no_secret(text: RandomString) -> Iterator[str]:
    if any(word in text.name.lower() for word in _SECRET_NAMES):
        yield "is named like a secret, but RandomString keeps its result in clear; use RandomPassword"


RULES = (
    ResourceRule(
        name="passwords-strong",
        description="A password that is made cannot be guessed: 128 bits, which no machine tries.",
        severity=Severity.CRITICAL,
        of=RandomPassword,
        check=_strong,
        numbers={
            "minimum_length": whole(24, 8, 256, "Least number of characters."),
            "minimum_bits": whole(128, 64, 512, "Least entropy, in bits."),
        },
        steps="Set RandomPassword.length to 32.",
        source="https://pages.nist.gov/800-63-3/sp800-63b.html",
        tags=("random", "secrets"),
    ),
    ResourceRule(
        name="passwords-usable",
        description="A password has no character that an address or a shell reads otherwise: a login would fail by it.",
        severity=Severity.MEDIUM,
        of=RandomPassword,
        check=_usable,
        steps="Set RandomPassword.special=False, or override_special='-_.'.",
        source="https://datatracker.ietf.org/doc/html/rfc3986#section-2.3",
        tags=("random", "secrets"),
    ),
    ResourceRule(
        name="secrets-by-random-password",
        description="A secret is made by RandomPassword: RandomString keeps its result in clear, in state and diffs.",
        severity=Severity.CRITICAL,
        of=RandomString,
        check=_no_secret,
        steps="Use random.RandomPassword.",
        source="https://www.pulumi.com/registry/packages/random/api-docs/randomstring/",
        tags=("random", "secrets"),
    ),
)
