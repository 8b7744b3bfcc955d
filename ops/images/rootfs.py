"""The root file system under the base image: Debian's own by pull, else bootstrapped from the machine's mirror."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import docker

from ops.images import engine, upstream
from ops.images.failure import ImageError
from ops.images.relay import Relay
from ops.images.sources import RELEASE
from ops.images.upstream import Upstream
from toolchain.errors import ToolchainError
from toolchain.packages import ensure_package

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_TOLD_LINES = 12

# As Debian's slim images: nothing that only a person at a terminal reads; licences stay.
_DPKG = (
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/lintian/*",
    "path-exclude=/usr/share/locale/*",
    "path-include=/usr/share/locale/locale.alias",
)
_OPTIONS = (
    "--variant=minbase",
    "--format=tar",
    *(f"--dpkgopt={option}" for option in _DPKG),
    "--customize-hook=rm -f $1/etc/apt/sources.list $1/etc/apt/apt.conf.d/99mmdebstrap",
    "--customize-hook=rm -f $1/etc/hostname $1/etc/resolv.conf",
)
_RECIPE = hashlib.sha256(repr((RELEASE, _OPTIONS)).encode()).hexdigest()
_TAG = f"hft/rootfs:{_RECIPE[:12]}"


def inputs(published: Upstream) -> str:
    """SHA-256 (hex) of what decides it, whichever of the two ways it comes."""
    return hashlib.sha256(f"{_RECIPE} {published.inputs}".encode()).hexdigest()


def provide(client: docker.DockerClient, published: Upstream, relay: Relay, fresh: bool) -> str:
    """A reference that a Dockerfile can stand on; `fresh` bootstraps again. Raises ImageError where no way works."""
    pulled = upstream.pull(client, published)
    if pulled:
        return pulled[0]
    if fresh or engine.find(client, _TAG) is None:
        _bootstrap(client, relay)
    return _TAG


def _bootstrap(client: docker.DockerClient, relay: Relay) -> None:
    _ensure_tools()
    with tempfile.TemporaryDirectory(prefix="hft-rootfs-") as folder:
        archive = Path(folder) / "rootfs.tar"
        command = ["mmdebstrap", *_OPTIONS, f"--keyring={_KEYRING}", RELEASE, str(archive), *relay.debian_lines]
        done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            told = "\n".join(f"  {line}" for line in done.stderr.splitlines()[-_TOLD_LINES:])
            raise ImageError(f"image base: mmdebstrap failed ({done.returncode})\n{told}")
        repository, _, tag = _TAG.partition(":")
        client.api.import_image_from_file(str(archive), repository=repository, tag=tag)


def _ensure_tools() -> None:
    try:
        if shutil.which("mmdebstrap") is None:
            ensure_package("mmdebstrap", "no registry answers with debian:trixie-slim, so the base is bootstrapped")
        if not _KEYRING.is_file():
            ensure_package("debian-archive-keyring", "Debian's packages are checked against its keys")
    except ToolchainError as error:
        raise ImageError(f"image base: {error}") from None


def _environment() -> dict[str, str]:
    """Without proxies: the relay is on this machine and knows them itself."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
