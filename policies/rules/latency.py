"""Latency: what stops an engine in the middle of a burst."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, ResourceValidationPolicy, Severity

from policies.rules._resources import CONTAINER, container_name, for_type, tier

_QUOTAS = ("cpus", "cpuQuota", "cpuPeriod")


def _no_quota(args: ResourceValidationArgs) -> Iterator[str]:
    if tier(args.props) != "engine":
        return
    for argument in _QUOTAS:
        value = args.props.get(argument)
        if value not in (None, "", 0):
            yield (
                f"container {container_name(args)}: {argument}={value} lets the kernel stop the engine "
                "for the rest of each period; remove it and pin with cpuSet"
            )


RULES = (
    ResourceValidationPolicy(
        name="engine-without-cpu-quota",
        description="An engine has no CPU quota: at its limit it stands still until the next period, orders in flight.",
        validate=for_type(CONTAINER, _no_quota),
        severity=Severity.CRITICAL,
        tags=["docker", "latency"],
        remediation_steps="Remove Container.cpus, cpu_quota and cpu_period; set Container.cpu_set.",
        url="https://docs.kernel.org/scheduler/sched-bwc.html",
    ),
)
