"""docker:index/network:Network."""

import time
from typing import Any, ClassVar

from toolchain.plugins.docker import labels
from toolchain.plugins.docker.daemon import Daemon
from toolchain.plugins.docker.refusal import Missing, Refused, taken
from toolchain.plugins.framework import (
    ProviderError,
    Resource,
    Result,
    Table,
    Values,
    boolean,
    mapping,
    record,
    string,
    unordered,
)

_REMOVAL_SECONDS = 30
"""How long a network may still have endpoints while it is removed; the official plugin's value."""
_IPAM = {
    "subnet": string(),
    "ipRange": string(),
    "gateway": string(computed=True),
    "auxAddress": mapping(),
}


class Network(Resource[Daemon]):
    """A network; every change replaces it, and containers must leave it first. Its id is Docker's."""

    token = "docker:index/network:Network"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True, replaces=True),
        "driver": string(computed=True, replaces=True),
        "options": mapping(computed=True, replaces=True),
        "labels": labels.labels(replaces=True),
        "internal": boolean(computed=True, replaces=True),
        "attachable": boolean(replaces=True),
        "ingress": boolean(replaces=True),
        "ipv6": boolean(replaces=True),
        "ipamDriver": string(default="default", replaces=True),
        "ipamOptions": mapping(replaces=True),
        "ipamConfigs": unordered(record(_IPAM), computed=True, replaces=True),
    }
    outputs: ClassVar[Table] = {"scope": string()}

    def create(self, inputs: Values) -> Result:
        """Make the network. A name that is taken is refused."""
        name = inputs["name"]
        try:
            made = self.client.call(f"create network {name}", "POST", "/networks/create", create_body(inputs))
        except Refused as refusal:
            if refusal.reason == f"network with name {name} already exists":
                raise taken(self.token, name) from refusal
            raise
        found = self.client.call(f"inspect network {name}", "GET", f"/networks/{made['Id']}")
        return Result(id=made["Id"], outputs=observed(found))

    def read(self, resource_id: str, state: Values) -> Result | None:  # noqa: ARG002
        """What the daemon says of it."""
        try:
            found = self.client.call(f"inspect network {resource_id}", "GET", f"/networks/{resource_id}")
        except Missing:
            return None
        return Result(id=found["Id"], outputs=observed(found))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """Never asked to: every input replaces."""
        return {}

    def delete(self, resource_id: str, state: Values) -> None:
        """Remove it, waiting for containers that are just leaving."""
        name = state.get("name", resource_id)
        deadline = time.monotonic() + _REMOVAL_SECONDS
        while (refusal := self._removed(resource_id, name)) is not None:
            if time.monotonic() > deadline:
                raise ProviderError(f"cannot remove network {name} after {_REMOVAL_SECONDS} s: {refusal}")
            time.sleep(1)

    def _removed(self, resource_id: str, name: str) -> str | None:
        """None when it is gone, else why it is not yet."""
        try:
            self.client.call(f"remove network {name}", "DELETE", f"/networks/{resource_id}")
        except Missing:
            return None
        except Refused as refusal:
            if "has active endpoints" in refusal.reason:
                return refusal.reason
            raise
        return None


def create_body(inputs: Values) -> dict[str, Any]:
    """The request that makes the network."""
    ipam: dict[str, Any] = {"Driver": inputs["ipamDriver"]}
    if inputs.get("ipamConfigs"):
        ipam["Config"] = [_ipam_config(item) for item in inputs["ipamConfigs"]]
    if inputs.get("ipamOptions"):
        ipam["Options"] = inputs["ipamOptions"]
    body: dict[str, Any] = {"Name": inputs["name"], "CheckDuplicate": True, "IPAM": ipam}
    if inputs.get("labels"):
        body["Labels"] = labels.to_docker(inputs["labels"])
    names = {
        "driver": "Driver",
        "options": "Options",
        "internal": "Internal",
        "attachable": "Attachable",
        "ingress": "Ingress",
        "ipv6": "EnableIPv6",
    }
    return body | {theirs: inputs[ours] for ours, theirs in names.items() if inputs.get(ours)}


def observed(found: dict[str, Any]) -> Values:
    """The state that an inspected network has."""
    ipam = found.get("IPAM") or {}
    return {
        "name": found["Name"],
        "driver": found["Driver"],
        "options": found.get("Options") or {},
        "labels": labels.from_docker(found.get("Labels")),
        "internal": found["Internal"],
        "attachable": found["Attachable"],
        "ingress": found["Ingress"],
        "ipv6": found["EnableIPv6"],
        "ipamDriver": ipam.get("Driver") or "default",
        "ipamOptions": ipam.get("Options") or {},
        "ipamConfigs": [_ipam_state(item) for item in ipam.get("Config") or []],
        "scope": found["Scope"],
    }


def _ipam_config(item: Values) -> dict[str, Any]:
    names = {"subnet": "Subnet", "ipRange": "IPRange", "gateway": "Gateway", "auxAddress": "AuxiliaryAddresses"}
    return {theirs: item[ours] for ours, theirs in names.items() if item.get(ours)}


def _ipam_state(item: dict[str, Any]) -> Values:
    names = {"Subnet": "subnet", "IPRange": "ipRange", "Gateway": "gateway", "AuxiliaryAddresses": "auxAddress"}
    return {ours: item[theirs] for theirs, ours in names.items() if item.get(theirs)}
