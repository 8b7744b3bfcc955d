"""Puts a rule to a resource or a stack; whatever happens comes out as findings."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from traceback import extract_tb
from typing import Any

from pulumi_policy.proxy import UnknownValueError

from policies.pack.resource import Resource, Stack
from policies.pack.rule import ResourceRule, Rule, StackRule

_PACK = Path(__file__).parents[1]
_ASSIGNS = re.compile(r"[=:]")
_SHORTEST_SECRET = 3
"""Texts below are no secret that could be kept, and stand in every message by chance."""


class Kind(Enum):
    """What sort of finding it is."""

    VIOLATION = "violation"
    UNKNOWN = "unknown"
    """An input is not known at preview."""
    FAULT = "fault"
    """The rule itself failed."""
    WAIVED = "waived"


@dataclass(frozen=True)
class Finding:
    """One message of one rule."""

    rule: Rule
    message: str
    urn: str
    kind: Kind = Kind.VIOLATION


def judge(rule: ResourceRule[Any], resource: Resource, numbers: Mapping[str, Any]) -> list[Finding]:
    """What the rule finds in one resource: nothing, if it is of another type."""
    if not isinstance(resource, rule.of):
        return []
    told = list(_told(lambda: rule.check(resource, **numbers)))
    if not told:
        return []
    clean = _without(resource.secrets)
    return [Finding(rule, clean(f"{resource.title}: {message}"), resource.urn, kind) for message, kind in told]


def judge_stack(rule: StackRule, stack: Stack, numbers: Mapping[str, Any]) -> list[Finding]:
    """What the rule finds in the whole."""
    places: list[Resource | None] = []

    def messages() -> Iterator[str]:
        for violation in rule.check(stack, **numbers):
            places.append(violation.at)
            yield f"{violation.at.title}: {violation.message}" if violation.at else violation.message

    told = list(_told(messages))
    if not told:
        return []
    places += [None] * (len(told) - len(places))
    clean = _without(frozenset().union(*(each.secrets for each in stack.resources)))
    return [
        Finding(rule, clean(message), place.urn if place else "", kind)
        for (message, kind), place in zip(told, places, strict=True)
    ]


def mended(rule: ResourceRule[Any], resource: Resource, numbers: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs that would be right, by name; none where nothing is wrong, or what is right cannot be known."""
    found = judge(rule, resource, numbers)
    if rule.mend is None or not any(each.kind is Kind.VIOLATION for each in found):
        return {}
    try:
        return rule.mend(resource, **numbers)
    except Exception:
        # What it would have mended is still found, and blocks.
        return {}


def _told(check: Callable[[], Iterable[str]]) -> Iterator[tuple[str, Kind]]:
    """Each message; a rule that could not end says so last."""
    try:
        for message in check():
            yield message, Kind.VIOLATION
    except UnknownValueError as error:
        yield f"{'.'.join(error.props)} is not known at preview; it is judged at `up`, before it is made", Kind.UNKNOWN
    except Exception as error:
        # Its text may hold a value.
        yield (
            f"the rule failed with {type(error).__name__} {_place(error)}; report it as a fault of the pack",
            Kind.FAULT,
        )


def _place(error: Exception) -> str:
    inside = [each for each in extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(_PACK)]
    return f"in {Path(inside[-1].filename).relative_to(_PACK)}, line {inside[-1].lineno}"


def _without(secrets: frozenset[str]) -> Callable[[str], str]:
    """Takes secrets out of a message: each as a whole, each line of it, and what a line assigns."""
    lines = {line.strip() for secret in secrets for line in (secret, *secret.splitlines())}
    assigned = {value.strip(" '\"") for line in lines for value in _ASSIGNS.split(line)[1:]}
    hidden = sorted((each for each in lines | assigned if len(each) >= _SHORTEST_SECRET), key=len, reverse=True)

    def clean(message: str) -> str:
        for each in hidden:
            message = message.replace(each, "[secret]")
        return message

    return clean
