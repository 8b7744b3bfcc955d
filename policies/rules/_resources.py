"""Reading resources as the engine hands them over: mappings of camelCase inputs, numbers as floats."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pulumi_policy import PolicyComplianceFramework, ReportViolation, ResourceValidationArgs

CONTAINER = "docker:index/container:Container"
VOLUME = "docker:index/volume:Volume"

Check = Callable[[ResourceValidationArgs], Iterable[str]]
"""Gives a message for each violation of one resource."""


def for_type(resource_type: str, check: Check) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    """A validation that judges one resource type and ignores every other."""

    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        if args.resource_type == resource_type:
            for message in check(args):
                report_violation(message, None)

    return validate


def container_name(args: ResourceValidationArgs) -> str:
    """The Docker name of a container, else its logical name."""
    return str(args.props.get("name") or args.name)


def tier(props: Mapping[str, Any]) -> str | None:
    """What the label `hft.tier` says: engine, data or infra."""
    for label in props.get("labels") or ():
        if label.get("label") == "hft.tier":
            return str(label.get("value"))
    return None


def cis_docker(item: str) -> PolicyComplianceFramework:
    """The item of the CIS Docker Benchmark that a rule follows."""
    return PolicyComplianceFramework("CIS Docker Benchmark", "1.6.0", item, "Container Runtime and Images")
