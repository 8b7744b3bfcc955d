"""A container that works beside those of a stack: configured, sealed and placed as one that is there."""

import io
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

from docker import DockerClient
from docker.models.containers import Container

_SHARED = ("/var/lib/hft/repository", "/var/lib/hft/tls")
"""Volumes of the one that is there: the repository, or the certificate for the server that has it."""
_COPIED = ("/etc/hft", "/run/secrets")
"""Volumes of the image, which take files though the root is read-only."""


def created(
    like: Container,
    name: str,
    *,
    labels: Mapping[str, str],
    volumes: Mapping[str, str],
    command: Sequence[str] = (),
    entrypoint: Sequence[str] = (),
    memory_bytes: int | None = None,
) -> Container:
    """One that is not started yet, with the files and the repository of `like`; nothing is left where that fails.

    `volumes`: name → absolute path, written. `memory_bytes`: its bound, where that is not the one of `like`.
    """
    made = client(like).containers.create(
        like.attrs["Image"],
        name=name,
        command=list(command) or None,
        entrypoint=list(entrypoint) or None,
        labels=dict(labels),
        **_sealed(like, volumes, memory_bytes),
    )
    try:
        for folder in _COPIED:
            made.put_archive(folder, _inside(b"".join(like.get_archive(folder)[0])))
    except BaseException:
        made.remove(force=True, v=True)
        raise
    return made


def client(container: Container) -> DockerClient:
    """The Docker that runs a container."""
    found: DockerClient = container.client  # type: ignore[assignment]
    return found


def _inside(archive: bytes) -> bytes:
    """The files of a folder's archive without the folder, as an archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive)) as taken, tarfile.open(fileobj=buffer, mode="w") as given:
        for entry in taken:
            if entry.isfile():
                entry.name = entry.name.partition("/")[2]
                given.addfile(entry, taken.extractfile(entry))
    return buffer.getvalue()


def _sealed(like: Container, volumes: Mapping[str, str], memory_bytes: int | None) -> dict[str, Any]:
    """Docker's options: as `like` is sealed, bounded and placed."""
    host = like.attrs["HostConfig"]
    memory = memory_bytes or host["Memory"]
    mounts = dict(_mount(each) for each in like.attrs["Mounts"] if each["Destination"] in _SHARED)
    return {
        "network_mode": "host",
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "tmpfs": {"/tmp": ""},
        "volumes": {**mounts, **{volume: {"bind": path, "mode": "rw"} for volume, path in volumes.items()}},
        "mem_limit": memory,
        "memswap_limit": memory,
        "cpuset_cpus": host["CpusetCpus"],
        "cpu_shares": host["CpuShares"],
        "restart_policy": {"Name": "unless-stopped"},
        "healthcheck": {"test": ["NONE"]},
    }


def _mount(known: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """One of a container, as Docker takes it for another one: what, then where and how."""
    source = known["Name"] if known["Type"] == "volume" else known["Source"]
    return source, {"bind": known["Destination"], "mode": "rw" if known["RW"] else "ro"}
