"""PostgreSQL's parameters from the settings; pure.

Sources: timescaledb-tune (memory, planner), Patroni's documentation (which parameters only its store can set), and
the PostgreSQL 17 documentation for the rest.
"""

from components.database.settings import DATABASE, DatabaseSettings

Parameters = dict[str, str | int]

# TimescaleDB documentation, timescaledb.max_background_workers: at least one per database; its default.
_TIMESCALE_WORKERS = 16
# One job a minute that keeps hypertables, and room for some of the firm's own.
_CRON_JOBS = 4
# timescaledb-tune: 3 + background workers, and as many parallel workers as a small host has CPUs; and jobs of pg_cron.
_WORKER_PROCESSES = 3 + _TIMESCALE_WORKERS + 4 + _CRON_JOBS
# timescaledb-tune: MiB per GiB of memory; PostgreSQL's own limit is 2,047 MiB.
_MAINTENANCE_MIB_PER_GIB, _MAINTENANCE_MAX_MIB = 128, 2047
# timescaledb-tune: KiB per GiB of memory, shared by all connections and half the CPUs.
_WORK_KIB_PER_GIB = 409_600


def cluster_parameters(settings: DatabaseSettings) -> Parameters:
    """The parameters that must be the same on all nodes; Patroni takes these from its store only."""
    return {
        "max_connections": settings.max_connections,
        # timescaledb-tune: 128 below 8 GiB; a query locks every chunk that it may touch.
        "max_locks_per_transaction": 128,
        "max_worker_processes": _WORKER_PROCESSES,
        "max_wal_senders": 10,
        "max_replication_slots": 10,
        "wal_level": "replica",
        "wal_keep_size": "128MB",
    }


def node_parameters(settings: DatabaseSettings) -> Parameters:
    """The parameters of one node, sized from its memory limit."""
    return {
        "shared_preload_libraries": "timescaledb,pg_stat_statements,pg_cron",
        "unix_socket_directories": "/run/postgresql",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        **_memory(settings),
        **_wal(settings),
        **_planner(),
        "timescaledb.max_background_workers": _TIMESCALE_WORKERS,
        # An air-gapped host has nobody to tell; elsewhere nobody outside is to be told.
        "timescaledb.telemetry_level": "off",
        "cron.database_name": DATABASE,
        # Else each job would log in by TCP, with a password in a file.
        "cron.use_background_workers": "on",
        "cron.max_running_jobs": _CRON_JOBS,
        "cron.log_statement": "off",
        "logging_collector": "off",
        "log_min_duration_statement": "1s",
        "log_lock_waits": "on",
    }


def _memory(settings: DatabaseSettings) -> Parameters:
    memory = settings.memory_mib
    return {
        "shared_buffers": f"{memory // 4}MB",
        "effective_cache_size": f"{memory * 3 // 4}MB",
        "maintenance_work_mem": f"{min(memory * _MAINTENANCE_MIB_PER_GIB // 1024, _MAINTENANCE_MAX_MIB)}MB",
        "work_mem": f"{memory * _WORK_KIB_PER_GIB // 1024 // settings.max_connections}kB",
    }


def _wal(settings: DatabaseSettings) -> Parameters:
    return {
        "max_wal_size": f"{settings.wal_mib}MB",
        "min_wal_size": f"{settings.wal_mib // 2}MB",
        # A slot of a lost standby must not fill the disk (gitlab-com/gl-infra/production#1732).
        "max_slot_wal_keep_size": f"{settings.wal_mib * 2}MB",
        "wal_compression": "lz4",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        # CloudNativePG's values: a peer that is gone is noticed in seconds, not in the default minute.
        "wal_sender_timeout": "5s",
        "wal_receiver_timeout": "5s",
    }


def _planner() -> Parameters:
    return {
        # timescaledb-tune: compiling a plan costs more than the short statements of a trading system take.
        "jit": "off",
        "random_page_cost": "1.1",
        "effective_io_concurrency": 256,
        "default_toast_compression": "lz4",
        "autovacuum_naptime": "10s",
    }
