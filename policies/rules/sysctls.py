"""Kernel settings of a container: only those that it can have, and that do something."""

from collections.abc import Iterator

from pulumi_policy import Severity

from policies.frameworks import latency
from policies.pack.rule import ResourceRule
from policies.resources import Container
from policies.sysctls import Effect, effect, is_ipc, is_network, kernel


def _possible(container: Container, *, kernel_release: str) -> Iterator[str]:
    for name, value in container.sysctls.items():
        if is_ipc(name) and container.inputs.get("ipcMode") == "host":
            yield f"sysctls {name}={value} is refused with ipcMode=host; set it on the host in /etc/sysctl.d"
        # The rule host-network-without-ports-and-sysctls tells of these.
        elif not (is_network(name) and container.on_host_network):
            yield from _done(name, value, kernel_release)


def _done(name: str, value: str, kernel_release: str) -> Iterator[str]:
    found, instead = effect(name, kernel(kernel_release))
    if found is not Effect.WORKS:
        yield f"sysctls {name}={value} {found.value} (Linux {kernel_release}); {instead}"


RULES = (
    ResourceRule(
        name="sysctls-possible",
        description=(
            "A container sets only kernel settings that it can have: "
            "with any other it does not start, or nothing happens."
        ),
        severity=Severity.HIGH,
        of=Container,
        check=_possible,
        numbers={
            "kernel_release": {
                "type": "string",
                "default": "6.12",
                "pattern": r"^\d+\.\d+",
                "description": "Kernel of the hosts, as `uname -r` says it; 6.12 is Debian 13's.",
            }
        },
        steps="Remove it from Container.sysctls; set it on the host in /etc/sysctl.d.",
        source="https://docs.docker.com/reference/cli/docker/container/run/#sysctl",
        follows=(latency("L13"),),
        tags=("docker", "latency", "network"),
    ),
)
