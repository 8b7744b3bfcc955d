"""Puts a rule to a resource or a stack; whatever happens comes out as findings."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from traceback import extract_tb
from typing import Any, TypeVar

from pulumi_policy import Severity
from pulumi_policy.proxy import UnknownValueError

from policies.pack.resource import Resource, Stack
from policies.pack.rule import ResourceRule, Rule, StackRule, Violation

J = TypeVar("J", Resource, Stack)
"""What is judged."""
_PACK = Path(__file__).parents[1]
_ASSIGNS = re.compile(r"[=:]")
_BEFORE = "at `up`, before it is made"
_AFTER = "at the end of `up`"
"""When the engine asks again: about the whole only after all of it is made (deployment_executor.go)."""
_SEVERITIES = tuple(Severity)
"""From the least to the gravest."""
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

    def check(it: Resource) -> Iterator[Violation]:
        return (Violation(message, it) for message in rule.check(it, **numbers))

    return _findings(rule, list(_told(check, resource)), [resource])


def judge_stack(rule: StackRule, stack: Stack, numbers: Mapping[str, Any]) -> list[Finding]:
    """What the rule finds in the whole."""
    return _findings(rule, list(_told(lambda it: rule.check(it, **numbers), stack)), stack.resources)


def _findings(rule: Rule, told: Sequence[tuple[Violation, Kind]], of: Iterable[Resource]) -> list[Finding]:
    if not told:
        return []
    judged = list(of)
    clean = _without(frozenset().union(*(each.secrets for each in judged)), "\n".join(each.urn for each in judged))
    return [Finding(rule, clean(str(each)), each.at.urn if each.at else "", kind) for each, kind in told]


def together(findings: Sequence[Finding]) -> list[Finding]:
    """Rules that wait for the same inputs tell it in one finding, after all others."""
    waiting: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        if each.kind is Kind.UNKNOWN:
            waiting.setdefault((each.urn, each.message), []).append(each)
    return [*(each for each in findings if each.kind is not Kind.UNKNOWN), *map(_together, waiting.values())]


def _together(same: Sequence[Finding]) -> Finding:
    """That of the most severe rule, which names the others."""
    first = max(same, key=lambda each: _SEVERITIES.index(each.rule.severity))
    others = [each.rule.name for each in same if each is not first]
    return replace(first, message=f"{first.message} (also by {', '.join(others)})") if others else first


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


def _told(check: Callable[[J], Iterable[Violation]], it: J) -> Iterator[tuple[Violation, Kind]]:
    """Each violation; a rule that could not end says so last."""
    try:
        for violation in check(it):
            yield violation, Kind.VIOLATION
    except UnknownValueError:
        yield _waits(_not_known(check, it), _BEFORE if isinstance(it, Resource) else _AFTER), Kind.UNKNOWN
    except Exception as error:
        # Its text may hold a value.
        failed = f"the rule failed with {type(error).__name__} {_place(error)}; report it as a fault of the pack"
        yield Violation(failed, it if isinstance(it, Resource) else None), Kind.FAULT


def _not_known(check: Callable[[J], Iterable[Violation]], it: J) -> Mapping[str, Mapping[str, Resource]]:
    """All that the rule reads and that is not known: inputs by name, each with its resources by URN."""
    found: dict[str, dict[str, Resource]] = {}

    def note(resource: Resource, path: Sequence[str]) -> None:
        name = ".".join(each for each in path if not each.isdecimal())
        found.setdefault(name, {})[resource.urn] = resource

    # What it finds now may be wrong, and it may well fail over what it takes for not set.
    with suppress(Exception):
        for _ in check(it.noting(note)):
            pass
    return found


def _waits(unknown: Mapping[str, Mapping[str, Resource]], when: str) -> Violation:
    """What the rule waits for: at the resource, if it is one, else with the name of each."""
    at = {urn: resource for resources in unknown.values() for urn, resource in resources.items()}
    if len(at) > 1:
        named = (f"{name} of {_counted(each.title for each in of.values())}" for name, of in unknown.items())
        return Violation(f"not known at preview, and judged {when}: {'; '.join(named)}")
    are, they_are = ("is", "it is") if len(unknown) == 1 else ("are", "they are")
    return Violation(f"{', '.join(unknown)} {are} not known at preview; {they_are} judged {when}", *at.values())


def _counted(titles: Iterable[str]) -> str:
    """Hosts may have containers of one name."""
    return ", ".join(title if count == 1 else f"{title} ({count})" for title, count in Counter(titles).items())


def _place(error: Exception) -> str:
    inside = [each for each in extract_tb(error.__traceback__) if Path(each.filename).is_relative_to(_PACK)]
    return f"in {Path(inside[-1].filename).relative_to(_PACK)}, line {inside[-1].lineno}"


def _without(secrets: frozenset[str], names: str) -> Callable[[str], str]:
    """Takes secrets out of a message: each as a whole, each line of it, and what a line assigns.

    A secret file assigns much that is none, such as the name of the stack: what stands in `names` stays.
    """
    lines = {line.strip() for secret in secrets for line in (secret, *secret.splitlines())}
    assigned = {value.strip(" '\"") for line in lines for value in _ASSIGNS.split(line)[1:]}
    private = lines | {value for value in assigned if value not in names}
    hidden = sorted((each for each in private if len(each) >= _SHORTEST_SECRET), key=len, reverse=True)

    def clean(message: str) -> str:
        for each in hidden:
            message = message.replace(each, "[secret]")
        return message

    return clean
