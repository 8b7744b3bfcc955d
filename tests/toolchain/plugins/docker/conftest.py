"""A real daemon, and an image made from this machine's own shell, so that no registry and no other image is needed."""

import io
import os
import re
import secrets
import subprocess
import tarfile
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from docker import APIClient
from docker.errors import APIError, DockerException

from toolchain.plugins.docker.plugin import provider

SOCKET = "/var/run/docker.sock"
STACK = f"plugins-{os.getpid()}"
LABEL = {"label": "hft.stack", "value": STACK}
PROGRAMS = ("sh", "sleep", "cat", "ls")


@pytest.fixture(scope="session")
def daemon() -> Iterator[APIClient]:
    """A client of this machine's daemon."""
    try:
        client = APIClient(version="auto")
    except DockerException as error:
        pytest.skip(f"no Docker daemon answers here: {error}")
    yield client
    clear(client)
    client.close()


def clear(client: APIClient) -> None:
    """Removes all that the tests made."""
    ours = {"label": f"hft.stack={STACK}"}
    for container in client.containers(all=True, filters=ours):
        client.remove_container(container["Id"], force=True, v=True)
    for network in client.networks(filters=ours):
        client.remove_network(network["Id"])
    for volume in client.volumes(filters=ours)["Volumes"] or []:
        client.remove_volume(volume["Name"], force=True)


@pytest.fixture(scope="session")
def image(daemon: APIClient) -> Iterator[str]:
    """``name:tag`` of an image with a shell; it declares a volume at /etc/hft, as the project's images do."""
    name = f"hft-plugins:{os.getpid()}"
    daemon.import_image_from_data(_root_filesystem(), repository=name, changes=["VOLUME /etc/hft", "USER 10001"])
    yield name
    clear(daemon)
    daemon.remove_image(name, force=True)


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"hft-plugins-{secrets.token_hex(4)}"


@pytest.fixture
async def plugin(serve: Any, daemon: APIClient) -> AsyncIterator["Stack"]:
    """The plugin in front of the real daemon; all that a test makes goes with it."""
    running = await serve(provider())
    await running.configure(host=f"unix://{SOCKET}")
    yield Stack(running)
    clear(daemon)


@dataclass
class Made:
    kind: str
    id: str
    inputs: Mapping[str, Any]
    state: dict[str, Any]


@dataclass
class Stack:
    """What the engine does with a resource: check, then create, update or delete, keeping inputs and state."""

    plugin: Any

    async def up(self, kind: str, **inputs: Any) -> Made:
        if kind != "RemoteImage":
            inputs["labels"] = [LABEL, *inputs.get("labels", [])]
        checked, failures = await self.plugin.check(kind, inputs)
        assert failures == []
        resource_id, state = await self.plugin.create(kind, checked)
        return Made(kind, resource_id, checked, state)

    async def change(self, made: Made, **inputs: Any) -> dict[str, str]:
        """Update in place; gives the diff's paths. A change that replaces is an error."""
        checked, failures = await self.plugin.check(made.kind, {**made.inputs, **inputs}, made.inputs)
        assert failures == []
        diff = await self.plugin.diff(made.kind, made.inputs, checked, state=made.state)
        assert diff["replaces"] == []
        if diff["changes"]:
            made.state = await self.plugin.update(made.kind, made.id, made.state, made.inputs, checked)
            made.inputs = checked
        return dict(diff["paths"])

    async def refresh(self, made: Made) -> str:
        found, made.state, made.inputs = await self.plugin.read(made.kind, made.id, made.state, made.inputs)
        return str(found)

    async def down(self, made: Made) -> None:
        await self.plugin.delete(made.kind, made.id, made.state)


def _root_filesystem() -> bytes:
    """A tar archive of a few programs with the libraries they load."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        files = {f"bin/{program}": Path("/bin", program).resolve() for program in PROGRAMS}
        for path in list(files.values()):
            files |= {library.lstrip("/"): Path(library).resolve() for library in _libraries(path)}
        for target, source in files.items():
            archive.add(source, target)
        for folder in ("tmp", "etc/hft", "data"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o777
            archive.addfile(entry)
    return buffer.getvalue()


def _libraries(program: Path) -> list[str]:
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", listed)


async def refusal(call: Awaitable[Any]) -> str:
    """What the operator reads when this call fails, as it must."""
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await call
    return str(failed.value.details())


def gone(daemon: APIClient, container: str) -> bool:
    try:
        daemon.inspect_container(container)
    except APIError:
        return True
    return False
