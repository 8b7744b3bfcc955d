"""Placement: who shares what, which only the whole stack shows."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from pulumi_policy import Severity

from policies.frameworks import latency
from policies.pack.resource import Resource, Stack
from policies.pack.rule import StackRule, Violation
from policies.pack.values import known
from policies.reading.cpus import cpus
from policies.reading.postgresql import servers
from policies.resources import Container, Network

_PROVIDER = "pulumi:providers:docker"
_ROLE_LABEL = "hft.role"
_ETCD_ROLE = re.compile(r"etcd(-\d+)?")
_ETCD_IMAGE = re.compile(r"(^|/)etcd([:@]|$)")
_DETOURS = {"bridge": "NAT", "overlay": "an envelope of its own"}
_MOST_NAMED = 3


def _on_own_cores(stack: Stack) -> Iterator[Violation]:
    for containers in _by_machine(stack).values():
        engines = {place for place, each in enumerate(containers) if each.is_engine}
        for users, shared in _sharing(containers, engines).items():
            for place in (each for each in users if each in engines):
                cpu_set, others = containers[place].inputs["cpuSet"], _others(containers, users, place)
                yield Violation(
                    f"cpuSet={cpu_set} shares CPU {shared} with {others}; give each its own", containers[place]
                )


def _sharing(containers: Sequence[Container], engines: Iterable[int]) -> Mapping[tuple[int, ...], str]:
    """Who shares CPUs of engines, by their places → those CPUs; no container is put beside each other one."""
    pinned = [cpus(str(each.inputs.get("cpuSet"))) or frozenset() for each in containers]
    users: dict[int, list[int]] = {cpu: [] for place in engines for cpu in pinned[place]}
    for place, own in enumerate(pinned):
        for cpu in own & users.keys():
            users[cpu].append(place)
    shared: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for cpu, places in sorted(users.items()):
        if len(places) > 1:
            shared[tuple(places)].append(cpu)
    return {places: ", ".join(map(str, numbers)) for places, numbers in shared.items()}


def _others(containers: Sequence[Container], users: Sequence[int], one: int) -> str:
    """The first few by name, the rest by number."""
    named = [containers[place].title for place in islice((each for each in users if each != one), _MOST_NAMED)]
    more = len(users) - 1 - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _neighbours_bound(stack: Stack) -> Iterator[Violation]:
    for containers in _by_machine(stack).values():
        if not any(each.is_engine for each in containers):
            continue
        for each in containers:
            if not each.inputs.get("cpuSet") and not each.is_engine:
                yield Violation(
                    "cpuSet is not set on a host with an engine, so it runs on its cores too; set it to other CPUs",
                    each,
                )


def _apart(stack: Stack) -> Iterator[Violation]:
    if _has_one_machine(stack):
        return
    machine = _machines(stack)
    for members, what in _clusters(stack):
        yield from _together(members, what, machine)


def _on_one_host(stack: Stack) -> Iterator[Violation]:
    if not _has_one_machine(stack):
        return
    for members, what in _clusters(stack):
        if len(members) > 1:
            yield Violation(
                f"the stack has one host: all {len(members)} {what} are lost with it; add hosts", members[0]
            )


def _has_one_machine(stack: Stack) -> bool:
    return len(_by_machine(stack)) == 1


def _clusters(stack: Stack) -> Iterator[tuple[Sequence[Container], str]]:
    for server in servers(stack):
        yield server.containers, "members of one database cluster"
    for members in _etcd_clusters(stack):
        yield members, "members of etcd"


def _etcd_clusters(stack: Stack) -> Iterable[list[Container]]:
    """The members of one component are one cluster."""
    found: dict[str, list[Container]] = defaultdict(list)
    for container in stack.of(Container):
        if _is_etcd(container) and not container.runs_once:
            found[container.parent].append(container)
    return found.values()


def _is_etcd(container: Container) -> bool:
    role, image = str(container.label(_ROLE_LABEL)), str(container.inputs.get("image"))
    return bool(_ETCD_ROLE.fullmatch(role) or _ETCD_IMAGE.search(image))


def _together(members: Sequence[Container], what: str, machine: Callable[[Resource], str]) -> Iterator[Violation]:
    first: dict[str, Container] = {}
    for member in members:
        other = first.setdefault(machine(member), member)
        if other is not member:
            yield Violation(
                f"is on the host of {other.title}: {what} are lost together; give it a docker.Provider of another host",
                member,
            )


def _no_detour(stack: Stack) -> Iterator[Violation]:
    machine = _machines(stack)
    networks: dict[str, list[Network]] = defaultdict(list)
    for network in stack.of(Network):
        networks[str(network.inputs.get("name") or network.name)].append(network)
    for engine in (each for each in stack.of(Container) if each.is_engine):
        for name in _attached(engine):
            for driver in (_driver(each) for each in networks[name] if _reaches(each, engine, machine)):
                if driver in _DETOURS:
                    yield Violation(
                        f"network {name} has driver={driver}, which puts {_DETOURS[driver]} around each order; "
                        "use macvlan or ipvlan",
                        engine,
                    )


def _attached(container: Container) -> list[str]:
    """Its networks by name; `networkMode` may name one too."""
    named = [str(each.get("name")) for each in container.items("networksAdvanced")]
    return list(dict.fromkeys([str(container.inputs.get("networkMode")), *named]))


def _driver(network: Network) -> str:
    return str(network.inputs.get("driver") or "bridge")


def _reaches(network: Network, container: Container, machine: Callable[[Resource], str]) -> bool:
    """An overlay is on all hosts of a swarm, wherever it is made."""
    return _driver(network) == "overlay" or machine(network) == machine(container)


def _by_machine(stack: Stack) -> dict[str, list[Container]]:
    machine = _machines(stack)
    found: dict[str, list[Container]] = defaultdict(list)
    for container in stack.of(Container):
        found[machine(container)].append(container)
    return found


def _machines(stack: Stack) -> Callable[[Resource], str]:
    """Where a resource is: two providers with one address are one machine."""
    addresses = {each.urn: _address(each) for each in stack.resources if each.type == _PROVIDER}
    return lambda resource: addresses.get(resource.host, resource.host)


def _address(provider: Resource) -> str:
    """One whose address is not known is a host of its own."""
    return str(known(provider.inputs, "host", provider.urn) or "")


RULES = (
    StackRule(
        name="engine-cores-its-own",
        description=(
            "No other container may run on an engine's cores: a neighbour there costs each order a turn of its own."
        ),
        severity=Severity.CRITICAL,
        check=_on_own_cores,
        steps="Give every container a Container.cpu_set that no engine has.",
        source="https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html",
        follows=(latency("L03"), latency("L28")),
        tags=("docker", "latency"),
    ),
    StackRule(
        name="engine-neighbours-bound",
        description=(
            "On the host of an engine every container says where it runs: one that does not runs on the engine's cores."
        ),
        severity=Severity.HIGH,
        check=_neighbours_bound,
        steps="Set Container.cpu_set to the housekeeping CPUs.",
        source="https://docs.docker.com/engine/containers/resource_constraints/#configure-the-default-cfs-scheduler",
        follows=(latency("L03"), latency("L28")),
        tags=("docker", "latency"),
    ),
    StackRule(
        name="members-on-different-hosts",
        description="Members of a cluster are on different hosts: together they are one loss of power from none.",
        severity=Severity.CRITICAL,
        check=_apart,
        steps="Give each member a docker.Provider of another host.",
        source="https://etcd.io/docs/v3.5/faq/",
        tags=("docker", "data"),
    ),
    StackRule(
        name="more-than-one-host",
        description="A cluster is on more than one host: on one, its copies save no order. That is for trying it out.",
        severity=Severity.MEDIUM,
        check=_on_one_host,
        steps="Add hosts, each a docker.Provider, and give each a member.",
        source="https://etcd.io/docs/v3.5/faq/",
        tags=("docker", "data"),
    ),
    StackRule(
        name="engine-network-without-detour",
        description=(
            "A network of an engine is the host's own wire: a bridge or overlay adds microseconds to each message."
        ),
        severity=Severity.HIGH,
        check=_no_detour,
        steps="Set Network.driver to macvlan or ipvlan, or Container.network_mode to host.",
        source="https://docs.docker.com/engine/network/drivers/macvlan/",
        follows=(latency("L11"),),
        tags=("docker", "latency", "network"),
    ),
)
