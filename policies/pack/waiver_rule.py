"""The rule about the waivers themselves: each that holds is told, and none has expired or is left without use."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pulumi_policy import Severity

from policies.pack.judge import Finding, Kind
from policies.pack.resource import Stack
from policies.pack.rule import Rule
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
    waivers: Sequence[Waiver], used: Mapping[Waiver, int], stack: Stack, today: date
) -> Iterator[Finding]:
    """What is to be said about the waivers of this stack; `used` has how often each covered something."""
    here = {each.stack for each in stack.resources}
    for waiver in (each for each in waivers if any(map(each.is_about, here))):
        yield Finding(WAIVERS_IN_ORDER, *_state(waiver, used.get(waiver, 0), today))


def _state(waiver: Waiver, covered: int, today: date) -> tuple[str, str, Kind]:
    if waiver.expires < today:
        until = f"expired on {waiver.expires}: mend the resource, or ask {waiver.owner} to renew it"
        return f"{waiver} {until}", "", Kind.VIOLATION
    if not covered:
        return f"{waiver} is used by nothing: remove it", "", Kind.VIOLATION
    times = "once" if covered == 1 else f"{covered} times"
    return f"{waiver} holds {times} until {waiver.expires}; {waiver.owner}: {waiver.reason}", "", Kind.WAIVED
