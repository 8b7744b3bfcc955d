"""Runs a program of a built image over files, as the parts of a stack would see them."""

import io
import tarfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import docker
import pytest
from docker.errors import DockerException
from docker.models.containers import Container

from components._common.images import ImageLock

_LOCK = Path(__file__).parents[2] / "images" / "lock.json"
FOLDERS = ("/etc/hft", "/run/secrets")
"""Where files go: the volumes that every image has."""
LABELS = {"hft.stack": "programs"}


class Ended(NamedTuple):
    """How a program ended, and what it said."""

    status: int
    output: str


def run(image: str, argv: Sequence[str], files: Mapping[str, str], **options: Any) -> Ended:
    """Run `argv` in a sealed container of the image with these files (absolute path → text).

    `options` go to Docker as they are and win over the seal: `network_mode`, `tmpfs`, `mem_limit`, …
    """
    with _container(image, files, {"entrypoint": list(argv), **options}) as container:
        container.start()
        status = container.wait(timeout=120)["StatusCode"]
        return Ended(status, container.logs().decode())


@contextmanager
def running(
    image: str, argv: Sequence[str], files: Mapping[str, str], ready: Sequence[str], **options: Any
) -> Iterator[Container]:
    """The image's own program with arguments `argv`, from when `ready` succeeds inside until the block ends."""
    with _container(image, files, {"command": list(argv), **options}) as container:
        container.start()
        deadline = time.monotonic() + 60
        while not _succeeds(container, ready):
            assert time.monotonic() < deadline, container.logs().decode()
            time.sleep(0.2)
        yield container


@contextmanager
def new_volume() -> Iterator[str]:
    """Name of a volume, until the block ends."""
    client = _client()
    made = client.volumes.create(f"hft-programs-{uuid.uuid4().hex[:8]}", labels=LABELS)
    try:
        yield str(made.name)
    finally:
        made.remove(force=True)
        client.close()


def beside(container: Container) -> str:
    """The `network_mode` of a container that shares the loopback of a running one, and no other network."""
    return f"container:{container.id}"


def execute(container: Container, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> Ended:
    """Run `argv` in a running container; it writes to one pipe, as Docker keeps no order between two."""
    one_pipe = ["sh", "-c", 'exec "$@" 2>&1', "sh", *argv]
    found = container.exec_run(one_pipe, environment=dict(environment or {}))
    return Ended(found.exit_code, found.output.decode())


def _succeeds(container: Container, argv: Sequence[str]) -> bool:
    container.reload()
    assert container.status == "running", container.logs().decode()
    return container.exec_run(list(argv)).exit_code == 0


@contextmanager
def _container(image: str, files: Mapping[str, str], options: Mapping[str, Any]) -> Iterator[Container]:
    client = _client()
    sealed = {"network_mode": "none", "read_only": True, "tmpfs": {"/tmp": ""}, "cap_drop": ["ALL"]}
    container = client.containers.create(
        image_id(image), labels=LABELS, **{**sealed, "volumes": list(FOLDERS), **options}
    )
    try:
        for folder in FOLDERS:
            below = {path.removeprefix(f"{folder}/"): text for path, text in files.items() if path.startswith(folder)}
            container.put_archive(folder, _archive(below))
        yield container
    finally:
        container.remove(force=True, v=True)
        client.close()


def _client() -> docker.DockerClient:
    try:
        client = docker.from_env(timeout=120)
        client.ping()
    except DockerException as error:
        pytest.skip(f"Docker does not answer: {error}")
    return client


def image_id(name: str) -> str:
    try:
        return ImageLock.load(_LOCK)[name]
    except LookupError as error:
        pytest.skip(str(error))


def _archive(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            content = text.encode()
            entry.size, entry.mode = len(content), 0o444
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
