"""Where the parts of a stack's database run, from its state; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from components._common.endpoint import DatabaseMember, Endpoint
from ops.errors import OpsError
from ops.state import CLUSTER, CONTAINER, POOLER, Resource, State

_ROUTER = "hft:pooling:Router"


@dataclass(frozen=True)
class Place:
    """A container and how to reach it."""

    docker: str
    """Endpoint of the host's Docker."""
    container: str
    """Its Docker name."""


@dataclass(frozen=True)
class Layout:
    """The database of a stack, and the way to it."""

    nodes: Mapping[str, tuple[DatabaseMember, Place]]
    """Patroni's name → the node and its container."""
    routers: tuple[Place, ...]
    """HAProxy of each host."""
    poolers: tuple[tuple[Endpoint, Place], ...]
    """Where PgBouncer of each host listens, and its container."""
    node_urns: Mapping[str, str]
    """Patroni's name → URN of the node's container."""
    shared_urn: str
    """URN of the container that puts what the nodes share into etcd."""


def layout(state: State, stack: str) -> Layout:
    """The parts as the latest `up` has left them. Raises OpsError where the stack has no database, or two."""
    cluster = _component(state, CLUSTER, stack)
    resources = {resource.name: resource for resource in state.of_type(CONTAINER)}
    containers = {name: _place(state, resource) for name, resource in resources.items()}
    members = [DatabaseMember(**found) for found in cluster.outputs["members"]]
    return Layout(
        nodes={
            member.name: (member, containers[f"{cluster.name}-node-{index}"]) for index, member in enumerate(members)
        },
        routers=tuple(
            containers[f"{router.name}-{host}"]
            for router in state.of_type(_ROUTER)
            for host in router.outputs["routes"]
        ),
        poolers=tuple(
            (_endpoint(endpoint), containers[f"{pooler.name}-{host}"])
            for pooler in state.of_type(POOLER)
            for host, endpoint in pooler.outputs["by_host"].items()
        ),
        node_urns={member.name: resources[f"{cluster.name}-node-{index}"].urn for index, member in enumerate(members)},
        shared_urn=resources[f"{cluster.name}-shared"].urn,
    )


def has_cluster(state: State) -> bool:
    """Whether a stack has a database of several nodes, all of them: a first `up` may have been cut off."""
    names = {resource.name for resource in state.of_type(CONTAINER)}
    return any(_is_whole(cluster, names) for cluster in state.of_type(CLUSTER))


def _is_whole(cluster: Resource, containers: set[str]) -> bool:
    nodes = {f"{cluster.name}-node-{index}" for index, _ in enumerate(cluster.outputs.get("members", ()))}
    return len(nodes) > 1 and {*nodes, f"{cluster.name}-shared"} <= containers


def _component(state: State, kind: str, stack: str) -> Resource:
    found = list(state.of_type(kind))
    if len(found) != 1:
        raise OpsError(f"stack {stack!r} has {len(found)} components {kind}, want 1: is it up? (hft status {stack})")
    return found[0]


def _place(state: State, resource: Resource) -> Place:
    return Place(state.docker_endpoint(resource) or "", str(resource.inputs["name"]))


def _endpoint(text: str) -> Endpoint:
    address, _, port = text.rpartition(":")
    return Endpoint(address, int(port))
