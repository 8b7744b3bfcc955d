"""docker:index/volume:Volume."""

import time
from typing import Any, ClassVar

from toolchain.plugins.docker import labels
from toolchain.plugins.docker.daemon import Daemon
from toolchain.plugins.docker.refusal import Missing, Refused
from toolchain.plugins.framework import ProviderError, Resource, Result, Table, Values, mapping, record, string

_REMOVAL_SECONDS = 30
"""How long a volume may still be in use while it is removed; the official plugin's value."""
_NO_CLUSTERS = "cluster volumes need Docker Swarm with a CSI plugin; use a local volume"


class Volume(Resource[Daemon]):
    """A named volume; every change replaces it, which loses its data. Its id is its name.

    Creating one whose name exists adopts it as it is, data included, as Docker does.
    """

    token = "docker:index/volume:Volume"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True, replaces=True),
        "driver": string(computed=True, replaces=True),
        "driverOpts": mapping(replaces=True),
        "labels": labels.labels(replaces=True),
        "cluster": record({}, unsupported=_NO_CLUSTERS),
    }
    outputs: ClassVar[Table] = {"mountpoint": string()}

    def create(self, inputs: Values) -> Result:
        """Make the volume, or take the one that is there."""
        body = create_body(inputs)
        found = self.client.call(f"create volume {inputs['name']}", "POST", "/volumes/create", body)
        return Result(id=found["Name"], outputs=observed(found))

    def read(self, resource_id: str, state: Values) -> Result | None:  # noqa: ARG002
        """What the daemon says of it."""
        try:
            found = self.client.call(f"inspect volume {resource_id}", "GET", f"/volumes/{resource_id}")
        except Missing:
            return None
        return Result(id=found["Name"], outputs=observed(found))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """Never asked to: every input replaces."""
        return {}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """Remove it and its data, waiting for a container that is just going."""
        deadline = time.monotonic() + _REMOVAL_SECONDS
        while (refusal := self._removed(resource_id)) is not None:
            if time.monotonic() > deadline:
                raise ProviderError(f"cannot remove volume {resource_id} after {_REMOVAL_SECONDS} s: {refusal}")
            time.sleep(1)

    def _removed(self, name: str) -> str | None:
        """None when it is gone, else why it is not yet."""
        try:
            self.client.call(f"remove volume {name}", "DELETE", f"/volumes/{name}", force=1)
        except Missing:
            return None
        except Refused as refusal:
            if "volume is in use" in refusal.reason:
                return refusal.reason
            raise
        return None


def create_body(inputs: Values) -> dict[str, Any]:
    """The request that makes the volume."""
    body: dict[str, Any] = {"Name": inputs["name"]}
    if inputs.get("driver"):
        body["Driver"] = inputs["driver"]
    if inputs.get("driverOpts"):
        body["DriverOpts"] = inputs["driverOpts"]
    if inputs.get("labels"):
        body["Labels"] = labels.to_docker(inputs["labels"])
    return body


def observed(found: dict[str, Any]) -> Values:
    """The state that an inspected volume has."""
    return {
        "name": found["Name"],
        "driver": found["Driver"],
        "driverOpts": found.get("Options") or {},
        "labels": labels.from_docker(found.get("Labels")),
        "mountpoint": found["Mountpoint"],
    }
