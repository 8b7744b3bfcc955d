"""Cache: reference data only. A price or an order from a cache is one that was true a moment ago."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.pack.rule import ResourceRule
from policies.resources import Container

_NAMES = "redis|valkey|keydb|dragonfly|memcached"
_IMAGE = re.compile(rf"(^|/)({_NAMES})(-(stack|stack-server|bundle|cluster|server))?([:@]|$)")
_PROGRAM = re.compile(r"(^|/)((redis|valkey|keydb)-server|dragonfly|memcached)$")
_FILE = re.compile(rf"/({_NAMES})[^/]*\.conf$")
_KEYS = re.compile(r"%?[RW]*~(.+)", re.IGNORECASE)
_SWITCHES = ("on", "off")
_KEYS_SCHEMA = {
    "type": "string",
    "default": "ref:*",
    # A pattern that begins by any character would be every key.
    "pattern": r"^[^*?\[\\]+\*?$",
    "description": "Keys of reference data: what they begin with, and *.",
}


def _reference_only(container: Container, *, reference_keys: str) -> Iterator[str]:
    if container.runs_once or not _is_cache(container):
        return
    users = _users(container)
    if not users:
        yield (
            "has no access list, so prices and orders can be put behind it; "
            f"upload an aclfile whose users have the keys ~{reference_keys}"
        )
    for name, rules in users:
        for pattern in _key_patterns(rules):
            if not pattern.startswith(reference_keys.rstrip("*")):
                yield f"user {name} may use the keys ~{pattern}: only {reference_keys} is reference data; narrow it"


def _is_cache(container: Container) -> bool:
    return (
        bool(_IMAGE.search(str(container.inputs.get("image") or "")))
        or any(map(_PROGRAM.search, _programs(container)))
        or any(_FILE.search(str(each.get("file"))) for each in container.items("uploads"))
    )


def _programs(container: Container) -> Iterator[str]:
    """What may be the program; its arguments, which may not be known, say nothing about it."""
    for argument in ("entrypoints", "command"):
        if words := container.inputs.get(argument):
            yield str(words[0])


def _users(container: Container) -> list[tuple[str, list[str]]]:
    """Name and rules, of every `user` line in the files that it gets."""
    lines = [line for each in container.items("uploads") for line in str(each.get("content") or "").splitlines()]
    return [(words[1], words[2:]) for words in map(str.split, lines) if words[:1] == ["user"] and words[1:]]


def _key_patterns(rules: list[str]) -> Iterator[str]:
    """The keys that a user has, in its selectors `(…)` too; none if it is switched off."""
    if [rule.lower() for rule in rules if rule.lower() in _SWITCHES][-1:] == ["off"]:
        return
    for rule in rules:
        word = rule.strip("()")
        if word.lower() == "allkeys":
            yield "*"
        elif found := _KEYS.fullmatch(word):
            yield found[1]


RULES = (
    ResourceRule(
        name="cache-for-reference-data",
        description="Prices, books and orders are never behind a cache: it answers with what was true a moment ago.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_reference_only,
        numbers={"reference_keys": _KEYS_SCHEMA},
        steps="Upload an aclfile whose users have no keys but ~ref:*; switch the user default off, or give it none.",
        source="https://valkey.io/topics/acl/",
        tags=("orders", "data"),
    ),
)
