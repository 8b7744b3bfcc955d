"""Storage: data outlives the program that made it."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.pack.rule import ResourceRule
from policies.resources import Volume


def _protected(volume: Volume) -> Iterator[str]:
    if not volume.protect:
        yield (
            "protect is off, so a renamed setting deletes its data; "
            "set ResourceOptions(protect=True, retain_on_delete=True)"
        )


RULES = (
    ResourceRule(
        name="volumes-protected",
        description="A data volume is protected: every change of its name, driver or labels deletes and recreates it.",
        severity=Severity.CRITICAL,
        of=Volume,
        check=_protected,
        steps="Give the Volume ResourceOptions(protect=True, retain_on_delete=True).",
        source="https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
        tags=("docker", "data"),
    ),
)
