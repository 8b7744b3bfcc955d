"""docker:index/remoteImage:RemoteImage."""

from typing import Any, ClassVar

from toolchain.plugins.docker.daemon import Daemon
from toolchain.plugins.docker.refusal import Missing
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


class RemoteImage(Resource[Daemon]):
    """An image on the daemon's disk: taken from there by name or id, pulled only when it is not there.

    Its id is the image's id and name together, as the official plugin has it. Deleting it removes the image from the
    daemon unless `keepLocally`.
    """

    token = "docker:index/remoteImage:RemoteImage"
    inputs: ClassVar[Table] = {
        "name": string(required=True, replaces=True, problem=lambda name: None if name else "must not be empty"),
        "keepLocally": boolean(),
        "forceRemove": boolean(),
        "pullTriggers": unordered(string(), replaces=True),
        "triggers": mapping(replaces=True),
        "platform": string(replaces=True),
        "build": record({}, unsupported="build the image in a step of its own, then give its name or id"),
    }
    outputs: ClassVar[Table] = {"imageId": string(), "repoDigest": string()}

    def create(self, inputs: Values) -> Result:
        """Find the image, or pull it."""
        return _result(ensure(self.client, inputs["name"], inputs.get("platform", "")), inputs["name"])

    def read(self, resource_id: str, state: Values) -> Result | None:
        """The image that the name stands for now."""
        name = state.get("name") or resource_id
        found = find(self.client, name)
        return None if found is None else _result(found, name)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """Only how it is deleted can change; the image is looked up again."""
        found = ensure(self.client, inputs["name"], inputs.get("platform", ""))
        return _result(found, inputs["name"]).outputs

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """Remove the image from the daemon, unless it is to be kept."""
        if state.get("keepLocally") or find(self.client, state["name"]) is None:
            return
        name, force = state["name"], int(bool(state.get("forceRemove")))
        self.client.call(f"remove image {name}", "DELETE", f"/images/{name}", force=force)


def find(daemon: Daemon, name: str) -> dict[str, Any] | None:
    """The inspected local image of this name, tag, digest or id; None when the daemon has none."""
    try:
        found: dict[str, Any] = daemon.call(f"inspect image {name}", "GET", f"/images/{name}/json")
    except Missing:
        return None
    return found


def ensure(daemon: Daemon, name: str, platform: str = "") -> dict[str, Any]:
    """The local image, pulled first when it is not there. Raises ProviderError when it cannot be had."""
    found = find(daemon, name)
    if found is not None:
        return found
    if name.startswith("sha256:"):
        raise ProviderError(
            f"image {name} is not on the daemon at {daemon.endpoint.host}: build or load it there first"
        )
    daemon.pull(f"pull image {name}, which is not on the daemon at {daemon.endpoint.host}", name, platform)
    found = find(daemon, name)
    if found is None:
        raise ProviderError(f"image {name} was pulled but is not on the daemon at {daemon.endpoint.host}")
    return found


def repo_digest(found: dict[str, Any], name: str) -> str:
    """The digest under which the image's own repository knows it, else any that it has, else nothing."""
    digests: list[str] = found.get("RepoDigests") or []
    repository = name.partition("@")[0]
    if ":" in repository.rpartition("/")[2]:
        repository = repository.rpartition(":")[0]
    return next((digest for digest in digests if digest.partition("@")[0] == repository), (digests or [""])[0])


def _result(found: dict[str, Any], name: str) -> Result:
    outputs = {"imageId": found["Id"], "repoDigest": repo_digest(found, name)}
    return Result(id=found["Id"] + name, outputs=outputs)
