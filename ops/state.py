"""A stack's exported state as typed facts; pure. Secrets in it stay encrypted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_PROVIDER = "pulumi:providers:"
# Pulumi's own mark of a value that is kept encrypted.
SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
CONTAINER = "docker:index/container:Container"
NETWORK = "docker:index/network:Network"
VOLUME = "docker:index/volume:Volume"
CLUSTER = "hft:database:TimescaleCluster"
POOLER = "hft:pooling:Pooler"


@dataclass(frozen=True)
class Resource:
    """One resource as the state has it."""

    urn: str
    document: Mapping[str, Any]
    """The entry of the state file."""

    @property
    def type(self) -> str:
        """Type token, such as `docker:index/container:Container`."""
        return str(self.document["type"])

    @property
    def name(self) -> str:
        """Logical name: the last part of the URN."""
        return self.urn.rpartition("::")[2]

    @property
    def id(self) -> str:
        """The provider's id; empty for components and for what was never created."""
        return str(self.document.get("id", ""))

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Input properties; secret ones are ciphertext."""
        found: Mapping[str, Any] = self.document.get("inputs", {})
        return found

    @property
    def outputs(self) -> Mapping[str, Any]:
        """Output properties; secret ones are ciphertext."""
        found: Mapping[str, Any] = self.document.get("outputs", {})
        return found

    @property
    def is_component(self) -> bool:
        """Whether it only groups others."""
        return not self.document.get("custom")

    @property
    def protected(self) -> bool:
        """Whether the engine refuses to delete it."""
        return bool(self.document.get("protect", False))

    @property
    def provider_urn(self) -> str:
        """URN of its provider; empty for components."""
        return str(self.document.get("provider", "")).rpartition("::")[0]


@dataclass(frozen=True)
class Pending:
    """An operation that was cut off: its outcome is unknown."""

    resource: Resource
    operation: str
    """`creating`, `updating`, `deleting`, `reading` or `importing`."""


class State:
    """The exported state of one stack; empty where nothing was ever deployed."""

    def __init__(self, export: Mapping[str, Any]) -> None:
        """Hold what `pulumi stack export` prints."""
        self.export = export
        self._deployment: Mapping[str, Any] = export.get("deployment") or {}

    @property
    def resources(self) -> tuple[Resource, ...]:
        """In the order of creation, without those that only wait for their deletion."""
        return tuple(
            Resource(entry["urn"], entry) for entry in self._deployment.get("resources", []) if not entry.get("delete")
        )

    @property
    def pending(self) -> tuple[Pending, ...]:
        """Operations that a killed engine left behind."""
        return tuple(
            Pending(Resource(entry["resource"]["urn"], entry["resource"]), str(entry["type"]))
            for entry in self._deployment.get("pending_operations") or []
        )

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs; secret ones are ciphertext."""
        for resource in self.resources:
            if resource.type == "pulumi:pulumi:Stack":
                return resource.outputs
        return {}

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Resources of these type tokens."""
        return (resource for resource in self.resources if resource.type in types)

    def created(self) -> Iterator[Resource]:
        """What exists outside the state: no components, no providers."""
        return (
            resource
            for resource in self.resources
            if not resource.is_component and not resource.type.startswith(_PROVIDER)
        )

    def docker_endpoint(self, resource: Resource) -> str | None:
        """Docker endpoint of the host that a Docker resource is on; None for the default provider."""
        for provider in self.resources:
            if provider.urn == resource.provider_urn:
                host = provider.inputs.get("host")
                return str(host) if host else None
        return None
