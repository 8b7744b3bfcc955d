"""PostgreSQL's parameters. That a server takes them, and that its bounds are these: test_programs.py."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.database import DatabaseSettings
from components.database.tuning import Parameters, cluster_parameters, node_parameters, tune
from tests.components.database.test_settings import GOOD, ROLES, database
from tests.components.verdicts import accepts

WAL_FILE_MIB = 16
BOUNDS: dict[str, tuple[float, float, str]] = {
    "autovacuum_max_workers": (1, 262143, ""),
    "autovacuum_naptime": (1, 2147483, "s"),
    "autovacuum_vacuum_insert_scale_factor": (0, 100, ""),
    "autovacuum_work_mem": (-1, 2147483647, "kB"),
    "checkpoint_completion_target": (0, 1, ""),
    "checkpoint_timeout": (30, 86400, "s"),
    "client_connection_check_interval": (0, 2147483647, "ms"),
    "effective_cache_size": (1, 2147483647, "8kB"),
    "effective_io_concurrency": (0, 1000, ""),
    "idle_in_transaction_session_timeout": (0, 2147483647, "ms"),
    "log_min_duration_statement": (-1, 2147483647, "ms"),
    "maintenance_io_concurrency": (0, 1000, ""),
    "maintenance_work_mem": (64, 2147483647, "kB"),
    "max_connections": (1, 262143, ""),
    "max_locks_per_transaction": (10, 2147483647, ""),
    "max_parallel_maintenance_workers": (0, 1024, ""),
    "max_parallel_workers": (0, 1024, ""),
    "max_parallel_workers_per_gather": (0, 1024, ""),
    "max_replication_slots": (0, 262143, ""),
    "max_slot_wal_keep_size": (-1, 2147483647, "MB"),
    "max_standby_streaming_delay": (-1, 2147483647, "ms"),
    "max_wal_senders": (0, 262143, ""),
    "max_wal_size": (2, 2147483647, "MB"),
    "max_worker_processes": (0, 262143, ""),
    "min_wal_size": (2, 2147483647, "MB"),
    "random_page_cost": (0, 1.79769e308, ""),
    "shared_buffers": (16, 1073741823, "8kB"),
    "superuser_reserved_connections": (0, 262143, ""),
    "tcp_keepalives_count": (0, 2147483647, ""),
    "tcp_keepalives_idle": (0, 2147483647, "s"),
    "tcp_keepalives_interval": (0, 2147483647, "s"),
    "tcp_user_timeout": (0, 2147483647, "ms"),
    "timescaledb.max_background_workers": (0, 1000, ""),
    "vacuum_freeze_min_age": (0, 1000000000, ""),
    "wal_keep_size": (0, 2147483647, "MB"),
    "wal_receiver_timeout": (0, 2147483647, "ms"),
    "wal_retrieve_retry_interval": (1, 2147483647, "ms"),
    "wal_sender_timeout": (0, 2147483647, "ms"),
    "work_mem": (64, 2147483647, "kB"),
}
"""Name → least, most and unit of every parameter that has bounds, as the server tells them."""
_UNITS = {"": 1.0, "kB": 1.0, "8kB": 8.0, "MB": 1024.0, "ms": 1.0, "s": 1000.0, "min": 60000.0}


def _documents(data_per_wal: int | None, disk: str, **sizes: int) -> dict[str, Any]:
    few = {role: {"connection_limit": len(GOOD["hosts"]), "statement_timeout_seconds": 0} for role in ROLES}
    data = {} if data_per_wal is None else {"data_mib": data_per_wal * sizes["wal_mib"]}
    return {**GOOD, "objects": few, "disk": disk, **sizes, **data}


ANY_SIZE = st.builds(
    _documents,
    memory_mib=st.integers(512, 1048576),
    max_connections=st.integers(25, 1000),
    cpus=st.integers(1, 256),
    wal_mib=st.integers(256, 1048576),
    data_per_wal=st.none() | st.integers(4, 1000),
    disk=st.sampled_from(["nvme", "ssd", "hdd"]),
)
TAKEN = ANY_SIZE.filter(lambda document: accepts(DatabaseSettings, document)).map(DatabaseSettings.model_validate)


def number(value: str | int, unit: str = "") -> float:
    """A value in a unit: "16MB" in kB is 16384."""
    found = re.fullmatch(r"(-?[\d.]+)([a-zA-Z]*)", str(value))
    assert found, value
    return float(found[1]) * _UNITS[found[2]] / _UNITS[unit]


def parameters(settings: DatabaseSettings) -> Parameters:
    return {parameter.name: parameter.value for parameter in tune(settings)}


def outside(found: Parameters) -> dict[str, str | int]:
    """The parameters that the server would refuse for their size."""
    return {
        name: found[name]
        for name, (least, most, unit) in BOUNDS.items()
        if not least <= number(found[name], unit) <= most
    }


def test_what_follows_the_memory_of_16_gib() -> None:
    assert node_parameters(database(memory_mib=16384)) == {
        "shared_buffers": "4096MB",
        "effective_cache_size": "12288MB",
    }


def test_what_all_nodes_of_16_gib_share() -> None:
    assert cluster_parameters(database(memory_mib=16384, cpus=4, wal_mib=8192, max_connections=120)) == {
        "shared_preload_libraries": "timescaledb,pg_stat_statements,pg_cron",
        "unix_socket_directories": "/run/postgresql",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "timescaledb.max_background_workers": 16,
        "timescaledb.telemetry_level": "off",
        "max_connections": 120,
        "superuser_reserved_connections": 5,
        "idle_in_transaction_session_timeout": "60s",
        "client_connection_check_interval": "5s",
        "tcp_keepalives_idle": "10s",
        "tcp_keepalives_interval": "5s",
        "tcp_keepalives_count": 2,
        "tcp_user_timeout": "20s",
        "max_worker_processes": 27,
        "max_parallel_workers": 4,
        "max_parallel_workers_per_gather": 0,
        "max_parallel_maintenance_workers": 2,
        "max_locks_per_transaction": 512,
        "huge_pages": "try",
        "maintenance_work_mem": "1470MB",
        "autovacuum_work_mem": "376320kB",
        "work_mem": "37638kB",
        "synchronous_commit": "on",
        "wal_compression": "lz4",
        "max_wal_size": "8192MB",
        "min_wal_size": "4096MB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "recovery_init_sync_method": "syncfs",
        "wal_level": "replica",
        "max_wal_senders": 10,
        "max_replication_slots": 10,
        "wal_keep_size": "128MB",
        "max_slot_wal_keep_size": "16384MB",
        "wal_sender_timeout": "5s",
        "wal_receiver_timeout": "5s",
        "wal_retrieve_retry_interval": "200ms",
        "hot_standby_feedback": "off",
        "max_standby_streaming_delay": "5s",
        "jit": "off",
        "random_page_cost": "1.1",
        "effective_io_concurrency": 256,
        "maintenance_io_concurrency": 256,
        "default_toast_compression": "lz4",
        "autovacuum_max_workers": 4,
        "autovacuum_naptime": "10s",
        "autovacuum_vacuum_insert_scale_factor": "0.05",
        "vacuum_freeze_min_age": 0,
        "cron.database_name": "hft",
        "cron.use_background_workers": "on",
        "cron.max_running_jobs": 4,
        "cron.log_statement": "off",
        "logging_collector": "off",
        "log_min_duration_statement": "1s",
        "log_lock_waits": "on",
        "log_line_prefix": "%m [%p] %q%u@%d %h ",
        "log_connections": "off",
        "log_disconnections": "off",
        "log_replication_commands": "on",
        "log_statement": "ddl",
    }


def test_no_parameter_is_set_twice() -> None:
    names = [parameter.name for parameter in tune(database())]

    assert sorted(names) == sorted(set(names))
    assert {*cluster_parameters(database()), *node_parameters(database())} == set(names)


def test_every_parameter_says_why_and_from_where() -> None:
    silent = [each.name for each in tune(database()) if not (each.reason.endswith(".") and each.source)]

    assert silent == []


def test_what_patroni_takes_from_its_store_only_is_there() -> None:
    # Patroni documentation, dynamic configuration: these and no others.
    from_store = {"max_connections", "max_locks_per_transaction", "max_worker_processes", "max_prepared_transactions"}
    from_store |= {"wal_level", "track_commit_timestamp", "max_wal_senders", "max_replication_slots", "wal_keep_size"}
    from_store |= {"wal_log_hints"}

    assert from_store & set(node_parameters(database())) == set()


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"disk": "ssd"}, {"effective_io_concurrency": 32, "maintenance_io_concurrency": 32}),
        (
            {"disk": "hdd"},
            {"random_page_cost": "4", "effective_io_concurrency": 1, "maintenance_io_concurrency": 1},
        ),
        ({"huge_pages": "on"}, {"huge_pages": "on"}),
        ({"huge_pages": "off"}, {"huge_pages": "off"}),
        (
            {"wal_mib": 4096},
            {"max_wal_size": "4096MB", "min_wal_size": "2048MB", "max_slot_wal_keep_size": "8192MB"},
        ),
        ({"data_mib": 16384}, {}),
        ({"log_connections": True}, {"log_connections": "on", "log_disconnections": "on"}),
        ({"data_mib": 12000}, {"max_slot_wal_keep_size": "3000MB"}),
        (
            {"cpus": 2},
            {"max_worker_processes": 25, "max_parallel_workers": 2, "max_parallel_maintenance_workers": 1},
        ),
    ],
)
def test_a_choice_changes_these_parameters_only(changes: dict[str, Any], changed: Parameters) -> None:
    before, after = parameters(database()), parameters(database(**changes))

    assert {name: value for name, value in after.items() if before[name] != value} == changed


@given(settings=TAKEN)
def test_no_value_is_outside_of_what_the_server_takes(settings: DatabaseSettings) -> None:
    assert outside(parameters(settings)) == {}


def test_a_value_outside_of_what_the_server_takes_is_seen() -> None:
    found = {**parameters(database()), "work_mem": "63kB", "checkpoint_timeout": "29s", "shared_buffers": "127kB"}

    assert outside(found) == {"checkpoint_timeout": "29s", "shared_buffers": "127kB", "work_mem": "63kB"}


@given(settings=TAKEN)
def test_everything_at_once_fits_into_the_memory(settings: DatabaseSettings) -> None:
    found = parameters(settings)
    vacuum_kib = number(found["autovacuum_work_mem"], "kB") * number(found["autovacuum_max_workers"])
    # PostgreSQL 17: a hash may take twice work_mem.
    hashes_kib = 2 * number(found["work_mem"], "kB") * settings.max_connections
    all_kib = sum(number(found[name], "kB") for name in ("shared_buffers", "maintenance_work_mem")) + vacuum_kib

    assert all_kib + hashes_kib < 1024 * settings.memory_mib
    assert number(found["shared_buffers"]) <= number(found["effective_cache_size"]) < 1024 * settings.memory_mib


@given(settings=TAKEN)
def test_the_wal_has_room_for_two_files_and_a_slot_for_what_is_kept(settings: DatabaseSettings) -> None:
    found = {name: number(parameters(settings)[name], "MB") for name, bounds in BOUNDS.items() if bounds[2] == "MB"}

    assert 2 * WAL_FILE_MIB <= found["min_wal_size"] <= found["max_wal_size"] == settings.wal_mib
    assert found["max_slot_wal_keep_size"] >= max(found["max_wal_size"], found["wal_keep_size"])
    if settings.data_mib is not None:
        # With the reserve from which ingest goes on again.
        assert found["max_slot_wal_keep_size"] + 2.5 * found["max_wal_size"] < settings.data_mib


@given(settings=TAKEN)
def test_there_is_a_worker_process_for_everyone_who_may_start_one(settings: DatabaseSettings) -> None:
    found = {name: int(value) for name, value in parameters(settings).items() if isinstance(value, int)}

    # TimescaleDB's launcher and the scheduler of the database are two of the three that are left.
    jobs = found["timescaledb.max_background_workers"] + found["cron.max_running_jobs"]
    assert found["max_worker_processes"] == 3 + jobs + found["max_parallel_workers"]
    assert found["max_parallel_maintenance_workers"] <= found["max_parallel_workers"] == settings.cpus
    assert found["superuser_reserved_connections"] < 10 < settings.max_connections


@given(nodes=st.integers(1, 7))
def test_every_standby_finds_a_sender_and_a_slot_with_some_left_for_copies(nodes: int) -> None:
    found = cluster_parameters(database(hosts=["a"] * nodes, synchronous_standbys=0))

    assert min(int(found["max_wal_senders"]), int(found["max_replication_slots"])) >= nodes + 2
