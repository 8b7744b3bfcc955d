"""PostgreSQL's parameters. That a server takes them: test_programs.py."""

from hypothesis import given
from hypothesis import strategies as st

from components.database import DatabaseSettings
from components.database.tuning import Parameters, cluster_parameters, node_parameters
from tests.components.database.test_settings import database

MEMORY_MIB = st.integers(512, 1048576)
CONNECTIONS = st.integers(95, 1000)
WAL_MIB = st.integers(256, 1048576)
WAL_FILE_MIB = 16


def mib(parameters: Parameters, name: str) -> int:
    return int(str(parameters[name]).removesuffix("MB"))


def kib(parameters: Parameters, name: str) -> int:
    return int(str(parameters[name]).removesuffix("kB"))


def sized(memory_mib: int, connections: int) -> DatabaseSettings:
    return database(memory_mib=memory_mib, max_connections=connections)


def test_what_all_nodes_share() -> None:
    assert cluster_parameters(database(max_connections=120)) == {
        "max_connections": 120,
        "max_locks_per_transaction": 128,
        "max_worker_processes": 27,
        "max_wal_senders": 10,
        "max_replication_slots": 10,
        "wal_level": "replica",
        "wal_keep_size": "128MB",
    }


def test_what_a_node_of_16_gib_has() -> None:
    assert node_parameters(database(memory_mib=16384, wal_mib=8192)) == {
        "shared_preload_libraries": "timescaledb,pg_stat_statements,pg_cron",
        "unix_socket_directories": "/run/postgresql",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "shared_buffers": "4096MB",
        "effective_cache_size": "12288MB",
        "maintenance_work_mem": "2047MB",
        "work_mem": "65536kB",
        "max_wal_size": "8192MB",
        "min_wal_size": "4096MB",
        "max_slot_wal_keep_size": "16384MB",
        "wal_compression": "lz4",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "wal_sender_timeout": "5s",
        "wal_receiver_timeout": "5s",
        "jit": "off",
        "random_page_cost": "1.1",
        "effective_io_concurrency": 256,
        "default_toast_compression": "lz4",
        "autovacuum_naptime": "10s",
        "timescaledb.max_background_workers": 16,
        "timescaledb.telemetry_level": "off",
        "cron.database_name": "hft",
        "cron.use_background_workers": "on",
        "cron.max_running_jobs": 4,
        "cron.log_statement": "off",
        "logging_collector": "off",
        "log_min_duration_statement": "1s",
        "log_lock_waits": "on",
    }


def test_no_parameter_has_two_sources() -> None:
    assert set(cluster_parameters(database())) & set(node_parameters(database())) == set()


@given(memory=MEMORY_MIB, connections=CONNECTIONS)
def test_buffers_and_sorts_of_all_connections_fit_into_the_memory(memory: int, connections: int) -> None:
    found = node_parameters(sized(memory, connections))
    sorts_mib = kib(found, "work_mem") * connections / 1024

    assert mib(found, "shared_buffers") + mib(found, "maintenance_work_mem") + sorts_mib < memory


@given(memory=MEMORY_MIB, connections=CONNECTIONS)
def test_no_memory_is_below_or_above_what_the_server_takes(memory: int, connections: int) -> None:
    found = node_parameters(sized(memory, connections))

    # PostgreSQL 17 documentation, resource consumption: the default buffers, the least work_mem, and a limit of 32 bit.
    assert mib(found, "shared_buffers") >= 128
    assert 64 <= kib(found, "work_mem") <= 2**31 - 1
    assert 1 <= mib(found, "maintenance_work_mem") <= 2047
    assert mib(found, "shared_buffers") <= mib(found, "effective_cache_size") < memory


@given(wal=WAL_MIB)
def test_the_wal_has_room_for_two_files_and_a_slot_for_what_is_kept(wal: int) -> None:
    settings = database(wal_mib=wal)
    found = node_parameters(settings)

    assert 2 * WAL_FILE_MIB <= mib(found, "min_wal_size") <= mib(found, "max_wal_size") == wal
    assert mib(found, "max_slot_wal_keep_size") >= mib(cluster_parameters(settings), "wal_keep_size")


@given(nodes=st.integers(1, 7))
def test_every_standby_finds_a_sender_and_a_slot_with_some_left_for_copies(nodes: int) -> None:
    found = cluster_parameters(database(hosts=["a"] * nodes, synchronous_standbys=0))

    assert min(int(found["max_wal_senders"]), int(found["max_replication_slots"])) >= nodes + 2
