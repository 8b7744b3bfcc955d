"""Checks before anything is created: each failure is one error that names the path, the value, the bound, the fix."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from docker import DockerClient
from docker.errors import ImageNotFound

from components._common.cpus import format_cpus, parse_cpus
from components.hosts import HostSettings
from ops import docker_hosts, sockets
from ops.errors import OpsError
from ops.state import CONTAINER, NETWORK, State
from ops.wanted import LOCK, Wanted

_PUBLISHER = "docker-proxy"
"""Docker's own process that listens on a published port, outside of any container."""


def check_hosts(wanted: Wanted) -> None:
    """Every host answers, has the CPUs that the settings give it, and has the images of the lock.

    Raises:
        OpsError: with all that is wrong on all hosts.
    """
    with ThreadPoolExecutor(max_workers=len(wanted.hosts) or 1) as pool:
        found = pool.map(lambda at: _host_problems(at[0], at[1], wanted), enumerate(wanted.hosts))
    _raise(problem for problems in found for problem in problems)


def check_reachable(wanted: Wanted) -> None:
    """Every host's Docker answers. Raises OpsError with those that do not."""
    check_hosts(Wanted(hosts=wanted.hosts))


def check_names(wanted: Wanted, state: State, stack: str) -> None:
    """Nothing on the hosts has this stack's labels without this checkout's state knowing it.

    Raises:
        OpsError: something has; two checkouts must not drive one stack on one host.
    """
    known = {resource.id for resource in state.of_type(CONTAINER, NETWORK)}
    problems = []
    for host in wanted.hosts:
        with docker_hosts.connected(host.docker_endpoint) as client:
            strangers = [
                *(f"container {each.name}" for each in docker_hosts.containers(client, stack) if each.id not in known),
                *(f"network {each.name}" for each in docker_hosts.networks(client, stack) if each.id not in known),
            ]
        problems += [_stranger(name, host, stack) for name in sorted(strangers)]
    _raise(problems)


def check_ports(wanted: Wanted, stack: str) -> list[str]:
    """No stranger listens on a port that the stack wants; gives a line for each host that cannot be looked at.

    Raises:
        OpsError: with every port that is taken.
    """
    problems: list[str] = []
    notes: list[str] = []
    listening = sockets.listeners()
    for host in wanted.hosts:
        if not sockets.is_local(str(host.address)):
            notes.append(f"ports on host {host.name} ({host.address}) not checked: it is another machine")
            continue
        with docker_hosts.connected(host.docker_endpoint) as client:
            ours = _ours(client, stack)
        problems += _taken(wanted, host, listening, ours)
    _raise(problems)
    return notes


def _host_problems(index: int, host: HostSettings, wanted: Wanted) -> list[str]:
    try:
        with docker_hosts.connected(host.docker_endpoint) as client:
            return [*_cpu_problems(index, host, client), *_image_problems(host, wanted, client)]
    except OpsError as error:
        problem = str(error).replace(f" at {host.docker_endpoint}", "")
        return [f"hosts[{index}].docker_endpoint={host.docker_endpoint} (host {host.name}): {problem}"]


def _cpu_problems(index: int, host: HostSettings, client: DockerClient) -> list[str]:
    count = int(client.info()["NCPU"])
    missing = {cpu for cpu in parse_cpus(host.cpus) if cpu >= count}
    if not missing:
        return []
    there = format_cpus(range(count))
    return [
        f"hosts[{index}].cpus={host.cpus}: host {host.name} has CPUs {there} only; leave out {format_cpus(missing)}"
    ]


def _image_problems(host: HostSettings, wanted: Wanted, client: DockerClient) -> list[str]:
    missing = sorted(name for name, id_ in wanted.images.items() if not _has_image(client, id_))
    if not missing:
        return []
    local = host.docker_endpoint.startswith("unix://")
    fix = "hft images build" if local else f"hft images copy {host.docker_endpoint}"
    named = ", ".join(f"{name} ({wanted.images[name][:19]}…)" for name in missing)
    return [f"{LOCK}: host {host.name} does not have {named}: run {fix}"]


def _has_image(client: DockerClient, id_: str) -> bool:
    try:
        client.images.get(id_)
    except ImageNotFound:
        return False
    return True


def _stranger(name: str, host: HostSettings, stack: str) -> str:
    kind, _, docker_name = name.partition(" ")
    remove = "docker rm -f" if kind == "container" else "docker network rm"
    return (
        f"{name} on host {host.name} belongs to stack {stack!r}, but this checkout did not make it: "
        f"run `hft down {stack}` in the checkout that did, or, where that is lost, `{remove} {docker_name}` there"
    )


def _ours(client: DockerClient, stack: str) -> tuple[set[str], set[int]]:
    """Ids of the stack's containers on a host, and the ports that Docker publishes for them."""
    found = docker_hosts.containers(client, stack)
    bindings = [binding for each in found for binding in each.ports.values() if binding]
    return {str(each.id) for each in found}, {int(one["HostPort"]) for binding in bindings for one in binding}


def _taken(
    wanted: Wanted, host: HostSettings, listening: list[sockets.Listener], ours: tuple[set[str], set[int]]
) -> list[str]:
    containers, published = ours
    takers = {
        use: listener
        for use in wanted.ports
        for listener in listening
        if use.host == host.name and listener.takes(str(host.address), use.port)
    }
    owners = sockets.owners(takers.values())
    problems = []
    for use, listener in takers.items():
        owner = owners.get(listener)
        if owner is None and containers:
            continue  # Without root it cannot be told; the stack runs here, so it is most likely its own.
        if owner and (owner.container_id in containers or (owner.name == _PUBLISHER and use.port in published)):
            continue
        who = f"{owner.name} (pid {owner.pid})" if owner else "another process"
        problems.append(
            f"{use.path}: port {use.port} on host {host.name} ({host.address}) is taken by {who}: "
            "end that, or set another port"
        )
    return problems


def _raise(problems: Iterable[str]) -> None:
    if found := list(problems):
        raise OpsError(*found)
