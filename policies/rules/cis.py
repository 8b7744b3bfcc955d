"""Items of the CIS Docker Benchmark that no other rule covers, and those that latency contradicts: told, not hidden."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pulumi_policy import Severity

from policies.frameworks import cis_docker
from policies.pack.resource import Stack
from policies.pack.rule import ResourceRule, StackRule, Violation
from policies.resources import Container, Tier

_FIRST_FREE_PORT = 1_024
_SHARED_PROPAGATION = ("shared", "rshared")
_HOT = (Tier.ENGINE, Tier.DATA)
_ROOT = ("0", "root")
_CPU_BOUNDS = ("cpuSet", "cpuShares", "cpus", "cpuQuota")
_UNBOUND = (None, "", 0, -1)


def _own_network(container: Container) -> Iterator[str]:
    if container.on_host_network and container.tier not in _HOT:
        yield "networkMode=host: a break-in reaches every port of the host; give it a network of its own"


def _cpu_bound(container: Container) -> Iterator[str]:
    if not container.is_engine and all(container.inputs.get(name) in _UNBOUND for name in _CPU_BOUNDS):
        yield f"none of {', '.join(_CPU_BOUNDS)} is set, so it may take every CPU of the host; set one"


def _default_limits(container: Container) -> Iterator[str]:
    changed = [name for name in container.limits if name != "nofile"]
    if container.tier not in _HOT and changed:
        yield f"ulimits sets {', '.join(changed)}, which the host's defaults bound; remove it"


def _high_ports(container: Container) -> Iterator[str]:
    for port in container.items("ports"):
        external = port.get("external")
        if external and external < _FIRST_FREE_PORT:
            yield (
                f"ports publishes on {external}, which a client takes for a service of the host; "
                f"use {_FIRST_FREE_PORT} or higher"
            )


def _private_mounts(container: Container) -> Iterator[str]:
    for mount in container.items("mounts"):
        propagation = str((mount.get("bindOptions") or {}).get("propagation") or "")
        if propagation in _SHARED_PROPAGATION:
            yield f"mounts {mount['target']} with propagation={propagation}, so its mounts appear on the host; unset it"


def _own_bridge(container: Container) -> Iterator[str]:
    mode = str(container.inputs.get("networkMode") or "default")
    if mode in ("bridge", "default") and not container.inputs.get("networksAdvanced"):
        yield (
            f"networkMode={mode} joins docker0, where every container of the host reaches it; "
            "attach a Network of its own"
        )


def _default_cgroup(container: Container) -> Iterator[str]:
    if (parent := container.inputs.get("cgroupParent")) and container.tier not in _HOT:
        yield f"cgroupParent={parent} leaves the limits of Docker's own group; remove it"


def _not_root(container: Container) -> Iterator[str]:
    user = str(container.inputs.get("user") or "")
    if user.partition(":")[0] in _ROOT and not container.runs_once:
        yield f"user={user} is root in the container; name the program's own user"


@dataclass(frozen=True)
class _Contradiction:
    number: str
    title: str
    reason: str
    found: Callable[[Container], bool]


_CONTRADICTED = (
    _Contradiction(
        "5.10",
        "host network",
        "a port adds 15 to 45 % to a round trip, docker-proxy 83 to 157 % (docs/adr/0002-host-networking.md)",
        lambda container: container.on_host_network,
    ),
    _Contradiction(
        "5.12",
        "CPU shares",
        "a share or a quota takes the CPU away in a burst; cpuSet gives cores instead (Linux, sched-bwc)",
        lambda container: bool(container.inputs.get("cpuSet")) and not container.inputs.get("cpuShares"),
    ),
    _Contradiction(
        "5.19",
        "default ulimits",
        "memlock and nofile are raised, so that no page fault and no lack of sockets stops it (moby#51485)",
        lambda container: bool(container.limits),
    ),
)


def _contradicted(stack: Stack) -> Iterator[Violation]:
    hot = [each for each in stack.of(Container) if each.tier in _HOT]
    for item in _CONTRADICTED:
        if count := sum(map(item.found, hot)):
            of = "container" if count == 1 else "containers"
            yield Violation(
                f"CIS {item.number} ({item.title}) is waived for {count} {of} "
                f"of the tiers engine and data: {item.reason}"
            )


RULES = (
    ResourceRule(
        name="cis-own-network",
        description="What is not on the hot path has a network of its own.",
        severity=Severity.MEDIUM,
        of=Container,
        check=_own_network,
        steps="Set Container.networks_advanced to a Network of its own; remove network_mode.",
        source="https://docs.docker.com/engine/network/drivers/bridge/",
        follows=(cis_docker("5.10"),),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="cis-cpu-bound",
        description="What is not on the hot path cannot take every CPU of the host.",
        severity=Severity.MEDIUM,
        of=Container,
        check=_cpu_bound,
        steps="Set Container.cpu_set, cpu_shares or cpus.",
        source="https://docs.docker.com/engine/containers/resource_constraints/#cpu",
        follows=(cis_docker("5.12"),),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="cis-default-limits",
        description="What is not on the hot path has the host's ulimits.",
        severity=Severity.LOW,
        of=Container,
        check=_default_limits,
        steps="Remove Container.ulimits except nofile.",
        source="https://docs.docker.com/reference/cli/dockerd/#default-ulimit-settings",
        follows=(cis_docker("5.19"),),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="cis-high-ports",
        description="Published ports are 1024 or higher.",
        severity=Severity.MEDIUM,
        of=Container,
        check=_high_ports,
        steps="Set ContainerPort.external to 1024 or higher.",
        source="https://www.rfc-editor.org/rfc/rfc6335",
        follows=(cis_docker("5.8"),),
        tags=("docker", "security", "network"),
    ),
    ResourceRule(
        name="cis-private-mounts",
        description="What a container mounts stays in it.",
        severity=Severity.HIGH,
        of=Container,
        check=_private_mounts,
        steps="Remove shared propagation from Container.mounts.",
        source="https://docs.docker.com/engine/storage/bind-mounts/#configure-bind-propagation",
        follows=(cis_docker("5.20"),),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="cis-own-bridge",
        description="A container does not join docker0, which all of the host share.",
        severity=Severity.MEDIUM,
        of=Container,
        check=_own_bridge,
        steps="Set Container.networks_advanced to a Network of its own.",
        source="https://docs.docker.com/engine/network/drivers/bridge/#use-the-default-bridge-network",
        follows=(cis_docker("5.30"),),
        tags=("docker", "security", "network"),
    ),
    ResourceRule(
        name="cis-default-cgroup",
        description="A container that is not on the hot path stays in Docker's control group.",
        severity=Severity.LOW,
        of=Container,
        check=_default_cgroup,
        steps="Remove Container.cgroup_parent.",
        source="https://docs.docker.com/reference/cli/dockerd/#default-cgroup-parent",
        follows=(cis_docker("5.25"),),
        tags=("docker", "security"),
    ),
    ResourceRule(
        name="cis-not-root",
        description="A service does not run as root.",
        severity=Severity.HIGH,
        of=Container,
        check=_not_root,
        steps="Set Container.user to the program's own, or leave the image's.",
        source="https://docs.docker.com/build/building/best-practices/#user",
        follows=(cis_docker("4.1"),),
        tags=("docker", "security"),
    ),
    StackRule(
        name="cis-contradicted-by-latency",
        description="Items of CIS that cost an engine or a database its latency do not hold for them, and why.",
        severity=Severity.LOW,
        check=_contradicted,
        steps="Nothing: for an audit, quote the reason.",
        source="https://www.cisecurity.org/benchmark/docker",
        follows=(cis_docker("5.10"), cis_docker("5.12"), cis_docker("5.19")),
        tags=("docker", "security", "latency"),
    ),
)
