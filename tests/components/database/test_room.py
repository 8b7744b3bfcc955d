"""How the memory of a node is divided. That the server asks for no more shared memory: test_programs.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.database.room import Room

ROOMS = st.builds(
    Room, memory_mib=st.integers(512, 1048576), connections=st.integers(25, 1000), cpus=st.integers(1, 256)
)
BIG_ENOUGH = ROOMS.filter(lambda room: room.suffices)


def room(memory_mib: int = 4096, connections: int = 100, cpus: int = 2) -> Room:
    return Room(memory_mib=memory_mib, connections=connections, cpus=cpus)


def test_a_node_of_4_gib_is_divided() -> None:
    found = room()

    # 1024/32 MiB for the headers of buffers, 100 + 25 + 3 + 10 processes of 48 + 128·0.4 KiB, 24 for the rest.
    assert (found.buffers_mib, found.shared_mib) == (1024, 1024 + 32 + 14 + 24)
    # 64 MiB for Patroni and the postmaster, 2.25 MiB for each connection.
    assert found.spare_mib == 4096 - 1094 - 64 - 225
    assert (found.maintenance_mib, found.autovacuum_kib) == (339, 339 * 1024 // 3)
    assert found.work_kib == 2713 * 1024 * 3 // 4 // 100 // 2


@pytest.mark.parametrize(
    ("memory_mib", "locks"),
    [(512, 128), (8191, 128), (8192, 256), (16383, 256), (16384, 512), (32767, 512), (32768, 1024), (1048576, 1024)],
)
def test_more_memory_gives_more_locks(memory_mib: int, locks: int) -> None:
    assert room(memory_mib).locks == locks


@pytest.mark.parametrize(("cpus", "workers"), [(1, 3), (3, 3), (4, 4), (10, 10), (11, 10), (256, 10)])
def test_autovacuum_has_a_worker_per_cpu_within_bounds(cpus: int, workers: int) -> None:
    assert room(cpus=cpus).autovacuum_workers == workers


def test_one_maintenance_command_has_a_bound() -> None:
    assert room(65536).maintenance_mib == 2047
    assert room(16384).maintenance_mib == 1476


@given(found=BIG_ENOUGH)
def test_all_at_once_fit_into_the_memory(found: Room) -> None:
    # Twice: PostgreSQL's hash_mem_multiplier.
    hashes_kib = 2 * found.work_kib * found.connections
    autovacuum_kib = found.autovacuum_kib * found.autovacuum_workers
    connections_kib = found.connections * 2304
    at_work_kib = hashes_kib + autovacuum_kib + connections_kib + found.maintenance_mib * 1024

    assert found.shared_mib + 64 + at_work_kib / 1024 <= found.memory_mib


@given(found=BIG_ENOUGH)
def test_every_share_is_one_that_postgresql_takes(found: Room) -> None:
    assert found.buffers_mib >= 128
    assert min(found.work_kib, found.autovacuum_kib, found.maintenance_mib * 1024) >= 64


@given(found=ROOMS)
def test_a_room_that_does_not_suffice_has_no_64_kib_for_a_hash_of_each_connection(found: Room) -> None:
    needed_mib = 2 * 64 * found.connections / 1024 / 0.75

    assert found.suffices == (found.spare_mib >= needed_mib)
