"""Picks up what a killed run left: half-made containers, and operations whose outcome nobody recorded."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping

from docker import DockerClient
from pulumi import automation as auto

from ops import docker_hosts, edits
from ops.engine import operate
from ops.progress import Silence, friendly
from ops.screen import Screen
from ops.state import CONTAINER, NETWORK, Pending, State
from ops.workspace import Workspace


def recover(workspace: Workspace, stack: auto.Stack, screen: Screen, *, ask_providers: bool = True) -> State:
    """Settle every unfinished operation of the stack; gives the state as it is then.

    A container that was being made and runs already is taken as it is: it was started last of all, and to end it now
    could cut off what it has begun, such as the first start of a database. One that does not run, and a network, is
    removed, to be made again; a volume never is. Where only the provider knows whether a creation succeeded, it is
    asked, unless `ask_providers` is false.

    Raises:
        OpsError: a Docker host or a provider does not answer.
    """
    state = workspace.state(stack)
    if not state.pending:
        return state
    for each in state.pending:
        screen.note(f"an earlier run was cut off while {each.operation} {friendly(each.resource.urn)}")
    with screen.timed("half-made containers and networks removed"):
        whole = sort_half_made(state, workspace.name)
    expected = {each.resource.urn: id_ for each in state.pending if (id_ := expected_id(each))} if ask_providers else {}
    import_state(workspace, stack, edits.settle(state, whole | expected))
    # Not what is whole: a read would take what the image brings, such as its user, for inputs, and so replace it.
    urns = [each.resource.urn for each in state.pending if each.operation != "creating"]
    unsure = [*urns, *expected]
    if unsure and ask_providers:
        known = {resource.urn for resource in workspace.state(stack).resources}
        refresh(stack, screen, [urn for urn in unsure if urn in known])
    return workspace.state(stack)


def refresh(stack: auto.Stack, screen: Screen, urns: list[str]) -> None:
    """Read these resources from their providers; what is gone leaves the state. Raises OpsError where one fails."""
    if urns:
        with screen.timed(f"state of {len(urns)} resources read again"):
            operate(stack.refresh, Silence(), target=urns)


def sort_half_made(state: State, stack: str) -> dict[str, str]:
    """Remove what was being made and is not whole, of what carries the stack's labels; URN → id of what is whole."""
    by_host: dict[str, list[Pending]] = defaultdict(list)
    for each in state.pending:
        endpoint = state.docker_endpoint(each.resource)
        if each.operation == "creating" and endpoint and each.resource.type in (CONTAINER, NETWORK):
            by_host[endpoint].append(each)
    whole: dict[str, str] = {}
    for endpoint, half_made in by_host.items():
        with docker_hosts.connected(endpoint) as client:
            whole |= _sorted(client, stack, half_made, state)
    return whole


def _sorted(client: DockerClient, stack: str, half_made: list[Pending], state: State) -> dict[str, str]:
    known = {resource.id for resource in state.of_type(CONTAINER, NETWORK)}
    wanted = {str(each.resource.inputs.get("name")): each.resource for each in half_made}
    whole: dict[str, str] = {}
    for container in docker_hosts.containers(client, stack):
        if container.name not in wanted or container.id in known:
            continue
        if container.status == "running" and wanted[container.name].inputs.get("mustRun", True):
            whole[wanted[container.name].urn] = str(container.id)
        else:
            # v: its anonymous volumes hold its configuration only.
            container.remove(force=True, v=True)
    for network in docker_hosts.networks(client, stack):
        if network.name in wanted and network.id not in known:
            network.remove()
    return whole


def expected_id(pending: Pending) -> str | None:
    """The provider's id of something whose creation was cut off, where its inputs tell; the providers' documentation.

    Other types are either made again without harm (they replace or adopt what is there) or have ids of the server's.
    """
    inputs, kind = pending.resource.inputs, pending.resource.type
    if pending.operation != "creating":
        return None
    if kind in ("postgresql:index/role:Role", "postgresql:index/database:Database"):
        return str(inputs["name"])
    if kind in ("grafana:oss/folder:Folder", "grafana:oss/dataSource:DataSource") and "uid" in inputs:
        return f"{inputs.get('orgId', 1)}:{inputs['uid']}"
    if kind == "grafana:alerting/contactPoint:ContactPoint":
        return f"{inputs.get('orgId', 1)}:{inputs['name']}"
    return None


def import_state(workspace: Workspace, stack: auto.Stack, export: Mapping[str, object]) -> None:
    """Make `export` the stack's state; secrets in it are ciphertext."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", prefix=f"hft-{workspace.name}-") as file:
        json.dump(export, file)
        file.flush()
        workspace.run(stack, ["stack", "import", "--file", file.name])
