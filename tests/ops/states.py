"""Builds exported states as the engine writes them."""

from typing import Any

from ops.state import State

_STACK = "urn:pulumi:dev::hft::pulumi:pulumi:Stack::hft-dev"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::hft::{kind}::{name}"


DOCKER = urn("pulumi:providers:docker", "hosts-local")
POSTGRESQL = urn("pulumi:providers:postgresql", "db")


def entry(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """One resource; custom, with the Docker provider, unless `more` says otherwise."""
    found = {
        "urn": urn(kind, name),
        "custom": True,
        "type": kind,
        "id": f"{name}-id",
        "inputs": {},
        "outputs": {},
        "parent": _STACK,
        "dependencies": [],
        "propertyDependencies": {},
    }
    if kind.startswith("docker:"):
        found["provider"] = f"{DOCKER}::docker-id"
    return found | more


def state(*entries: dict[str, Any], pending: Any = (), outputs: dict[str, Any] | None = None) -> State:
    """A state with a stack resource and a Docker provider before these entries."""
    root = {"urn": _STACK, "custom": False, "type": "pulumi:pulumi:Stack", "outputs": outputs or {}}
    provider = entry("pulumi:providers:docker", "hosts-local", inputs={"host": "unix:///var/run/docker.sock"})
    deployment: dict[str, Any] = {"manifest": {}, "resources": [root, provider, *entries]}
    if pending:
        deployment["pending_operations"] = [{"resource": each, "type": how} for how, each in pending]
    return State({"version": 3, "deployment": deployment})
