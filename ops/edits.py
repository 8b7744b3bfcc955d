"""Edits of an exported state, for what the engine has no operation for; pure: each gives a new document."""

import copy
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ops.state import CONTAINER, VOLUME, Resource, State

Export = dict[str, Any]

_SECRETS = "random:"
_INSIDE = ("postgresql:", "grafana:")


def kept(state: State) -> set[str]:
    """URNs of what outlives its containers: data volumes, the secrets that open them, and what is inside them."""
    inside = set(within_containers(state))
    return {
        resource.urn
        for resource in state.created()
        if resource.type == VOLUME or resource.type.startswith(_SECRETS) or resource.urn in inside
    }


def within_containers(state: State) -> list[str]:
    """URNs of database and Grafana objects of servers that run in the stack's own containers."""
    needs = _needs(state)
    containers = {resource.urn for resource in state.of_type(CONTAINER)}
    return [
        resource.urn
        for resource in state.created()
        if _is_inside(resource) and containers & _reachable(resource.urn, needs)
    ]


def _is_inside(resource: Resource) -> bool:
    return resource.type.startswith(_INSIDE)


def keep_data(state: State) -> Export:
    """A state whose containers can be destroyed while their data stays known.

    What is kept is protected and no longer says that it depends on anything that goes; the next `up` says it again.
    """
    keep = kept(state)
    providers = {resource.provider_urn for resource in state.resources if resource.urn in keep}
    staying = keep | providers | {resource.urn for resource in state.resources if resource.is_component}

    def edit(entry: dict[str, Any]) -> dict[str, Any]:
        if entry["urn"] in keep:
            entry["protect"] = True
        if entry["urn"] in staying:
            _keep_dependencies(entry, staying)
        return entry

    return _edited(state, edit)


def give_up_data(state: State) -> Export:
    """A state in which everything may be deleted, and what goes with its volume is not deleted one by one."""
    # After a `down` nothing says any more what the kept objects were in; they were all kept for being inside.
    standing = any(state.of_type(CONTAINER))
    gone = set(within_containers(state)) if standing else {each.urn for each in state.created() if _is_inside(each)}
    rest = {resource.urn for resource in state.resources} - gone

    def edit(entry: dict[str, Any]) -> dict[str, Any] | None:
        if entry["urn"] in gone:
            return None
        entry.pop("protect", None)
        entry.pop("retainOnDelete", None)
        _keep_dependencies(entry, rest)
        return entry

    return _edited(state, edit)


def settle(state: State, found: Mapping[str, str]) -> Export:
    """A state without pending operations; `found` URN → id of those whose creation may have succeeded."""
    export = _edited(state, lambda entry: entry)
    deployment = export["deployment"]
    for pending in deployment.pop("pending_operations", None) or []:
        entry = pending["resource"]
        if entry["urn"] in found:
            outputs = copy.deepcopy(entry.get("inputs", {}))
            _place(deployment["resources"], {**entry, "id": found[entry["urn"]], "outputs": outputs})
    return export


def _place(entries: list[dict[str, Any]], made: dict[str, Any]) -> None:
    """Put in what was made: where the one that it replaces was, as others after that need it, else at the end."""
    for index, entry in enumerate(entries):
        if entry["urn"] == made["urn"] and not entry.get("delete"):
            if entry.get("pendingReplacement"):
                entries[index] = made
            return
    entries.append(made)


def _edited(state: State, edit: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Export:
    export: Export = copy.deepcopy(dict(state.export))
    deployment = export["deployment"]
    entries = deployment.get("resources") or []
    deployment["resources"] = [edited for entry in entries if (edited := edit(entry)) is not None]
    return export


def _keep_dependencies(entry: dict[str, Any], urns: Collection[str]) -> None:
    entry["dependencies"] = [urn for urn in entry.get("dependencies") or [] if urn in urns]
    properties = entry.get("propertyDependencies") or {}
    entry["propertyDependencies"] = {
        name: [urn for urn in needed or [] if urn in urns] for name, needed in properties.items()
    }
    if entry.get("deletedWith") not in urns:
        entry.pop("deletedWith", None)


def _needs(state: State) -> dict[str, set[str]]:
    return {resource.urn: _direct(resource) for resource in state.resources}


def _direct(resource: Resource) -> set[str]:
    return {*(resource.document.get("dependencies") or []), resource.provider_urn}


def _reachable(urn: str, needs: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [urn]
    while waiting:
        for needed in needs.get(waiting.pop(), set()) - seen:
            seen.add(needed)
            waiting.append(needed)
    return seen
