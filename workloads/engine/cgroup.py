"""What the kernel tells of the CPU that was kept from this process: by a quota of its cgroup, or for somebody else.

A policy refuses engines a quota, so a throttled period is one too many. Both versions of
cgroups are read: v2 has one file for all, v1 one beside each controller (kernel, admin-guide/cgroup-v2 and
scheduler/sched-bwc). What a cgroup above the container's own holds back is not seen from inside.
"""

import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MOUNTED: Final = Path("/sys/fs/cgroup")
_OWN: Final = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class Throttled:
    """How often and for how long a quota has held the cgroup back, since the cgroup was made."""

    periods: int
    seconds: float


def throttled(mounted: Path = _MOUNTED, own: Path = _OWN) -> Throttled | None:
    """Return what the process' own cgroup tells, or None where no file says it: no cgroup, or the host's root."""
    for place in _places(own):
        try:
            text = (mounted / place / "cpu.stat").read_text()
        except OSError:
            continue
        if found := parse(text):
            return found
    return None


def parse(text: str) -> Throttled | None:
    """Return the throttling in the text of a cpu.stat, or None where it has none. v1 counts in ns, v2 in µs."""
    told = dict(line.split(maxsplit=1) for line in text.splitlines() if line.count(" ") == 1)
    if "nr_throttled" not in told:
        return None
    v1, v2 = int(told.get("throttled_time", 0)), int(told.get("throttled_usec", 0))
    return Throttled(int(told["nr_throttled"]), v1 / 1e9 + v2 / 1e6)


def involuntary_switches() -> int:
    """Return how often the kernel took the CPU from a thread of this process that wanted to go on."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def _places(own: Path) -> Iterator[str]:
    """Folders below the mount that may have it. In a container the cgroup's own folder is mounted, or the host's."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers or "cpu" in controllers.split(","):
            yield f"{controllers}{path}".lstrip("/")
            yield controllers
