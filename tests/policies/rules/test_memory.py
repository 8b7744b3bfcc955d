from typing import Any

import pytest

from policies.rules.memory import RULES
from tests.policies.given import DATABASE, ENGINE, SERVICE, container, found

TIERS = [ENGINE, SERVICE, DATABASE]


def memlock(soft: int, hard: int) -> list[dict[str, Any]]:
    return [{"name": "nofile", "soft": 65536, "hard": 65536}, {"name": "memlock", "soft": soft, "hard": hard}]


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("value", [0, None])
def test_memory_has_a_bound(tier: Any, value: int | None) -> None:
    assert found("memory-bounded-without-swap", container(tier, memory=value)) == [
        "memory is not set, so a leak takes the host's memory from the engine; set it in MiB"
    ]


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("value", [0, None])
def test_docker_gives_swap_where_nothing_is_said(tier: Any, value: int | None) -> None:
    assert found("memory-bounded-without-swap", container(tier, memorySwap=value)) == [
        "memorySwap is not set, so Docker gives as much swap again; set it to memory, 1024"
    ]


@pytest.mark.parametrize("value", [1023, 1025, 2048, -1])
def test_what_is_above_memory_is_swap(value: int) -> None:
    assert found("memory-bounded-without-swap", container(memorySwap=value)) == [
        f"memorySwap={value} differs from memory=1024, and the rest is swap; set it to 1024"
    ]


def test_memory_without_swap_is_right() -> None:
    assert found("memory-bounded-without-swap", container(memory=64, memorySwap=64)) == []


@pytest.mark.parametrize("value", [2048, None])
def test_swap_is_taken_away(value: int | None) -> None:
    assert RULES[0].mend is not None
    mended = RULES[0].mend(container(memorySwap=value))

    assert mended == {"memorySwap": 1024}
    assert found("memory-bounded-without-swap", container(**mended)) == []


def test_no_memory_is_made_up() -> None:
    assert RULES[0].mend is not None
    assert RULES[0].mend(container(memory=None)) == {}


def test_an_engine_that_may_lock_nothing() -> None:
    assert found("engine-memory-locked", container(ulimits=memlock(-1, -1)[:1])) == [
        "ulimits has no memlock, so mlockall is refused; set it to soft=-1, hard=-1"
    ]


@pytest.mark.parametrize(("soft", "hard"), [(65536, 65536), (65536, -1), (-1, 65536)])
def test_an_engine_that_may_lock_a_little(soft: int, hard: int) -> None:
    assert found("engine-memory-locked", container(ulimits=memlock(soft, hard))) == [
        f"ulimits memlock is soft={soft}, hard={hard}; set both to -1"
    ]


def test_an_engine_that_may_lock_all() -> None:
    assert found("engine-memory-locked", container(ulimits=memlock(-1, -1))) == []


@pytest.mark.parametrize("limits", [None, memlock(64, 64)])
def test_another_tier_need_not_lock(limits: Any) -> None:
    assert found("engine-memory-locked", container(SERVICE, ulimits=limits)) == []


@pytest.mark.parametrize("tier", TIERS)
def test_shared_memory_of_the_host(tier: Any) -> None:
    assert found("shared-memory-apart", container(tier, ipcMode="host")) == [
        "ipcMode=host shares memory with the whole host; set shareable, and container:<id> at the reader"
    ]


@pytest.mark.parametrize("mode", ["shareable", "private", "none", "container:host", None])
def test_shared_memory_of_named_containers(mode: str | None) -> None:
    assert found("shared-memory-apart", container(ipcMode=mode)) == []


def volume(source: str, target: str) -> dict[str, Any]:
    return {"volumes": [{"hostPath": source, "containerPath": target}]}


def mount(source: str, target: str) -> dict[str, Any]:
    return {"mounts": [{"type": "bind", "source": source, "target": target}]}


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        (volume("/dev/hugepages", "/huge"), "/dev/hugepages"),
        (volume("/mnt/huge", "/dev/hugepages"), "/dev/hugepages"),
        (volume("/dev/hugepages/engine", "/dev/hugepages"), "/dev/hugepages/engine"),
        (volume("/dev/hugepages-1G", "/huge"), "/dev/hugepages-1G"),
        (mount("/dev/hugepages/engine", "/huge"), "/dev/hugepages/engine"),
        (mount("/mnt/huge", "/dev/hugepages/"), "/dev/hugepages/"),
    ],
)
@pytest.mark.parametrize("limits", [None, memlock(-1, 1024), memlock(1024, -1)])
@pytest.mark.parametrize("tier", [ENGINE, SERVICE])
def test_huge_pages_that_cannot_be_pinned(argument: Any, path: str, limits: Any, tier: Any) -> None:
    assert found("huge-pages-locked", container(tier, ulimits=limits, **argument)) == [
        f"mounts {path}, but ulimits memlock is bounded: it may not pin them; set soft=-1, hard=-1"
    ]


def test_huge_pages_that_can() -> None:
    argument = volume("/dev/hugepages", "/dev/hugepages")
    assert found("huge-pages-locked", container(ulimits=memlock(-1, -1), **argument)) == []


@pytest.mark.parametrize("argument", [{}, volume("/dev/shm", "/dev/shm"), mount("/mnt/dev/hugepages", "/huge")])
def test_other_mounts_ask_for_no_lock(argument: Any) -> None:
    assert found("huge-pages-locked", container(ulimits=None, **argument)) == []


@pytest.mark.parametrize("value", [1, 255])
def test_a_database_with_little_shared_memory(value: int) -> None:
    assert found("database-shared-memory", container(DATABASE, shmSize=value)) == [
        f"shmSize={value} is below 256 MiB, and parallel queries find no space left; raise it"
    ]


@pytest.mark.parametrize("value", [0, None])
def test_a_database_with_dockers_shared_memory(value: int | None) -> None:
    assert found("database-shared-memory", container(DATABASE, shmSize=value)) == [
        "shmSize is not set: 64 MiB is below 256 MiB, and parallel queries find no space left; raise it"
    ]


@pytest.mark.parametrize("value", [256, 1024])
def test_a_database_with_shared_memory(value: int) -> None:
    assert found("database-shared-memory", container(DATABASE, shmSize=value)) == []


def test_shared_memory_as_configured() -> None:
    assert found("database-shared-memory", container(DATABASE, shmSize=1023), minimum_shm_mib=1024) == [
        "shmSize=1023 is below 1024 MiB, and parallel queries find no space left; raise it"
    ]
    assert found("database-shared-memory", container(DATABASE, shmSize=1024), minimum_shm_mib=1024) == []


def test_dockers_shared_memory_may_be_enough() -> None:
    assert found("database-shared-memory", container(DATABASE, shmSize=None), minimum_shm_mib=64) == []
    assert found("database-shared-memory", container(DATABASE, shmSize=None), minimum_shm_mib=65) == [
        "shmSize is not set: 64 MiB is below 65 MiB, and parallel queries find no space left; raise it"
    ]


def test_only_postgresql_needs_shared_memory() -> None:
    etcd = container(DATABASE, shmSize=None, uploads=None, image="quay.io/coreos/etcd:v3.5")
    elsewhere = container(SERVICE, shmSize=None, image="desk/postgres:17")

    assert elsewhere.runs_postgresql
    assert found("database-shared-memory", etcd) == []
    assert found("database-shared-memory", elsewhere) == []
