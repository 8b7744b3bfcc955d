"""Slots: of the two slots of an engine one trades."""

import re
from collections import defaultdict
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.frameworks import latency
from policies.pack.resource import Stack
from policies.pack.rule import StackRule, Violation
from policies.resources import Container

_SLOT = re.compile(r"(.+)-(blue|green)")
_ROLE_LABEL = "hft.slot-role"
_ORDER_ENTRY = re.compile(r"(/var)?/run/secrets/.*(order|trad|venue|exchange)", re.IGNORECASE)
_DATABASE = re.compile(r"(?<![a-z])(db|database|postgres(ql)?)(?![a-z])", re.IGNORECASE)
"""Both slots may store orders: that is no way to a venue."""


def _one_trades(stack: Stack) -> Iterator[Violation]:
    for slots in _engines(stack).values():
        yield from _active(slots)
        yield from _holding(slots)


def _active(slots: list[Container]) -> Iterator[Violation]:
    active = [each for each in slots if each.label(_ROLE_LABEL) == "active"]
    for other in active[1:]:
        first = active[0].title
        yield Violation(f"{_ROLE_LABEL}=active, as of {first}: both would send orders; set one to standby", other)


def _holding(slots: list[Container]) -> Iterator[Violation]:
    holders: dict[str, Container] = {}
    for slot in slots:
        for file in sorted(_order_entry(slot)):
            first = holders.setdefault(file, slot)
            if first is not slot:
                yield Violation(
                    f"has {file}, as has {first.title}: order entry belongs to one slot; give it to the active one",
                    slot,
                )


def _engines(stack: Stack) -> dict[str, list[Container]]:
    found: dict[str, list[Container]] = defaultdict(list)
    for container in stack.of(Container):
        slot = _SLOT.fullmatch(str(container.inputs.get("name") or container.name))
        if slot and container.is_engine:
            found[slot[1]].append(container)
    return found


def _order_entry(container: Container) -> set[str]:
    """Whether it is uploaded or mounted."""
    places = {"uploads": "file", "volumes": "containerPath", "mounts": "target"}
    files = {str(each.get(key)) for argument, key in places.items() for each in container.items(argument)}
    return {file for file in files if _ORDER_ENTRY.match(file) and not _DATABASE.search(file)}


RULES = (
    StackRule(
        name="one-slot-trades",
        description="Of the two slots of an engine one trades: with two, each order is sent twice.",
        severity=Severity.CRITICAL,
        check=_one_trades,
        steps="Set the label hft.slot-role=active on one slot; give its order-entry secrets to that one alone.",
        source="SEC Release 34-70694 (Knight Capital): eight servers, one of them with other code",
        follows=(latency("L33"),),
        tags=("orders", "deploys"),
    ),
)
