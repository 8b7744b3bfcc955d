"""The images of the repository: one folder each under images/, parents read from their Dockerfiles."""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from ops.images.failure import ImageError

ROOT = Path(__file__).resolve().parents[2]
"""The repository's root."""

ROOTFS = "rootfs"
"""The parent that is no folder: see rootfs.py."""

_PARENT = re.compile(r"^ARG ([A-Z]+)_IMAGE$", re.MULTILINE)
# What a folder holds beside its build context; a change there builds nothing anew.
_NOT_BUILT = frozenset({"test.sh", "__pycache__"})
# Image → folders of the repository that its Dockerfile copies.
_EXTRA = {"backup": ("components/backup/agent",), "workloads": ("workloads",)}
# Files that only some machines leave behind must not change an image's identity.
_LEFTOVERS = frozenset({".pyc"})


@dataclass(frozen=True, kw_only=True)
class Image:
    """One image that we build: where its Dockerfile is, what it stands on, what it takes from the repository."""

    name: str
    folder: Path
    parents: tuple[str, ...]
    """Names of images, from the Dockerfile's `ARG <NAME>_IMAGE` lines."""
    arguments: Mapping[str, str]
    """Build arguments beside the parents' references."""
    extra: tuple[Path, ...] = ()
    """Folders of the repository that join the build context under their own names."""

    def context(self) -> bytes:
        """The build context as a tar archive: the same bytes for the same content, whoever owns the files."""
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for path, name in sorted(self._files(), key=lambda item: item[1]):
                _add(archive, path, name)
        return buffer.getvalue()

    def inputs(self, parents: Mapping[str, str]) -> str:
        """SHA-256 (hex) of everything that decides the image; `parents` maps their names to their own inputs."""
        digest = hashlib.sha256(self.context())
        decided = {"parents": {name: parents[name] for name in self.parents}, "arguments": dict(self.arguments)}
        digest.update(json.dumps(decided, sort_keys=True).encode())
        return digest.hexdigest()

    def _files(self) -> Iterator[tuple[Path, str]]:
        for path in _walk(self.folder):
            yield path, path.relative_to(self.folder).as_posix()
        for folder in self.extra:
            for path in _walk(folder):
                yield path, f"{folder.name}/{path.relative_to(folder).as_posix()}"


def load(edition: str = "apache", root: Path = ROOT) -> list[Image]:
    """All images in build order, parents first, else by name.

    `edition` is TimescaleDB's: apache or community. Raises ImageError on a parent that is no image or stands on itself.
    """
    found = {
        path.parent.name: Image(
            name=path.parent.name,
            folder=path.parent,
            parents=tuple(name.lower() for name in _PARENT.findall(path.read_text())),
            arguments={"EDITION": edition} if path.parent.name == "timescaledb" else {},
            extra=tuple(root / folder for folder in _EXTRA.get(path.parent.name, ())),
        )
        for path in sorted((root / "images").glob("*/Dockerfile"))
    }
    return [found[name] for name in _order(found)]


def _order(images: Mapping[str, Image]) -> list[str]:
    for image in images.values():
        for parent in image.parents:
            if parent not in images and parent != ROOTFS:
                raise ImageError(f"images/{image.name}/Dockerfile: no image {parent!r}; there are {', '.join(images)}")
    try:
        parents = {name: image.parents for name, image in images.items()}
        return [name for name in TopologicalSorter(parents).static_order() if name != ROOTFS]
    except CycleError as error:
        raise ImageError(f"images/: {' -> '.join(error.args[1])} stand on each other; break the circle") from None


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if path.is_file() and path.suffix not in _LEFTOVERS and not _NOT_BUILT.intersection(inside):
            yield path


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    content = path.read_bytes()
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
    archive.addfile(entry, io.BytesIO(content))
