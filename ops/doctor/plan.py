"""What a stack should have, from its state: where doctor looks. Pure; secrets in the state stay encrypted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from components._common.endpoint import DatabaseMember
from ops.certs import Certificate, issued
from ops.parts import Part, exported
from ops.state import CLUSTER, CONTAINER, POOLER, Resource, State

_ETCD = "hft:database:EtcdCluster"


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A container that the latest `up` has left."""

    name: str
    host: str
    role: str
    component: str
    tier: str
    one_shot: bool
    cpu_set: str

    @property
    def key(self) -> str:
        """`host/role`, as in facts."""
        return f"{self.host}/{self.role}"


@dataclass(frozen=True, kw_only=True)
class PlannedTarget:
    """An endpoint with metrics, and the container behind it."""

    job: str
    instance: str
    address: str
    path: str
    tls: bool
    part: str
    """Key of the container; empty where nothing tells."""
    strategy: str = ""
    """Of an engine's slots: what they trade by, one of them at a time."""
    expected: bool = True
    """Whether something has to answer; false for an engine's free slot."""


@dataclass(frozen=True, kw_only=True)
class PlannedDoor:
    """Where a part speaks TLS."""

    part: str
    address: str
    starttls: bool
    """Whether PostgreSQL's own request comes before TLS."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that is looked at."""

    stack: str
    hosts: Mapping[str, str]
    """Host → Docker endpoint."""
    authority: str
    """Certificate of the stack's authority in PEM; empty where the state does not show it."""
    containers: tuple[Planned, ...]
    targets: tuple[PlannedTarget, ...]
    doors: tuple[PlannedDoor, ...]
    members: tuple[DatabaseMember, ...]
    certificates: tuple[Certificate, ...]
    pending: tuple[str, ...]
    """URNs of operations that were cut off."""

    def urls(self, job: str) -> list[str]:
        """Base URLs of every target of a job."""
        return [f"http://{target.address}" for target in self.targets if target.job == job]


def plan(state: State, stack: str) -> Plan:
    """Where to look, by the state of a stack."""
    hosts = {str(name): str(endpoint) for name, endpoint in state.outputs.get("hosts", {}).items()}
    names = {endpoint: name for name, endpoint in hosts.items()}
    containers = tuple(_container(state, resource, names) for resource in state.of_type(CONTAINER))
    clusters = list(state.of_type(CLUSTER))
    members = tuple(DatabaseMember(**found) for cluster in clusters for found in cluster.outputs.get("members", ()))
    authority = state.outputs.get("authority")
    return Plan(
        stack=stack,
        hosts=hosts,
        authority=authority if isinstance(authority, str) else "",
        containers=containers,
        targets=tuple(_targets(state, containers, exported(state.outputs))),
        doors=tuple(_doors(state, containers, members)),
        members=members,
        certificates=tuple(issued(state)),
        pending=tuple(each.resource.urn for each in state.pending),
    )


def _container(state: State, resource: Resource, hosts: Mapping[str, str]) -> Planned:
    inputs = resource.inputs
    labels = {str(each["label"]): str(each["value"]) for each in inputs.get("labels", ())}
    return Planned(
        name=str(inputs["name"]),
        host=hosts.get(state.docker_endpoint(resource) or "", ""),
        role=labels.get("hft.role", resource.name),
        component=labels.get("hft.component", ""),
        tier=labels.get("hft.tier", ""),
        one_shot=inputs.get("mustRun") is False,
        cpu_set=str(inputs.get("cpuSet") or ""),
    )


def _targets(state: State, containers: Iterable[Planned], parts: Iterable[Part]) -> Iterable[PlannedTarget]:
    roles = {(each.host, each.name): each.key for each in containers}
    at = {part.endpoint: roles.get((part.host, part.container), "") for part in parts}
    # Monitoring registers everything that it scrapes; what a component names itself is the same once more.
    found: dict[str, Mapping[str, Any]] = {
        str(target["address"]): target
        for resource in state.resources
        for target in resource.outputs.get("scrape_targets") or ()
    }
    for address, target in sorted(found.items(), key=lambda each: (each[1]["job"], each[1]["instance"], each[0])):
        yield PlannedTarget(
            job=str(target["job"]),
            instance=str(target["instance"]),
            address=address,
            path=str(target.get("path", "/metrics")),
            tls=bool(target.get("tls")),
            part=at.get(address) or _named(str(target["instance"]), containers),
            strategy=str((target.get("labels") or {}).get("strategy", "")),
            expected=bool(target.get("expected", True)),
        )


def _named(instance: str, containers: Iterable[Planned]) -> str:
    """The container that an instance is called after: by its role, or its role and host."""
    return next((each.key for each in containers if instance in (each.role, f"{each.role}-{each.host}")), "")


def _doors(state: State, containers: Iterable[Planned], members: Iterable[DatabaseMember]) -> Iterable[PlannedDoor]:
    for member in members:
        part = _named(member.name, containers)
        yield PlannedDoor(part=part, address=str(member.patroni), starttls=False)
        yield PlannedDoor(part=part, address=str(member.postgres), starttls=True)
    for etcd in state.of_type(_ETCD):
        for index, address in enumerate(etcd.outputs.get("endpoints", ())):
            yield PlannedDoor(part=_named(f"{etcd.name}-{index}", containers), address=str(address), starttls=False)
    for pooler in state.of_type(POOLER):
        for host, address in pooler.outputs.get("by_host", {}).items():
            yield PlannedDoor(part=f"{host}/{pooler.name}", address=str(address), starttls=True)
