"""What was changed by hand on the Docker hosts: asked from Docker itself, so that an unchanged `up` stays quick.

It sees containers, networks and volumes that are gone, and containers that stopped. Edited configuration and drift
inside PostgreSQL or Grafana are found by `pulumi refresh`, which asks every provider.
"""

from collections import defaultdict
from collections.abc import Collection

from docker import DockerClient

from ops import docker_hosts
from ops.state import CLUSTER, CONTAINER, NETWORK, VOLUME, Resource, State

_ALIVE = ("running", "restarting", "paused")


def drifted(state: State) -> list[Resource]:
    """Docker resources of the state that their hosts no longer have as they should be."""
    by_host: dict[str, list[Resource]] = defaultdict(list)
    for resource in state.of_type(CONTAINER, NETWORK, VOLUME):
        if endpoint := state.docker_endpoint(resource):
            by_host[endpoint].append(resource)
    found: list[Resource] = []
    for endpoint, resources in by_host.items():
        with docker_hosts.connected(endpoint) as client:
            present, alive = _present(client)
        found += [each for each in resources if each.id not in present or (_should_run(each) and each.id not in alive)]
    return found


def lost_databases(state: State, changed: Collection[Resource]) -> list[list[Resource]]:
    """The data volumes of each database of which `changed` has all: nothing is left that another node could copy.

    None where the first `up` was cut off before there was anything in a database.
    """
    if not any(resource.type.startswith("postgresql:") for resource in state.resources):
        return []
    volumes = [
        [each for each in state.of_type(VOLUME) if each.document.get("parent") == cluster.urn]
        for cluster in state.of_type(CLUSTER)
    ]
    return [data for data in volumes if data and all(each in changed for each in data)]


def failed_jobs(state: State) -> list[Resource]:
    """Containers that did not end well where they were to do one job: the engine takes each for one that is there."""
    return [each for each in state.of_type(CONTAINER) if not _should_run(each) and each.outputs.get("exitCode", 0) != 0]


def _present(client: DockerClient) -> tuple[set[str], set[str]]:
    """Ids of all that the host has (a volume's is its name), and of the containers that run."""
    states = {entry["Id"]: entry["State"] for entry in client.api.containers(all=True)}
    networks = {entry["Id"] for entry in client.api.networks()}
    volumes = {entry["Name"] for entry in client.api.volumes()["Volumes"] or []}
    return {*states, *networks, *volumes}, {id_ for id_, state in states.items() if state in _ALIVE}


def _should_run(resource: Resource) -> bool:
    return resource.type == CONTAINER and resource.inputs.get("mustRun") is not False
