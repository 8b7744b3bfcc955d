"""How the memory of one database node is divided; pure. The model that sizes every parameter, in one place.

Counted: shared memory, Patroni, every connection with one sort or hash of its own, every autovacuum worker, and one
index build. Not counted: TimescaleDB's jobs, which the community edition has only, and the page tables of the buffers,
which huge pages save. What is left over is the page cache, which gives way.
"""

import math
from dataclasses import dataclass

# timescaledb-tune: GiB of memory from which a query may lock so many objects; below the first, 128.
_LOCKS_FROM_GIB = {32: 1024, 16: 512, 8: 256}
_LEAST_LOCKS = 128
# TimescaleDB documentation, timescaledb.max_background_workers: at least one per database; its default.
TIMESCALE_WORKERS = 16
"""Workers that TimescaleDB may have."""
# timescaledb-tune: 3 + TimescaleDB's + one per CPU.
_WORKERS_OF_OTHERS = 3
CRON_JOBS = 4
"""Jobs of pg_cron at once, each in a worker of its own."""
# PostgreSQL's default, and what timescaledb-tune sets.
_LEAST_AUTOVACUUM, _MOST_AUTOVACUUM = 3, 10
# Fitted to `postgres -C shared_memory_size` of PostgreSQL 17 with TimescaleDB 2.19 over 695 rooms, 512 MiB to 1 TiB: at
# least 6 MiB above each. Tables of the server double in size, so a smaller remainder would be below some.
_BUFFERS_PER_HEADER, _PROCESS_KIB, _LOCK_KIB, _OTHER_SHARED_MIB = 32, 48, 0.4, 24
# Resident and unshared, measured: Patroni 39 MiB, the postmaster 13 MiB, its processes beside it 7 MiB.
_ALWAYS_MIB = 64
# Measured: 2.0 MiB unshared and 0.2 MiB of page tables once a connection has written and has read its newest chunks.
_CONNECTION_KIB = 2304
# timescaledb-tune: the limit of one maintenance command.
_MOST_MAINTENANCE_MIB = 2047
# PostgreSQL's default of hash_mem_multiplier: a hash may take so many times work_mem.
_HASHES_PER_SORT = 2
LEAST_WORK_KIB = 64
"""PostgreSQL's own lower bound of work_mem, in KiB."""
WAL_SENDERS = 10
"""Patroni's default of max_wal_senders; the six standbys of the largest cluster, with some left for copies."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """The memory of one node, divided."""

    memory_mib: int
    """Memory limit of the node, in MiB."""
    connections: int
    """max_connections."""
    cpus: int
    """CPUs that the node may use."""

    @property
    def buffers_mib(self) -> int:
        """shared_buffers, in MiB. timescaledb-tune: a quarter."""
        return self.memory_mib // 4

    @property
    def locks(self) -> int:
        """max_locks_per_transaction."""
        return next((locks for gib, locks in _LOCKS_FROM_GIB.items() if self.memory_mib >= gib * 1024), _LEAST_LOCKS)

    @property
    def worker_processes(self) -> int:
        """max_worker_processes."""
        return _WORKERS_OF_OTHERS + TIMESCALE_WORKERS + CRON_JOBS + self.cpus

    @property
    def autovacuum_workers(self) -> int:
        """autovacuum_max_workers: one per CPU, within what is usual."""
        return max(_LEAST_AUTOVACUUM, min(self.cpus, _MOST_AUTOVACUUM))

    @property
    def shared_mib(self) -> int:
        """All shared memory, in MiB; no less than the server asks for."""
        processes = self.connections + self.worker_processes + self.autovacuum_workers + WAL_SENDERS
        processes_mib = math.ceil(processes * (_PROCESS_KIB + self.locks * _LOCK_KIB) / 1024)
        return self.buffers_mib + self.buffers_mib // _BUFFERS_PER_HEADER + processes_mib + _OTHER_SHARED_MIB

    @property
    def spare_mib(self) -> int:
        """What work can have while every connection is open, in MiB; below 0 where they do not even fit."""
        connections_mib = math.ceil(self.connections * _CONNECTION_KIB / 1024)
        return self.memory_mib - self.shared_mib - _ALWAYS_MIB - connections_mib

    @property
    def maintenance_mib(self) -> int:
        """maintenance_work_mem, in MiB: an eighth of what is spare."""
        return min(self.spare_mib // 8, _MOST_MAINTENANCE_MIB)

    @property
    def autovacuum_kib(self) -> int:
        """autovacuum_work_mem, in KiB: all workers together have as much as one maintenance command."""
        return self.maintenance_mib * 1024 // self.autovacuum_workers

    @property
    def work_kib(self) -> int:
        """work_mem, in KiB: three quarters of what is spare, for one hash of every connection."""
        return self.spare_mib * 1024 * 3 // 4 // self.connections // _HASHES_PER_SORT

    @property
    def suffices(self) -> bool:
        """Whether every connection gets what PostgreSQL takes as the least."""
        return self.work_kib >= LEAST_WORK_KIB
