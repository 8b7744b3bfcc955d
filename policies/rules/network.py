"""Network: who can reach a part is said, never left to a default."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, ResourceValidationPolicy, Severity

from policies.rules._resources import CONTAINER, cis_docker, container_name, for_type

_EVERYWHERE = (None, "", "0.0.0.0", "::")


def _one_interface(args: ResourceValidationArgs) -> Iterator[str]:
    for port in args.props.get("ports") or ():
        if port.get("ip") in _EVERYWHERE:
            yield (
                f"container {container_name(args)}: ports publishes {port.get('internal'):.0f} on all interfaces, "
                "past the host's firewall; set ip to 127.0.0.1 or the host's private address"
            )
    if args.props.get("publishAllPorts"):
        yield (
            f"container {container_name(args)}: publishAllPorts=true publishes every port on all interfaces; "
            "set it to false and name each port with its ip"
        )


RULES = (
    ResourceValidationPolicy(
        name="ports-not-on-all-interfaces",
        description="A published port names its address: Docker publishes past the host's firewall.",
        validate=for_type(CONTAINER, _one_interface),
        severity=Severity.HIGH,
        framework=cis_docker("5.14"),
        tags=["docker", "network"],
        remediation_steps="Set ContainerPort.ip to 127.0.0.1 or the host's private address; unset publish_all_ports.",
    ),
)
