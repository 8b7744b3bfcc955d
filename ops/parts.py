"""The parts that a stack exports, and whether their containers are healthy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docker.errors import NotFound

from ops import docker_hosts
from ops.errors import OpsError

_GOOD = ("healthy", "running")
MISSING = "missing"
NO_HOST = "unreachable"


@dataclass(frozen=True)
class Part:
    """One part as the program exports it."""

    part: str
    """Its name, such as `writer`."""
    endpoint: str
    """`address:port`."""
    container: str
    """Docker name of the container behind it."""
    host: str
    """Name of its host in `hosts`."""
    open: str = ""
    """How to open it: a command or an address."""


@dataclass(frozen=True)
class PartHealth:
    """A part and what Docker says of its container."""

    part: Part
    health: str
    """Docker's health, else its state: `healthy`, `starting`, `unhealthy`, `running`, `missing`, `unreachable`, …"""

    @property
    def healthy(self) -> bool:
        """Whether it runs and its health check, where there is one, passes."""
        return self.health in _GOOD

    def as_json(self) -> dict[str, object]:
        """The contract of `hft status --json`."""
        return {"part": self.part.part, "endpoint": self.part.endpoint, "healthy": self.healthy}


def exported(outputs: Mapping[str, Any]) -> list[Part]:
    """The parts in a stack's outputs `parts`; none where it exports none."""
    names = set(Part.__dataclass_fields__)
    return [Part(**{key: value for key, value in entry.items() if key in names}) for entry in outputs.get("parts", [])]


def health(parts: Sequence[Part], endpoints: Mapping[str, str]) -> list[PartHealth]:
    """The health of each part; `endpoints`: host name → Docker endpoint."""
    found: dict[tuple[str, str], str] = {}
    for host in sorted({part.host for part in parts}):
        names = [part.container for part in parts if part.host == host]
        found |= {(host, name): state for name, state in _on_host(endpoints[host], names).items()}
    return [PartHealth(part, found[part.host, part.container]) for part in parts]


def _on_host(endpoint: str, names: Iterable[str]) -> dict[str, str]:
    try:
        with docker_hosts.connected(endpoint) as client:
            return {name: _state(client, name) for name in names}
    except OpsError:
        return dict.fromkeys(names, NO_HOST)


def _state(client: Any, name: str) -> str:
    try:
        state: dict[str, Any] = client.api.inspect_container(name)["State"]
    except NotFound:
        return MISSING
    return str(state.get("Health", {}).get("Status") or state["Status"])


def rows(found: Sequence[PartHealth]) -> list[tuple[str, str, str, str]]:
    """Table rows: part, endpoint, health, how to open it."""
    return [(each.part.part, each.part.endpoint, each.health, each.part.open) for each in found]
