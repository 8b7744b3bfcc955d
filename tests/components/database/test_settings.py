from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._common.ports import PortUse
from components.database import DatabaseObjectsSettings, DatabaseSettings, EtcdSettings
from components.database.room import Room
from tests.components.verdicts import accepts, refusal

GOOD: dict[str, Any] = {"etcd": {"hosts": ["a", "b", "c"]}, "hosts": ["a", "b"]}
ROLES = ("owner", "writer", "ticks", "reader", "monitoring", "guard")
BOUNDS = {"connection_limit": 1, "statement_timeout_seconds": 10}


def database(**changes: Any) -> DatabaseSettings:
    return DatabaseSettings.model_validate({**GOOD, **changes})


def test_every_member_has_ports_of_its_own() -> None:
    settings = database(etcd={"hosts": ["a", "a", "b"]}, hosts=["a", "b", "a"])

    assert settings.port_uses() == (
        PortUse("database.etcd.client_port", "a", 12379),
        PortUse("database.etcd.client_port", "a", 12380),
        PortUse("database.etcd.client_port", "b", 12379),
        PortUse("database.etcd.peer_port", "a", 12479),
        PortUse("database.etcd.peer_port", "a", 12480),
        PortUse("database.etcd.peer_port", "b", 12479),
        PortUse("database.etcd.metrics_port", "a", 12579),
        PortUse("database.etcd.metrics_port", "a", 12580),
        PortUse("database.etcd.metrics_port", "b", 12579),
        PortUse("database.postgres_port", "a", 15432),
        PortUse("database.postgres_port", "b", 15432),
        PortUse("database.postgres_port", "a", 15433),
        PortUse("database.patroni_port", "a", 18008),
        PortUse("database.patroni_port", "b", 18008),
        PortUse("database.patroni_port", "a", 18009),
        PortUse("database.exporter_port", "a", 19187),
        PortUse("database.exporter_port", "b", 19187),
        PortUse("database.exporter_port", "a", 19188),
        PortUse("database.witness_port", "a", 19208),
        PortUse("database.witness_port", "b", 19208),
        PortUse("database.guard_port", "a", 19197),
        PortUse("database.guard_port", "b", 19197),
        PortUse("database.guard_port", "a", 19198),
    )


@pytest.mark.parametrize("count", [1, 3, 5])
def test_etcd_has_an_odd_number_of_members(count: int) -> None:
    assert len(EtcdSettings(hosts=("a",) * count).hosts) == count


@pytest.mark.parametrize("count", [0, 2, 4, 6, 7])
def test_another_number_of_etcd_members_is_refused(count: int) -> None:
    assert refusal(EtcdSettings, {"hosts": ["a"] * count}) == (
        f"Value error, etcd.hosts has {count} members: make it 1, 3 or 5, so that a majority exists"
    )


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"memory_mib": 127}, "Input should be greater than or equal to 128"),
        ({"memory_mib": 8193}, "Input should be less than or equal to 8192"),
        ({"quota_mib": 63}, "Input should be greater than or equal to 64"),
        ({"quota_mib": 8193}, "Input should be less than or equal to 8192"),
        ({"compaction_hours": 0}, "Input should be greater than or equal to 1"),
        ({"compaction_hours": 169}, "Input should be less than or equal to 168"),
        ({"client_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"client_port": 65001}, "Input should be less than or equal to 65000"),
        ({"peer_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"peer_port": 65001}, "Input should be less than or equal to 65000"),
        ({"metrics_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"metrics_port": 65001}, "Input should be less than or equal to 65000"),
        ({"members": 3}, "Extra inputs are not permitted"),
    ],
)
def test_bad_etcd_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    assert refusal(EtcdSettings, {"hosts": ["a"], **bad}) == message


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"connection_limit": 0, "statement_timeout_seconds": 0}, "Input should be greater than or equal to 1"),
        ({"connection_limit": 1001, "statement_timeout_seconds": 0}, "Input should be less than or equal to 1000"),
        ({"connection_limit": 1, "statement_timeout_seconds": -1}, "Input should be greater than or equal to 0"),
        ({"connection_limit": 1, "statement_timeout_seconds": 86401}, "Input should be less than or equal to 86400"),
        ({"connection_limit": 1}, "Field required"),
        ({**BOUNDS, "lock_timeout_seconds": -1}, "Input should be greater than or equal to 0"),
        ({**BOUNDS, "lock_timeout_seconds": 86401}, "Input should be less than or equal to 86400"),
        ({**BOUNDS, "idle_in_transaction_seconds": -1}, "Input should be greater than or equal to 0"),
        ({**BOUNDS, "idle_in_transaction_seconds": 86401}, "Input should be less than or equal to 86400"),
        (
            {**BOUNDS, "lock_timeout_seconds": 10},
            "Value error, lock_timeout_seconds=10 is not below statement_timeout_seconds=10, which would always come "
            "first: lower it",
        ),
    ],
)
@pytest.mark.parametrize("role", ROLES)
def test_bad_bounds_of_a_role_are_refused(role: str, bad: dict[str, Any], message: str) -> None:
    assert refusal(DatabaseObjectsSettings, {role: bad}) == message


@pytest.mark.parametrize(
    "good",
    [
        {**BOUNDS, "lock_timeout_seconds": 9, "idle_in_transaction_seconds": 0},
        {**BOUNDS, "lock_timeout_seconds": 0, "idle_in_transaction_seconds": 86400},
        {**BOUNDS, "statement_timeout_seconds": 0, "lock_timeout_seconds": 86400},
    ],
)
@pytest.mark.parametrize("role", ROLES)
def test_bounds_of_a_role_that_just_fit_are_taken(role: str, good: dict[str, Any]) -> None:
    chosen = getattr(DatabaseObjectsSettings.model_validate({role: good}), role)

    assert {name: getattr(chosen, name) for name in good} == good


@pytest.mark.parametrize("edition", ["apache", "community"])
def test_an_edition_is_chosen(edition: str) -> None:
    assert DatabaseObjectsSettings.model_validate({"edition": edition}).edition == edition


def test_another_edition_is_refused() -> None:
    assert refusal(DatabaseObjectsSettings, {"edition": "oss"}) == "Input should be 'apache' or 'community'"


@pytest.mark.parametrize("count", [1, 7])
def test_a_cluster_has_one_to_seven_nodes(count: int) -> None:
    assert len(database(hosts=["a"] * count, synchronous_standbys=0).hosts) == count


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"hosts": []}, "Tuple should have at least 1 item after validation, not 0"),
        ({"hosts": ["a"] * 8}, "Tuple should have at most 7 items after validation, not 8"),
        (
            {"synchronous_standbys": 2},
            "Value error, synchronous_standbys=2 exceeds replicas=1: add hosts or lower synchronous_standbys",
        ),
        (
            {"hosts": ["a"]},
            "Value error, synchronous_standbys=1 exceeds replicas=0: add hosts or lower synchronous_standbys",
        ),
        ({"synchronous_standbys": -1}, "Input should be greater than or equal to 0"),
        ({"synchronous_standbys": 7}, "Input should be less than or equal to 6"),
        (
            {"max_connections": 99},
            "Value error, max_connections=99 is less than the 100 that the roles' connection_limit and 10 for "
            "Patroni and the deployment need: raise it or lower the limits",
        ),
        ({"max_connections": 24}, "Input should be greater than or equal to 25"),
        ({"max_connections": 1001}, "Input should be less than or equal to 1000"),
        ({"memory_mib": 511}, "Input should be greater than or equal to 512"),
        ({"memory_mib": 1048577}, "Input should be less than or equal to 1048576"),
        ({"cpus": 0}, "Input should be greater than or equal to 1"),
        ({"cpus": 257}, "Input should be less than or equal to 256"),
        ({"disk": "tape"}, "Input should be 'nvme', 'ssd' or 'hdd'"),
        ({"huge_pages": "yes"}, "Input should be 'off', 'try' or 'on'"),
        (
            {"memory_mib": 512, "max_connections": 115},
            "Value error, memory_mib=512 leaves each of max_connections=115 less than the 64 KiB to sort in that "
            "PostgreSQL needs: raise it or lower max_connections",
        ),
        ({"shm_mib": 255}, "Input should be greater than or equal to 256"),
        ({"shm_mib": 262145}, "Input should be less than or equal to 262144"),
        ({"wal_mib": 255}, "Input should be greater than or equal to 256"),
        ({"wal_mib": 1048577}, "Input should be less than or equal to 1048576"),
        ({"stop_grace_seconds": 59}, "Input should be greater than or equal to 60"),
        ({"stop_grace_seconds": 601}, "Input should be less than or equal to 600"),
        ({"postgres_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"postgres_port": 65001}, "Input should be less than or equal to 65000"),
        ({"patroni_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"patroni_port": 65001}, "Input should be less than or equal to 65000"),
        ({"exporter_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"exporter_port": 65001}, "Input should be less than or equal to 65000"),
        ({"witness_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"witness_port": 65001}, "Input should be less than or equal to 65000"),
        ({"guard_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"guard_port": 65001}, "Input should be less than or equal to 65000"),
        ({"data_mib": 1023}, "Input should be greater than or equal to 1024"),
        ({"data_mib": 1073741825}, "Input should be less than or equal to 1073741824"),
        (
            {"data_mib": 8191},
            "Value error, data_mib=8191 is less than 4 times wal_mib=2048, so WAL and its reserve leave nothing for "
            "data: lower wal_mib to 2047 or enlarge the disk",
        ),
        (
            {"objects": {"guard": {**BOUNDS, "lock_timeout_seconds": 2}}},
            "Value error, objects.guard.connection_limit=1 is less than the 2 nodes, each of which has a guard: "
            "raise it",
        ),
        ({"replicas": 1}, "Extra inputs are not permitted"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    assert refusal(DatabaseSettings, {**GOOD, **bad}) == message


@pytest.mark.parametrize(
    "good",
    [
        {"synchronous_standbys": 1},
        {"hosts": ["a"], "synchronous_standbys": 0},
        {"max_connections": 100},
        {"data_mib": 8192},
        {"data_mib": 1073741824, "guard_port": 65000},
        {"objects": {"guard": {**BOUNDS, "connection_limit": 2}}},
        {"postgres_port": 1024, "patroni_port": 65000},
        {"memory_mib": 512, "max_connections": 114, "shm_mib": 256, "wal_mib": 256, "stop_grace_seconds": 60},
        {"memory_mib": 1048576, "shm_mib": 262144, "wal_mib": 1048576, "stop_grace_seconds": 600},
        {"cpus": 1, "disk": "ssd", "huge_pages": "off"},
        {"cpus": 256, "disk": "hdd", "huge_pages": "on"},
    ],
)
def test_settings_that_just_fit_are_taken(good: dict[str, Any]) -> None:
    assert set(good) <= database(**good).model_fields_set


@given(nodes=st.integers(1, 7), standbys=st.integers(0, 6))
def test_only_standbys_that_exist_confirm(nodes: int, standbys: int) -> None:
    document = {**GOOD, "hosts": ["a"] * nodes, "synchronous_standbys": standbys}

    assert accepts(DatabaseSettings, document) == (standbys < nodes)


@given(memory=st.integers(512, 1048576), connections=st.integers(100, 1000), cpus=st.integers(1, 256))
def test_connections_that_the_memory_has_no_room_for_are_refused(memory: int, connections: int, cpus: int) -> None:
    room = Room(memory_mib=memory, connections=connections, cpus=cpus)
    document = {**GOOD, "memory_mib": memory, "max_connections": connections, "cpus": cpus}

    assert accepts(DatabaseSettings, document) == room.suffices


@given(limits=st.tuples(*[st.integers(1, 300)] * len(ROLES)), connections=st.integers(25, 1000))
def test_every_role_gets_its_connections_with_ten_left(limits: tuple[int, ...], connections: int) -> None:
    objects = {
        role: {"connection_limit": limit, "statement_timeout_seconds": 0}
        for role, limit in zip(ROLES, limits, strict=True)
    }

    accepted = accepts(
        DatabaseSettings, {**GOOD, "memory_mib": 8192, "max_connections": connections, "objects": objects}
    )
    # Each of the two nodes has a guard.
    assert accepted == (sum(limits) + 10 <= connections and limits[ROLES.index("guard")] >= 2)


TICKS = {"table": "ticks", "rows_per_second": 1_000}
COMPRESSED = {**TICKS, "compression": {"segment_by": ["symbol"], "after_hours": 48}}


def test_only_the_community_edition_compresses() -> None:
    assert accepts(DatabaseObjectsSettings, {"edition": "community", "hypertables": [COMPRESSED]})
    assert refusal(DatabaseObjectsSettings, {"hypertables": [TICKS, {**COMPRESSED, "table": "quotes"}]}) == (
        "Value error, objects.hypertables ['quotes'] have compression, which objects.edition=apache cannot do: leave "
        "it out, or set edition to community and build its images: hft images build --edition community"
    )


def test_a_hypertable_is_there_once() -> None:
    assert refusal(DatabaseObjectsSettings, {"hypertables": [TICKS, TICKS]}) == (
        "Value error, hypertables has 'ticks' more than once: rename one"
    )


def test_chunks_being_written_fit_into_the_memory_of_a_node() -> None:
    fast = {"hypertables": [{**TICKS, "rows_per_second": 1_000_000}]}

    assert accepts(DatabaseSettings, {**GOOD, "memory_mib": 65_536, "objects": fast})
    assert refusal(DatabaseSettings, {**GOOD, "objects": fast}) == (
        "Value error, hypertables: their rows_per_second and row_bytes come to 11444 MiB a minute, more than a quarter "
        "of memory_mib=2048: give the nodes 45776 MiB, or set chunk_minutes yourself"
    )


def test_the_tables_of_the_migrations_are_kept_by_default() -> None:
    assert [(each.table, each.retention_days) for each in DatabaseObjectsSettings().hypertables] == [
        ("ticks", 30),
        ("order_events", None),
        ("opportunities", 365),
        ("audit_log", None),
    ]
