"""The same containers by plain `docker run`: what a shell script without an engine would do."""

import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from docker import DockerClient

from ops.bench.timing import uploads
from ops.errors import OpsError
from ops.state import CONTAINER, NETWORK, VOLUME, State

_HEALTHY_SECONDS = 180
_NEEDS_DATABASE_OBJECTS = "-migrate"
"""Roles and schema are made by the engine, not by containers: without them the migrations have nothing to do."""


@dataclass(frozen=True)
class Plain:
    """The stack's volumes, networks and containers as commands."""

    before: tuple[tuple[str, ...], ...]
    """`docker volume create` and `docker network create`."""
    runs: tuple[tuple[str, ...], ...]
    """`docker run` per container, in the order of their dependencies."""
    running: tuple[str, ...]
    """Docker names of those that keep running."""
    names: tuple[str, ...]
    """Docker names of all."""

    @classmethod
    def of(cls, state: State, folder: Path) -> "Plain":
        """From a stack's state with its secrets in clear; files go into `folder`."""
        names = {each.id: str(each.inputs["name"]) for each in state.of_type(CONTAINER)}
        containers = [
            by_names(each.inputs, names)
            for each in state.of_type(CONTAINER)
            if not each.name.endswith(_NEEDS_DATABASE_OBJECTS)
        ]
        return cls(
            before=(
                *(("volume", "create", str(each.inputs["name"])) for each in state.of_type(VOLUME)),
                *(tuple(network_create(each.inputs)) for each in state.of_type(NETWORK)),
            ),
            runs=tuple(tuple(docker_run(inputs, folder / inputs["name"])) for inputs in containers),
            running=tuple(str(inputs["name"]) for inputs in containers if inputs.get("mustRun", True)),
            names=tuple(str(inputs["name"]) for inputs in containers),
        )

    def start(self, client: DockerClient) -> float:
        """Seconds until all are healthy. Raises OpsError where a command fails or one does not get healthy."""
        began = time.monotonic()
        deadline = began + _HEALTHY_SECONDS
        for arguments in (*self.before, *self.runs):
            _await_healthy(client, looked_into(arguments), deadline)
            _docker(arguments)
        _await_healthy(client, self.running, deadline)
        return time.monotonic() - began

    def remove(self, client: DockerClient) -> None:
        """Take everything away again."""
        for each in client.containers.list(all=True, ignore_removed=True):
            if each.name in self.names:
                each.remove(force=True, v=True)
        for kind, _, *_, name in self.before:
            subprocess.run(["docker", kind, "rm", name], capture_output=True, check=False)


def by_names(inputs: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    """A container that sees another's processes, by that one's name: another container of the name has another id."""
    kind, _, target = str(inputs.get("pidMode", "")).partition(":")
    return {**inputs, "pidMode": f"{kind}:{names[target]}"} if target else inputs


def looked_into(arguments: Sequence[str]) -> tuple[str, ...]:
    """Docker name of the container whose processes a container sees: that has to stay up, so it is waited for."""
    modes = [mode for option, mode in pairwise(arguments) if option == "--pid"]
    return tuple(mode.removeprefix("container:") for mode in modes if mode != "host")


def docker_run(inputs: Mapping[str, Any], folder: Path) -> list[str]:
    """The arguments of `docker` for a container of ours; its files are written into `folder` and mounted."""
    entrypoint, command = list(inputs.get("entrypoints", [])), list(inputs.get("command", []))
    detached = ["--detach"] if inputs.get("mustRun", True) else []
    return [
        *("run", *detached, "--name", inputs["name"]),
        *_options(inputs),
        *(word for volume in inputs.get("volumes", []) for word in ("--volume", _volume(volume))),
        *(word for path, text in uploads(inputs) for word in ("--volume", _file(path, text, folder))),
        *(("--entrypoint", entrypoint[0]) if entrypoint else ()),
        *(inputs["image"], *entrypoint[1:], *command),
    ]


def network_create(inputs: Mapping[str, Any]) -> list[str]:
    """The arguments of `docker` for a network of ours."""
    subnets = [word for config in inputs.get("ipamConfigs", []) for word in ("--subnet", config["subnet"])]
    options = [word for key, value in inputs.get("options", {}).items() for word in ("--opt", f"{key}={value}")]
    return ["network", "create", "--driver", inputs.get("driver", "bridge"), *subnets, *options, inputs["name"]]


def _options(inputs: Mapping[str, Any]) -> Iterator[str]:
    check = inputs.get("healthcheck")
    if check:
        yield from ("--health-cmd", shlex.join(check["tests"][1:]), "--health-interval", check["interval"])
        yield from ("--health-timeout", check["timeout"], "--health-retries", str(int(check["retries"])))
    network = next(iter(inputs.get("networksAdvanced", [])), None)
    yield from ("--network", network["name"] if network else inputs["networkMode"])
    if network:
        yield from ("--ip", network["ipv4Address"])
    for port in inputs.get("ports", []):
        yield from ("--publish", f"{port['ip']}:{int(port['external'])}:{int(port['internal'])}")
    if mode := inputs.get("pidMode"):
        yield from ("--pid", mode)
    yield from ("--read-only", "--cap-drop", "ALL", "--cpuset-cpus", inputs["cpuSet"])
    for added in inputs.get("capabilities", {}).get("adds", []):
        yield from ("--cap-add", added)
    if shares := inputs.get("cpuShares"):
        yield from ("--cpu-shares", str(int(shares)))
    yield from ("--memory", f"{int(inputs['memory'])}m", "--memory-swap", f"{int(inputs['memorySwap'])}m")
    yield from ("--shm-size", f"{int(inputs['shmSize'])}m", "--log-driver", inputs["logDriver"])
    for key, value in inputs["logOpts"].items():
        yield from ("--log-opt", f"{key}={value}")
    for option in inputs["securityOpts"]:
        yield from ("--security-opt", option)
    for limit in inputs["ulimits"]:
        yield from ("--ulimit", f"{limit['name']}={int(limit['soft'])}:{int(limit['hard'])}")
    for path in inputs["tmpfs"]:
        yield from ("--tmpfs", path)


def _volume(volume: Mapping[str, Any]) -> str:
    source = volume.get("volumeName") or volume.get("hostPath")
    if not source:
        return str(volume["containerPath"])
    return f"{source}:{volume['containerPath']}" + (":ro" if volume.get("readOnly") else "")


def _file(path: str, text: str, folder: Path) -> str:
    source = folder / path.lstrip("/")
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text)
    source.chmod(0o444)
    return f"{source}:{path}:ro"


def _docker(arguments: Sequence[str]) -> None:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OpsError(f"docker {' '.join(arguments[:4])} …: {done.stderr.strip()}")


def _await_healthy(client: DockerClient, names: Sequence[str], deadline: float) -> None:
    while waiting := [name for name in names if not _healthy(client, name)]:
        if time.monotonic() > deadline:
            raise OpsError(f"not healthy {_HEALTHY_SECONDS} s after the first docker run: {', '.join(waiting)}")
        time.sleep(0.1)


def _healthy(client: DockerClient, name: str) -> bool:
    return bool(client.api.inspect_container(name)["State"]["Health"]["Status"] == "healthy")
