"""Runs a script inside an image, sealed as the stacks run it (components/_common/container.py)."""

import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.models.containers import Container

LABELS = {"hft.stack": "images"}
"""What everything made here carries."""


@contextmanager
def sealed(
    client: docker.DockerClient, image: str, *, name: str, command: list[str], files: Mapping[str, bytes], secrets: Path
) -> Iterator[Container]:
    """A container, not started yet, with `files` below /etc/hft, `secrets` at /run/secrets and a data volume."""
    secrets.chmod(0o1777)
    volume = client.volumes.create(f"hft-images-{name}", labels=LABELS)
    container = client.containers.create(
        image,
        entrypoint=command[:1],
        command=command[1:],
        name=f"hft-images-{name}",
        labels=LABELS,
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        network_mode="host",
        volumes={volume.name: {"bind": "/var/lib/hft/data"}, str(secrets): {"bind": "/run/secrets"}},
        tmpfs={"/tmp": "", "/run/postgresql": ""},
        mem_limit="1g",
    )
    try:
        container.put_archive("/etc/hft", _archive(files))
        yield container
    finally:
        container.remove(force=True, v=True)
        volume.remove()


def finish(container: Container, seconds: int = 120) -> tuple[int, str]:
    """Start it and wait for its end: the exit status, and what it said."""
    container.start()
    status: int = container.wait(timeout=seconds)["StatusCode"]
    return status, container.logs().decode()


def _archive(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in sorted({name.partition("/")[0] for name in files if "/" in name}):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o444
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
