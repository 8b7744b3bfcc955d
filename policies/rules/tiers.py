"""Tiers: what a container is there for decides by which rules it is judged, so it has to be said."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.pack.rule import ResourceRule
from policies.resources import Container, Tier
from policies.resources.container import TIER_LABEL

_TIERS = f"one of {', '.join(Tier)}"


def _declared(container: Container) -> Iterator[str]:
    said = container.label(TIER_LABEL)
    if said is not None and said not in tuple(Tier):
        yield f"label {TIER_LABEL}={said} is no tier, so it is judged as {container.tier}; set it to {_TIERS}"
    elif container.declared_tier is None:
        yield f"has no label {TIER_LABEL}, so it is judged as {container.tier}; set it to {_TIERS}"


RULES = (
    ResourceRule(
        name="tier-declared",
        description="A container says what it is: an engine that does not is not judged as one.",
        severity=Severity.MEDIUM,
        of=Container,
        check=_declared,
        steps="Set the label hft.tier to engine, data or infra.",
        source="docs/guides/policies.md",
        tags=("docker",),
    ),
)
