"""Takes built images to the Docker of another host, which has no registry to pull them from."""

import time
from collections.abc import Callable
from pathlib import Path

import docker

from ops.docker_hosts import connected
from ops.images import engine, lock
from ops.images.build import Step
from ops.images.catalog import ROOT
from ops.images.failure import ImageError

# One host's disk may take minutes over an image of hundreds of MB.
_TIMEOUT_SECONDS = 1200


def copy_images(endpoint: str, tell: Callable[[Step], None], root: Path = ROOT) -> None:
    """Load every locked image that the Docker at `endpoint` (tcp://…, unix://…, ssh://…) lacks; ids stay the same.

    Raises OpsError where either Docker does not answer, the lock is empty or an image is gone from this machine.
    """
    entries = lock.read(root / "images" / "lock.json")
    if not entries:
        raise ImageError(f"{root / 'images' / 'lock.json'}: no image to copy: run `hft images build`")
    with engine.connect() as here, connected(endpoint, _TIMEOUT_SECONDS) as there:
        for name, entry in entries.items():
            start = time.monotonic()
            present = engine.find(there, entry.id) is not None
            if not present:
                _send(here, there, name, entry.id)
            tell(Step(name, "current" if present else "copied", time.monotonic() - start, entry))


def _send(here: docker.DockerClient, there: docker.DockerClient, name: str, image: str) -> None:
    if engine.find(here, image) is None:
        raise ImageError(f"image {name}: {image} is in the lock, but not in this Docker: run `hft images build`")
    # Named by tag, so that the copy is not taken for a leftover over there.
    archive = here.images.get(image).save(named=True)
    there.images.load(archive)  # type: ignore[arg-type]  # the client streams any iterable of bytes
