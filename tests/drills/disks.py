"""Bad disks for a node of the rig: one that is nearly full, and one that is slow."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.drills.cluster import STACK, Cluster
from tests.drills.rig import Host

_MIB = 1024 * 1024
_CGROUPS = Path("/sys/fs/cgroup")
_NODE_AND_GUARD = ("tsdb", "tsdb-guard")


@dataclass(frozen=True)
class SmallDisk:
    """The file system of a node's data."""

    folder: Path

    def leave(self, mib: int) -> None:
        """Take all that is free but so much; other files than the database's do that."""
        free_mib = os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize // _MIB
        with self._ballast.open("ab") as ballast:
            size = ballast.tell() + (free_mib - mib) * _MIB
            os.posix_fallocate(ballast.fileno(), 0, size)

    def free(self) -> None:
        """Give back what was taken."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def small_disk(cluster: Cluster, host: Host, mib: int) -> Iterator[SmallDisk]:
    """Have the node of a host on a file system of that size until the block ends; it is stopped before and after."""
    data = host.folder / "data" / "volumes" / f"hft-{STACK}-tsdb-{cluster.hosts.index(host)}-data" / "_data"
    with tempfile.TemporaryDirectory(dir=host.folder) as folder:
        _stop(cluster, host)
        _run("mount", "-t", "tmpfs", "-o", f"size={mib}m", f"{host.site.name}-small", folder)
        try:
            _copy(data, Path(folder))
            _run("mount", "--bind", folder, str(data))
            try:
                _start(cluster, host)
                yield SmallDisk(Path(folder))
                _stop(cluster, host)
            finally:
                _run("umount", "--lazy", str(data))
            shutil.rmtree(data / "pg17")
            _copy(Path(folder), data)
        finally:
            _run("umount", "--lazy", folder)
            _start(cluster, host)


@contextmanager
def slow_disk(cluster: Cluster, host: Host, writes_per_second: int) -> Iterator[None]:
    """Let the node of a host write no more than so often to its disk until the block ends."""
    device = host.folder.stat().st_dev
    with cluster.node(host) as container:
        limit = _CGROUPS / "blkio" / host.site.name / str(container.id) / "blkio.throttle.write_iops_device"
    numbers = f"{os.major(device)}:{os.minor(device)}"
    limit.write_text(f"{numbers} {writes_per_second}")
    try:
        yield
    finally:
        limit.write_text(f"{numbers} 0")


def _stop(cluster: Cluster, host: Host) -> None:
    for part in reversed(_NODE_AND_GUARD):
        with cluster.node(host, part) as container:
            container.stop()


def _start(cluster: Cluster, host: Host) -> None:
    for part in _NODE_AND_GUARD:
        with cluster.node(host, part) as container:
            container.start()


def _copy(source: Path, target: Path) -> None:
    _run("cp", "-a", f"{source}/.", str(target))


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True, text=True)
