import json
from typing import Any

import pytest
import yaml

from components._common.endpoint import DatabaseMember, Endpoint
from components.database import DatabaseObjectsSettings, EtcdSettings, FailoverSettings
from components.database.render import (
    EtcdMember,
    etcd_arguments,
    guard_json,
    nearest_first,
    patroni_yml,
    roles_json,
    shared_json,
)
from tests.components.database.test_settings import database

MEMBER = DatabaseMember(name="tsdb-0", address="10.0.0.1", postgres_port=15432, patroni_port=18008)
ETCD = [
    EtcdMember(
        name=f"etcd-{index}", address=f"10.0.0.{index + 1}", client_port=12379, peer_port=12479, metrics_port=12579
    )
    for index in range(3)
]
ENDPOINTS = [member.client for member in ETCD]


def test_etcd_arguments() -> None:
    assert etcd_arguments(EtcdSettings(hosts=("a", "b", "c")), FailoverSettings(), ETCD, 1, token="hft-dev-etcd") == [
        "--name=etcd-1",
        "--data-dir=/var/lib/hft/data",
        "--listen-client-urls=https://10.0.0.2:12379",
        "--advertise-client-urls=https://10.0.0.2:12379",
        "--listen-metrics-urls=http://10.0.0.2:12579",
        "--listen-peer-urls=https://10.0.0.2:12479",
        "--initial-advertise-peer-urls=https://10.0.0.2:12479",
        "--initial-cluster=etcd-0=https://10.0.0.1:12479,etcd-1=https://10.0.0.2:12479,etcd-2=https://10.0.0.3:12479",
        "--initial-cluster-state=new",
        "--initial-cluster-token=hft-dev-etcd",
        "--heartbeat-interval=100",
        "--election-timeout=1000",
        "--auto-compaction-mode=periodic",
        "--auto-compaction-retention=1h",
        "--quota-backend-bytes=268435456",
        "--log-level=warn",
        "--tls-min-version=TLS1.3",
        "--cert-file=/var/lib/hft/tls/tls.crt",
        "--key-file=/var/lib/hft/tls/tls.key",
        "--trusted-ca-file=/var/lib/hft/tls/ca.crt",
        "--client-cert-auth=true",
        "--peer-cert-file=/var/lib/hft/tls/tls.crt",
        "--peer-key-file=/var/lib/hft/tls/tls.key",
        "--peer-trusted-ca-file=/var/lib/hft/tls/ca.crt",
        "--peer-client-cert-auth=true",
    ]


def test_a_node_asks_the_member_of_etcd_on_its_own_host_first() -> None:
    assert nearest_first("10.0.0.2", ENDPOINTS) == ["10.0.0.2:12379", "10.0.0.1:12379", "10.0.0.3:12379"]
    assert nearest_first("10.0.0.9", ENDPOINTS) == list(ENDPOINTS)


def test_etcd_has_the_timers_of_the_profile() -> None:
    found = etcd_arguments(EtcdSettings(hosts=("a", "b", "c")), FailoverSettings(profile="safe"), ETCD, 1, token="t")

    assert found[10:12] == ["--heartbeat-interval=250", "--election-timeout=2500"]


def test_patroni_yml() -> None:
    rendered = patroni_yml(database(), MEMBER, ENDPOINTS, ["10.0.0.2", "10.0.0.1", "10.0.0.2"])

    assert rendered == (
        "scope: hft\n"
        "namespace: /hft/\n"
        "name: tsdb-0\n"
        "restapi:\n"
        "  listen: 10.0.0.1:18008\n"
        "  connect_address: 10.0.0.1:18008\n"
        "  certfile: /var/lib/hft/tls/tls.crt\n"
        "  keyfile: /var/lib/hft/tls/tls.key\n"
        "  cafile: /var/lib/hft/tls/ca.crt\n"
        "  verify_client: optional\n"
        "  request_queue_size: 128\n"
        "  allowlist:\n"
        "  - 10.0.0.1\n"
        "  - 10.0.0.2\n"
        "ctl:\n"
        "  certfile: /var/lib/hft/tls/tls.crt\n"
        "  keyfile: /var/lib/hft/tls/tls.key\n"
        "  cacert: /var/lib/hft/tls/ca.crt\n"
        "etcd3:\n"
        "  hosts:\n"
        "  - 10.0.0.1:12379\n"
        "  - 10.0.0.2:12379\n"
        "  - 10.0.0.3:12379\n"
        "  use_proxies: true\n"
        "  protocol: https\n"
        "  cacert: /var/lib/hft/tls/ca.crt\n"
        "  cert: /var/lib/hft/tls/tls.crt\n"
        "  key: /var/lib/hft/tls/tls.key\n"
        "bootstrap:\n"
        "  initdb:\n"
        "  - data-checksums\n"
        "  - encoding: UTF8\n"
        "  - locale-provider: builtin\n"
        "  - builtin-locale: C.UTF-8\n"
        "  - locale: C.UTF-8\n"
        "  post_bootstrap: /bin/sh /etc/hft/bootstrap.sh /var/lib/postgresql\n"
        "postgresql:\n"
        "  listen: 10.0.0.1:15432\n"
        "  connect_address: 10.0.0.1:15432\n"
        "  data_dir: /var/lib/hft/data/pg17\n"
        "  bin_dir: /usr/lib/postgresql/17/bin\n"
        "  pgpass: /tmp/pgpass\n"
        "  use_unix_socket: true\n"
        "  authentication:\n"
        "    superuser:\n"
        "      username: postgres\n"
        "    replication:\n"
        "      username: replicator\n"
        "      sslmode: verify-full\n"
        "      sslrootcert: /var/lib/hft/tls/ca.crt\n"
        "    rewind:\n"
        "      username: rewind_user\n"
        "      sslmode: verify-full\n"
        "      sslrootcert: /var/lib/hft/tls/ca.crt\n"
        "  before_stop: /usr/local/bin/hft-before-stop /var/lib/hft/data/pg17\n"
        "  callbacks:\n"
        "    on_start: /usr/local/bin/hft-after-start https://10.0.0.1:18008 15432 /var/lib/hft/data/pg17\n"
        "    on_restart: /usr/local/bin/hft-after-start https://10.0.0.1:18008 15432 /var/lib/hft/data/pg17\n"
        "    on_role_change: /usr/local/bin/hft-after-start https://10.0.0.1:18008 15432 /var/lib/hft/data/pg17\n"
        "  basebackup:\n"
        "  - checkpoint: fast\n"
        "  - no-slot\n"
        "  parameters:\n"
        "    shared_buffers: 512MB\n"
        "    effective_cache_size: 1536MB\n"
        "    ssl: 'on'\n"
        "    ssl_cert_file: /var/lib/hft/tls/tls.crt\n"
        "    ssl_key_file: /var/lib/hft/tls/tls.key\n"
        "    ssl_min_protocol_version: TLSv1.3\n"
    )


def test_a_changed_share_of_memory_changes_the_file_of_a_node() -> None:
    node = yaml.safe_load(patroni_yml(database(memory_mib=4096), MEMBER, ENDPOINTS, []))
    parameters = node["postgresql"]["parameters"]

    assert (parameters["shared_buffers"], parameters["effective_cache_size"]) == ("1024MB", "3072MB")


@pytest.mark.parametrize(
    "changes", [{"failover": {"ttl_seconds": 30}}, {"max_connections": 200}, {"disk": "hdd"}, {"wal_mib": 4096}]
)
def test_any_other_choice_leaves_the_file_of_a_node_as_it_is(changes: dict[str, Any]) -> None:
    assert patroni_yml(database(**changes), MEMBER, ENDPOINTS, []) == patroni_yml(database(), MEMBER, ENDPOINTS, [])


SHARED_JSON = """\
{
  "ttl": 20,
  "loop_wait": 1,
  "retry_timeout": 7,
  "primary_start_timeout": 3,
  "maximum_lag_on_failover": 67108864,
  "synchronous_mode": "quorum",
  "synchronous_mode_strict": true,
  "synchronous_node_count": 1,
  "failsafe_mode": true,
  "postgresql": {
    "use_pg_rewind": true,
    "use_slots": true,
    "pg_hba": [
      "local all postgres peer",
      "host all postgres all reject",
      "hostssl replication replicator 10.0.0.1/32 scram-sha-256",
      "hostssl all all 10.0.0.1/32 scram-sha-256",
      "hostssl replication replicator 10.0.0.2/32 scram-sha-256",
      "hostssl all all 10.0.0.2/32 scram-sha-256"
    ],
    "parameters": {
      "shared_preload_libraries": "timescaledb,pg_stat_statements,pg_cron",
      "unix_socket_directories": "/run/postgresql",
      "password_encryption": "scram-sha-256",
      "timezone": "UTC",
      "timescaledb.max_background_workers": 16,
      "timescaledb.telemetry_level": "off",
      "max_connections": 100,
      "superuser_reserved_connections": 5,
      "idle_in_transaction_session_timeout": "60s",
      "client_connection_check_interval": "5s",
      "tcp_keepalives_idle": "10s",
      "tcp_keepalives_interval": "5s",
      "tcp_keepalives_count": 2,
      "tcp_user_timeout": "20s",
      "max_worker_processes": 24,
      "max_parallel_workers": 1,
      "max_parallel_workers_per_gather": 0,
      "max_parallel_maintenance_workers": 0,
      "max_locks_per_transaction": 128,
      "huge_pages": "try",
      "maintenance_work_mem": "149MB",
      "autovacuum_work_mem": "50858kB",
      "work_mem": "4581kB",
      "synchronous_commit": "on",
      "wal_compression": "lz4",
      "max_wal_size": "2048MB",
      "min_wal_size": "1024MB",
      "checkpoint_timeout": "15min",
      "checkpoint_completion_target": "0.9",
      "recovery_init_sync_method": "syncfs",
      "wal_level": "replica",
      "max_wal_senders": 10,
      "max_replication_slots": 10,
      "wal_keep_size": "128MB",
      "max_slot_wal_keep_size": "4096MB",
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
      "autovacuum_max_workers": 3,
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
      "log_statement": "ddl"
    }
  }
}
"""


def test_shared_json() -> None:
    assert shared_json(database(), ["10.0.0.2", "10.0.0.1", "10.0.0.2"]) == SHARED_JSON


@pytest.mark.parametrize(
    ("changes", "line", "changed"),
    [
        ({"failover": {"ttl_seconds": 30}}, '"ttl": 20', '"ttl": 30'),
        ({"failover": {"loop_wait_seconds": 4}}, '"loop_wait": 1', '"loop_wait": 4'),
        ({"failover": {"retry_timeout_seconds": 6}}, '"retry_timeout": 7', '"retry_timeout": 6'),
        (
            {"failover": {"primary_start_timeout_seconds": 0}},
            '"primary_start_timeout": 3',
            '"primary_start_timeout": 0',
        ),
        ({"huge_pages": "on"}, '"huge_pages": "try"', '"huge_pages": "on"'),
        (
            {"hosts": ["a", "b", "c"], "synchronous_standbys": 2},
            '"synchronous_node_count": 1',
            '"synchronous_node_count": 2',
        ),
    ],
)
def test_a_choice_changes_one_line_of_what_is_shared(changes: dict[str, Any], line: str, changed: str) -> None:
    assert shared_json(database(**changes), ["10.0.0.1", "10.0.0.2"]) == SHARED_JSON.replace(line, changed)
    assert line in SHARED_JSON


def test_without_standbys_nothing_is_waited_for() -> None:
    alone = json.loads(shared_json(database(synchronous_standbys=0), []))

    assert (alone["synchronous_mode"], alone["synchronous_mode_strict"]) == (False, False)
    # Patroni's own check wants at least one node, also where none is waited for.
    assert alone["synchronous_node_count"] == 1


def test_roles_json() -> None:
    settings = DatabaseObjectsSettings.model_validate(
        {"ticks": {"connection_limit": 1, "statement_timeout_seconds": 0, "lock_timeout_seconds": 0}}
    )

    assert json.loads(roles_json(settings)) == {
        "hft_owner": {"lock_timeout": "5s"},
        "hft_writer": {"lock_timeout": "5s", "synchronous_commit": "on"},
        "hft_ticks": {"lock_timeout": "0s", "synchronous_commit": "off"},
        "hft_reader": {"lock_timeout": "5s"},
        "hft_monitoring": {"lock_timeout": "5s"},
        "hft_guard": {"lock_timeout": "2s"},
    }


def test_guard_json() -> None:
    members = [MEMBER, DatabaseMember(name="tsdb-1", address="10.0.0.2", postgres_port=15433, patroni_port=18009)]

    assert json.loads(guard_json(database(wal_mib=1000), members, 1, Endpoint("10.0.0.2", 19198))) == {
        "node": "tsdb-1",
        "path": "/var/lib/hft/data",
        "stop_mib": 1000,
        "resume_mib": 1500,
        "hosts": ["10.0.0.1", "10.0.0.2"],
        "ports": [15432, 15433],
        "database": "hft",
        "user": "hft_guard",
        "listen_address": "10.0.0.2",
        "listen_port": 19198,
    }
