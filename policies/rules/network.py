"""Network: who can reach a part is said, never left to a default; an engine's way to its venue has no detour."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.frameworks import cis_docker, latency
from policies.pack.rule import ResourceRule
from policies.resources import Container

_EVERYWHERE = (None, "", "0.0.0.0", "::")
_DETOURS = {
    "bridge": "puts a bridge and NAT before each order",
    "default": "puts a bridge and NAT before each order",
    "overlay": "puts an envelope around each order",
    "none": "reaches no venue",
}


def _one_interface(container: Container) -> Iterator[str]:
    if container.on_host_network:
        return
    for port in container.items("ports"):
        if port.get("ip") in _EVERYWHERE:
            yield (
                f"ports publishes {port.get('internal')} on all interfaces, "
                "past the host's firewall; set ip to 127.0.0.1 or the host's private address"
            )
    if container.inputs.get("publishAllPorts"):
        yield (
            "publishAllPorts=true publishes every port on all interfaces; "
            "set it to false and name each port with its ip"
        )


def _direct(container: Container) -> Iterator[str]:
    # With networks of its own it leaves the bridge; placement.py judges those, as only the stack has their drivers.
    if not container.is_engine or container.inputs.get("networksAdvanced"):
        return
    mode = str(container.inputs.get("networkMode") or "default")
    if mode in _DETOURS:
        yield f"networkMode={mode} {_DETOURS[mode]}; set it to host, or attach a macvlan network"


def _host_network_alone(container: Container) -> Iterator[str]:
    if not container.on_host_network:
        return
    for argument in ("ports", "publishAllPorts"):
        if container.inputs.get(argument):
            yield f"{argument} has no effect with networkMode=host: the program's own address decides; remove it"
    for name in container.sysctls:
        if name.startswith("net."):
            yield f"sysctls {name} with networkMode=host never starts; set it on the host in /etc/sysctl.d"


RULES = (
    ResourceRule(
        name="ports-not-on-all-interfaces",
        description="A published port names its address: Docker publishes past the host's firewall.",
        severity=Severity.HIGH,
        of=Container,
        check=_one_interface,
        steps="Set ContainerPort.ip to 127.0.0.1 or the host's private address; unset publish_all_ports.",
        source="https://docs.docker.com/engine/network/packet-filtering-firewalls/",
        follows=(latency("L14"), cis_docker("5.14")),
        tags=("docker", "network"),
    ),
    ResourceRule(
        name="engine-network-direct",
        description="An engine has the host's network: a port costs a trip 15 to 45 %, docker-proxy 83 to 157 %.",
        severity=Severity.HIGH,
        of=Container,
        check=_direct,
        steps="Set Container.network_mode to host, or attach a macvlan or ipvlan network.",
        source="https://docs.docker.com/engine/network/drivers/host/",
        follows=(latency("L11"),),
        tags=("docker", "latency", "network"),
    ),
    ResourceRule(
        name="host-network-without-ports-and-sysctls",
        description="With the host's network a container has no ports and no net.* sysctls: it would not start.",
        severity=Severity.HIGH,
        of=Container,
        check=_host_network_alone,
        steps="Remove Container.ports and net.* from sysctls, or leave the host's network.",
        source="https://docs.docker.com/reference/cli/docker/container/run/#sysctl",
        follows=(latency("L12"),),
        tags=("docker", "network"),
    ),
)
