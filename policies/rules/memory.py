"""Memory: bounded, never on disk, and locked where a page fault would cost an order."""

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import Severity

from policies.frameworks import cis_docker, latency
from policies.pack.rule import ResourceRule, whole
from policies.resources import Container, Tier

_UNLIMITED = (-1, -1)
_HUGE_PAGES = "/dev/hugepages"
"""The mount point; those of other page sizes and of one program begin so too: `/dev/hugepages-1G`."""
_DOCKERS_SHM_MIB = 64


def _bounded(container: Container) -> Iterator[str]:
    memory, swap = container.amount("memory"), container.amount("memorySwap")
    if memory is None:
        yield "memory is not set, so a leak takes the host's memory from the engine; set it in MiB"
    elif swap is None:
        yield f"memorySwap is not set, so Docker gives as much swap again; set it to memory, {memory}"
    elif swap != memory:
        yield f"memorySwap={swap} differs from memory={memory}, and the rest is swap; set it to {memory}"


def _without_swap(container: Container) -> Mapping[str, Any]:
    memory = container.amount("memory")
    return {"memorySwap": memory} if memory else {}


def _locked(container: Container) -> Iterator[str]:
    if not container.is_engine:
        return
    limit = container.limits.get("memlock")
    if limit is None:
        yield "ulimits has no memlock, so mlockall is refused; set it to soft=-1, hard=-1"
    elif limit != _UNLIMITED:
        yield f"ulimits memlock is soft={limit.soft}, hard={limit.hard}; set both to -1"


def _shared_apart(container: Container) -> Iterator[str]:
    if container.inputs.get("ipcMode") == "host":
        yield "ipcMode=host shares memory with the whole host; set shareable, and container:<id> at the reader"


def _huge_pages_locked(container: Container) -> Iterator[str]:
    mounted = [path for mount in container.mounts for path in mount[:2] if path.startswith(_HUGE_PAGES)]
    if mounted and container.limits.get("memlock") != _UNLIMITED:
        yield f"mounts {mounted[0]}, but ulimits memlock is bounded: it may not pin them; set soft=-1, hard=-1"


def _room_for_queries(container: Container, *, minimum_shm_mib: int) -> Iterator[str]:
    if container.tier is not Tier.DATA or not container.runs_postgresql:
        return
    size = container.amount("shmSize")
    if (size or _DOCKERS_SHM_MIB) < minimum_shm_mib:
        said = f"shmSize={size}" if size else f"shmSize is not set: {_DOCKERS_SHM_MIB} MiB"
        yield f"{said} is below {minimum_shm_mib} MiB, and parallel queries find no space left; raise it"


RULES = (
    ResourceRule(
        name="memory-bounded-without-swap",
        description="A container has its memory and no swap: a page on disk costs milliseconds, a leak the whole host.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_bounded,
        mend=_without_swap,
        steps="Set Container.memory in MiB, and Container.memory_swap to the same.",
        source="https://docs.docker.com/engine/containers/resource_constraints/#--memory-swap-details",
        follows=(latency("L06"), cis_docker("5.11")),
        tags=("docker", "latency", "memory"),
    ),
    ResourceRule(
        name="engine-memory-locked",
        description="An engine may lock all its memory: a page fault in the hot path is a pause of its own.",
        severity=Severity.MEDIUM,
        of=Container,
        check=_locked,
        steps="Set Container.ulimits memlock to soft=-1, hard=-1.",
        source="https://man7.org/linux/man-pages/man2/mlock.2.html",
        follows=(latency("L08"),),
        tags=("docker", "latency", "memory"),
    ),
    ResourceRule(
        name="shared-memory-apart",
        description="Shared memory is between named containers: with the host's own, any process reads the book.",
        severity=Severity.HIGH,
        of=Container,
        check=_shared_apart,
        steps="Set Container.ipc_mode to shareable, and to container:<id> at the reader.",
        source="https://docs.docker.com/reference/cli/docker/container/run/#ipc",
        follows=(latency("L17"), cis_docker("5.17")),
        tags=("docker", "memory", "security"),
    ),
    ResourceRule(
        name="huge-pages-locked",
        description="Who uses huge pages may lock them: with a bounded limit it cannot pin them for a network card.",
        severity=Severity.HIGH,
        of=Container,
        check=_huge_pages_locked,
        steps="Set Container.ulimits memlock to soft=-1, hard=-1 beside the mount of /dev/hugepages.",
        source="https://doc.dpdk.org/guides/linux_gsg/enable_func.html",
        follows=(latency("L18"),),
        tags=("docker", "latency", "memory"),
    ),
    ResourceRule(
        name="database-shared-memory",
        description="PostgreSQL has shared memory for parallel queries: with Docker's 64 MiB they fail in the middle.",
        severity=Severity.HIGH,
        of=Container,
        check=_room_for_queries,
        numbers={"minimum_shm_mib": whole(256, 64, 1_048_576, "Least size of /dev/shm, in MiB.")},
        steps="Set Container.shm_size to 256 or more.",
        source="https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-DYNAMIC-SHARED-MEMORY-TYPE",
        follows=(latency("L29"),),
        tags=("docker", "data", "memory"),
    ),
)
