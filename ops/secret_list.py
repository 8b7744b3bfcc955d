"""`hft secrets list`: names, ages and consumers. Values are never read: the state's secrets stay ciphertext."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pulumi import automation as auto

from ops import docker_hosts
from ops.state import Resource, State
from ops.workspace import Workspace

_COMPONENT = "hft:secrets:Secrets"
_LABEL = "hft.secrets"


@dataclass(frozen=True)
class SecretUse:
    """A secret without its value."""

    name: str
    created: datetime | None
    """None for one that the operator gave: its age is not recorded."""
    consumers: tuple[str, ...]
    """Docker names of the containers that mount it."""

    def age(self, now: datetime) -> str:
        """Age in words, such as `12 days`."""
        return "given" if self.created is None else in_words(now - self.created)


def secret_uses(workspace: Workspace) -> list[SecretUse]:
    """The secrets of a stack, by name; none where it was never up. Raises OpsError where a host does not answer."""
    try:
        state = workspace.state(workspace.select())
    except auto.StackNotFoundError:
        return []
    consumers = _consumers(state.outputs.get("hosts", {}).values(), workspace.name)
    created = generated(state)
    names = {*created, *consumers}
    return [SecretUse(name, created.get(name), tuple(sorted(consumers.get(name, ())))) for name in sorted(names)]


def generated(state: State) -> dict[str, datetime]:
    """Name → time of creation of every secret that the stack generates."""
    return {name: datetime.fromisoformat(resource.document["created"]) for name, resource in _generated(state).items()}


def generated_urns(state: State) -> dict[str, str]:
    """Name → URN of every secret that the stack generates."""
    return {name: resource.urn for name, resource in _generated(state).items()}


def in_words(age: timedelta) -> str:
    """The largest unit only: `3 days`, `5 hours`, `1 minute`."""
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if (count := int(age.total_seconds() // seconds)) >= 1:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def rows(uses: Iterable[SecretUse], now: datetime | None = None) -> list[tuple[str, str, str]]:
    """Table rows: name, age, consumers."""
    moment = now or datetime.now(UTC)
    return [(use.name, use.age(moment), ", ".join(use.consumers) or "none") for use in uses]


def _generated(state: State) -> dict[str, Resource]:
    components = {resource.urn: resource.name for resource in state.resources if resource.type == _COMPONENT}
    return {
        resource.name.removeprefix(f"{components[parent]}-"): resource
        for resource in state.created()
        if (parent := str(resource.document.get("parent"))) in components
    }


def _consumers(endpoints: Iterable[str], stack: str) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for endpoint in sorted(set(endpoints)):
        with docker_hosts.connected(endpoint) as client:
            for container in docker_hosts.containers(client, stack):
                for name in filter(None, container.labels.get(_LABEL, "").split(",")):
                    found[name].append(str(container.name))
    return found
