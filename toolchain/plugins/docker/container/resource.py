"""docker:index/container:Container."""

import time
from collections.abc import Iterable
from typing import Any, ClassVar

from toolchain.plugins.docker.container import request, uploads
from toolchain.plugins.docker.container.health import wait_until_healthy
from toolchain.plugins.docker.container.relations import beyond, problems
from toolchain.plugins.docker.container.state import observed
from toolchain.plugins.docker.container.table import INPUTS, OUTPUTS
from toolchain.plugins.docker.daemon import Daemon
from toolchain.plugins.docker.image import ensure
from toolchain.plugins.docker.refusal import Missing, Refused, taken
from toolchain.plugins.framework import Incomplete, ProviderError, Resource, Result, Table, Values

_SENT = frozenset(
    (
        *("restart", "maxRetryCount", "cpuShares", "cpuSet", "memory", "memoryReservation", "memorySwap"),
        *("deviceReadBps", "deviceReadIops", "deviceWriteBps", "deviceWriteIops"),
    )
)
"""What is sent to the daemon on change, as by the official plugin; other updates change only state."""


class Container(Resource[Daemon]):
    """A container; its id is Docker's. Most changes replace it: the old one goes first."""

    token = "docker:index/container:Container"
    inputs: ClassVar[Table] = INPUTS
    outputs: ClassVar[Table] = OUTPUTS

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:
        """Inputs that do not go together."""
        return problems(inputs)

    def create(self, inputs: Values) -> Result:
        """Make, connect, fill, start and await the container."""
        name, daemon = inputs["name"], self.client
        for path, since in beyond(inputs, daemon.at_least):
            reason = f"{path} needs Docker API {since}, the daemon at {daemon.endpoint.host} has {daemon.api_version()}"
            raise ProviderError(f"container {name}: {reason}: leave it out or upgrade Docker")
        ensure(daemon, inputs["image"], inputs.get("platform", ""))
        made = self._make(inputs)
        try:
            self._connect(made, inputs)
            self._upload(made, inputs)
            self._start(made, inputs)
        except ProviderError:
            # It never ran: nothing in it is worth keeping.
            self._remove(made, name, volumes=True)
            raise
        return Result(id=made, outputs=self._settle(made, inputs))

    def read(self, resource_id: str, state: Values) -> Result | None:
        """What the daemon says of it."""
        found = self._inspect(resource_id)
        return None if found is None else Result(id=found["Id"], outputs=observed(found, state))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        """Send limits and restart policy, start what must run; without any change it was half-made: make it whole."""
        name = inputs["name"]
        if changed & _SENT:
            body = request.update_body(inputs, memory_changed="memory" in changed)
            self.client.call(f"update container {name}", "POST", f"/containers/{resource_id}/update", body)
        if not changed or ("mustRun" in changed and inputs["mustRun"]):
            self._start(resource_id, inputs)
        if not changed:
            return self._settle(resource_id, inputs)
        found = self._inspect(resource_id)
        if found is None:
            raise ProviderError(f"container {name} is gone: `pulumi refresh` lets the next `up` make it again")
        return observed(found, state | inputs)

    def delete(self, resource_id: str, state: Values) -> None:
        """Stop it within `destroyGraceSeconds` (none given: at once), and remove it with its anonymous volumes."""
        name, grace = state.get("name", resource_id), state.get("destroyGraceSeconds", 0)
        path = f"/containers/{resource_id}/stop"
        try:
            if not state.get("attach"):
                self.client.call(f"stop container {name}", "POST", path, seconds=grace + 120, t=grace)
        except Missing:
            return
        self._remove(resource_id, name, volumes=state.get("removeVolumes", True))

    def _make(self, inputs: Values) -> str:
        name, body = inputs["name"], request.create_body(inputs)
        query = {"name": name} | ({"platform": inputs["platform"]} if inputs.get("platform") else {})
        try:
            made: str = self.client.call(f"create container {name}", "POST", "/containers/create", body, **query)["Id"]
        except Refused as refusal:
            if "is already in use by container" in refusal.reason:
                raise taken(self.token, name) from refusal
            raise
        return made

    def _connect(self, container: str, inputs: Values) -> None:
        networks = inputs.get("networksAdvanced", [])
        if networks:
            self._leave_default_network(container, inputs["name"])
        for network in networks:
            doing = f"connect container {inputs['name']} to network {network['name']}"
            body = {"Container": container, "EndpointConfig": request.endpoint(network)}
            self.client.call(doing, "POST", f"/networks/{network['name']}/connect", body)

    def _leave_default_network(self, container: str, name: str) -> None:
        doing = f"disconnect container {name} from the default network"
        try:
            self.client.call(doing, "POST", "/networks/bridge/disconnect", {"Container": container})
        except Refused as refusal:
            if "is not connected to" not in refusal.reason:
                raise

    def _upload(self, container: str, inputs: Values) -> None:
        files = inputs.get("uploads", [])
        if not files:
            return
        name = inputs["name"]
        found = self.client.call(f"inspect container {name}", "GET", f"/containers/{container}/json")
        mounts = [mount["Destination"] for mount in found["Mounts"]]
        for folder, archive in uploads.archives(files, mounts, time.time()).items():
            doing = f"upload files into {folder} of container {name}"
            self.client.call(doing, "PUT", f"/containers/{container}/archive", archive, path=folder)

    def _start(self, container: str, inputs: Values) -> None:
        if inputs["start"]:
            self.client.call(f"start container {inputs['name']}", "POST", f"/containers/{container}/start")

    def _settle(self, container: str, inputs: Values) -> Values:
        """Wait and attach as asked. Raises Incomplete when the container does not become healthy."""
        name, logs = inputs["name"], {}
        trouble = wait_until_healthy(self.client, container, inputs) if inputs["start"] and inputs["wait"] else None
        if inputs["attach"] and not trouble:
            logs = self._attach(container, inputs)
        found = self._inspect(container)
        if found is None:
            # `rm` removes a container that has done its work.
            return {"mustRun": False, **logs}
        seen = observed(found, inputs) | logs
        if trouble:
            raise Incomplete(container, seen, f"container {name} did not come up: {trouble}")
        return seen

    def _attach(self, container: str, inputs: Values) -> Values:
        """Await the container's end; with `logs`, keep what it wrote."""
        name, found = inputs["name"], {}
        try:
            if inputs["logs"] and inputs["rm"]:
                # It takes its log along. Following may miss what it wrote last, and there is no other way.
                found["containerLogs"] = self.client.logs(f"follow the log of container {name}", container, follow=True)
            doing, path = f"await the end of container {name}", f"/containers/{container}/wait"
            until = {"condition": "removed"} if inputs["rm"] else {}
            found["exitCode"] = self.client.call(doing, "POST", path, seconds=None, **until)["StatusCode"]
            if inputs["logs"] and not inputs["rm"]:
                found["containerLogs"] = self.client.logs(f"read the log of container {name}", container)
        except Missing:
            pass
        return found

    def _inspect(self, container: str) -> dict[str, Any] | None:
        try:
            path = f"/containers/{container}/json"
            found: dict[str, Any] = self.client.call(f"inspect container {container}", "GET", path)
        except Missing:
            return None
        return found

    def _remove(self, container: str, name: str, *, volumes: bool) -> None:
        doing = f"remove container {name}"
        try:
            self.client.call(doing, "DELETE", f"/containers/{container}", force=1, v=int(volumes))
        except Missing:
            return
        except Refused as refusal:
            if "is already in progress" not in refusal.reason:
                raise
            self._await_removal(container, doing)

    def _await_removal(self, container: str, doing: str) -> None:
        try:
            self.client.call(doing, "POST", f"/containers/{container}/wait", condition="removed")
        except Missing:
            return
