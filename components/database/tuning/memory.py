"""Memory, as `room.py` divides it."""

from components.database.settings import DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """Buffers, and what each kind of work may take."""
    room = settings.room
    return (
        Parameter(
            name="max_locks_per_transaction",
            value=room.locks,
            reason="A query locks every chunk that it may touch, and more memory holds more chunks.",
            source="timescaledb-tune",
        ),
        Parameter(
            name="shared_buffers",
            value=f"{room.buffers_mib}MB",
            reason="A quarter of the memory; the page cache has what nobody else takes.",
            source="timescaledb-tune",
            sized=True,
        ),
        Parameter(
            name="huge_pages",
            value=settings.huge_pages,
            reason="With pages of 4 KiB, each connection that has touched all buffers has a page table of 1/512 of "
            "them.",
            source="database.huge_pages; PostgreSQL 17 documentation, Linux huge pages",
        ),
        Parameter(
            name="effective_cache_size",
            value=f"{room.memory_mib * 3 // 4}MB",
            reason="What the planner takes for cached: buffers and page cache.",
            source="timescaledb-tune",
            sized=True,
        ),
        Parameter(
            name="maintenance_work_mem",
            value=f"{room.maintenance_mib}MB",
            reason="An eighth of what shared memory and connections leave, for one index build.",
            source="components/database/room.py; at most 2,047 MiB: timescaledb-tune",
        ),
        Parameter(
            name="autovacuum_work_mem",
            value=f"{room.autovacuum_kib}kB",
            reason="All workers together take one maintenance_work_mem; by default each would take one.",
            source="components/database/room.py",
        ),
        Parameter(
            name="work_mem",
            value=f"{room.work_kib}kB",
            reason="Three quarters of what shared memory and connections leave, for one hash of each connection, which "
            "may take twice this: above the limit the kernel kills a process, and with it all sessions.",
            source="components/database/room.py; PostgreSQL 17 documentation, hash_mem_multiplier",
        ),
    )
