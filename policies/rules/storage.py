"""Storage: data outlives the program that made it."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, ResourceValidationPolicy, Severity

from policies.rules._resources import VOLUME, for_type


def _protected(args: ResourceValidationArgs) -> Iterator[str]:
    if not args.opts.protect:
        yield (
            f"volume {args.props.get('name') or args.name}: protect is off, so a renamed setting deletes its data; "
            "set ResourceOptions(protect=True, retain_on_delete=True)"
        )


RULES = (
    ResourceValidationPolicy(
        name="volumes-protected",
        description="A data volume is protected: every change of its name, driver or labels deletes and recreates it.",
        validate=for_type(VOLUME, _protected),
        severity=Severity.CRITICAL,
        tags=["docker", "data"],
        remediation_steps="Give the Volume ResourceOptions(protect=True, retain_on_delete=True).",
        url="https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
    ),
)
