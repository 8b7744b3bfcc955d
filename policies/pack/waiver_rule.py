"""The rule about the waivers themselves: each that holds is told, and none has expired or is left without use."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pulumi_policy import Severity

from policies.pack.judge import Finding, Kind, judge, judge_stack
from policies.pack.resource import Stack
from policies.pack.rule import ResourceRule, Rule, StackRule
from policies.pack.waivers import Waiver

WAIVERS_IN_ORDER = Rule(
    name="waivers-in-order",
    description="A waiver ends on its day, and with what it was for: one that is left hides the next fault.",
    severity=Severity.HIGH,
    steps="Mend what was waived, or renew the entry in waivers.yaml; remove what nothing needs.",
    source="docs/guides/policies.md",
    tags=("waivers",),
)


def waiver_findings(
    waivers: Sequence[Waiver],
    rules: Sequence[Rule],
    stack: Stack,
    numbers: Callable[[Rule], Mapping[str, Any]],
    today: date,
) -> Iterator[Finding]:
    """What is to be said about the waivers of this stack; `numbers` are those that a rule is judged by."""
    here = {each.stack for each in stack.resources}
    by_name = {rule.name: rule for rule in rules}
    for waiver in (each for each in waivers if any(map(each.is_about, here))):
        rule = by_name[waiver.rule]
        yield Finding(WAIVERS_IN_ORDER, *_state(waiver, _covered(waiver, rule, stack, numbers(rule)), today))


def _state(waiver: Waiver, covered: int, today: date) -> tuple[str, str, Kind]:
    if waiver.expires < today:
        until = f"expired on {waiver.expires}: mend the resource, or ask {waiver.owner} to renew it"
        return f"{waiver} {until}", "", Kind.VIOLATION
    if not covered:
        return f"{waiver} is used by nothing: remove it", "", Kind.VIOLATION
    times = "once" if covered == 1 else f"{covered} times"
    return f"{waiver} holds {times} until {waiver.expires}; {waiver.owner}: {waiver.reason}", "", Kind.WAIVED


def _covered(waiver: Waiver, rule: Rule, stack: Stack, numbers: Mapping[str, Any]) -> int:
    """How often the rule finds something where the waiver holds, or cannot know yet."""
    at = {each.urn: each for each in stack.resources}
    return sum(finding.urn in at and waiver.covers(at[finding.urn]) for finding in _findings(rule, stack, numbers))


def _findings(rule: Rule, stack: Stack, numbers: Mapping[str, Any]) -> Iterator[Finding]:
    if isinstance(rule, StackRule):
        yield from judge_stack(rule, stack, numbers)
    elif isinstance(rule, ResourceRule):
        for resource in stack.of(rule.of):
            yield from (each for each in judge(rule, resource, numbers) if each.kind is not Kind.FAULT)
