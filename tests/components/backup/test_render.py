import json
from typing import Any

from components._common.endpoint import Endpoint
from components.backup.render import (
    AgentNode,
    agent_conf,
    agent_json,
    archive_parameters,
    node_conf,
    secret_conf,
    server_conf,
    stanza_name,
)
from components.backup.settings import BackupSettings

DATA, CLUSTER = "/var/lib/hft/data", "/var/lib/hft/data/pg17"


def settings(**changes: Any) -> BackupSettings:
    return BackupSettings.model_validate(changes)


def test_a_stanza_has_the_stacks_name() -> None:
    assert stanza_name("prod") == "hft-prod"


def test_a_node_archives_ahead_of_postgresql_with_a_bound() -> None:
    assert node_conf(settings(archive_queue_mib=1024, process_max=2), "hft-dev", DATA, CLUSTER) == (
        "[global]\n"
        "repo1-type=posix\n"
        "repo1-path=/var/lib/hft/repository\n"
        "repo1-bundle=y\n"
        "repo1-block=y\n"
        "repo1-cipher-type=aes-256-cbc\n"
        "compress-type=zst\n"
        "process-max=2\n"
        "lock-path=/tmp/pgbackrest\n"
        "log-level-file=off\n"
        "archive-async=y\n"
        "spool-path=/var/lib/hft/data/spool\n"
        "archive-push-queue-max=1024MiB\n"
        "log-level-console=warn\n"
        "\n"
        "[hft-dev]\n"
        "pg1-path=/var/lib/hft/data/pg17\n"
    )


def test_an_agent_backs_up_through_the_socket_and_keeps_the_window() -> None:
    text = agent_conf(settings(window_days=7), "hft-dev", DATA, CLUSTER)

    assert "archive-async" not in text
    assert text.endswith(
        "log-level-console=info\n"
        "start-fast=y\n"
        "stop-auto=y\n"
        "delta=y\n"
        "repo1-retention-full-type=time\n"
        "repo1-retention-full=7\n"
        "\n"
        "[hft-dev]\n"
        "pg1-path=/var/lib/hft/data/pg17\n"
        "pg1-socket-path=/var/lib/hft/data\n"
        "pg1-user=postgres\n"
    )


def test_a_bucket_is_reached_with_the_given_authority() -> None:
    s3 = {"endpoint": "s3.example.net", "bucket": "hft-backup", "region": "us-east-1", "path": "/one"}
    authority = {"ca_pem": "-----BEGIN CERTIFICATE-----\n"}
    lines = node_conf(settings(repository={"s3": s3}), "hft-dev", DATA, CLUSTER).splitlines()

    assert lines[1:7] == [
        "repo1-type=s3",
        "repo1-path=/one",
        "repo1-s3-endpoint=s3.example.net",
        "repo1-s3-bucket=hft-backup",
        "repo1-s3-region=us-east-1",
        "repo1-s3-uri-style=path",
    ]
    assert "storage-ca" not in "".join(lines)
    assert "repo1-storage-ca-file=/etc/hft/s3-ca.pem\n" in node_conf(
        settings(repository={"s3": {**s3, **authority}}), "hft-dev", DATA, CLUSTER
    )


def test_secrets_are_in_a_file_of_their_own() -> None:
    assert secret_conf("c", None) == "[global]\nrepo1-cipher-pass=c\n"
    assert secret_conf("c", ("k", "s")) == ("[global]\nrepo1-cipher-pass=c\nrepo1-s3-key=k\nrepo1-s3-key-secret=s\n")


def test_postgresql_archives_what_is_not_full_in_time_and_is_reached_by_the_agent() -> None:
    assert archive_parameters(settings(archive_timeout_seconds=30), "hft-dev", DATA) == {
        "archive_mode": "on",
        "archive_command": "pgbackrest --config=/etc/hft/pgbackrest.conf --config-include-path=/run/secrets "
        "--stanza=hft-dev archive-push %p",
        "archive_timeout": "30s",
        "unix_socket_directories": "/run/postgresql,/var/lib/hft/data",
    }


def test_the_agent_is_told_its_nodes_and_times() -> None:
    node = AgentNode(name="tsdb-0", address="10.0.0.1", path="/n/pg17", socket="/n", port=15432)

    assert json.loads(agent_json(settings(), "hft-dev", [node], "10.0.0.1")) == {
        "stanza": "hft-dev",
        "listen": ["10.0.0.1", 19854],
        "listen_proof": ["10.0.0.1", 19855],
        "nodes": [{"name": "tsdb-0", "address": "10.0.0.1", "path": "/n/pg17", "socket": "/n", "port": 15432}],
        "full": {"days": ["sun"], "at": "03:00"},
        "differential": {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": "03:00"},
        "verify": {"days": ["sat"], "at": "06:00"},
        "drill": {"days": ["sun"], "at": "06:00"},
        "archive_queue_mib": 16384,
    }


def test_hosts_reach_the_repositorys_server_and_do_not_know_the_cipher() -> None:
    told = (settings(repository={"host": "a"}), "hft-dev", DATA, CLUSTER, Endpoint("10.0.0.1", 20000))

    for text in (node_conf(*told), agent_conf(*told)):
        assert text.startswith(
            "[global]\n"
            "repo1-host=10.0.0.1\n"
            "repo1-host-type=tls\n"
            "repo1-host-port=20000\n"
            "repo1-host-ca-file=/var/lib/hft/tls/ca.crt\n"
            "repo1-host-cert-file=/var/lib/hft/tls/tls.crt\n"
            "repo1-host-key-file=/var/lib/hft/tls/tls.key\n"
            "repo1-host-config=/etc/hft/pgbackrest.conf\n"
            "repo1-host-config-include-path=/run/secrets\n"
            "repo1-bundle=y\n"
        )
        assert "cipher" not in text


def test_the_server_lets_in_those_it_knows_to_one_stanza() -> None:
    listens = Endpoint("10.0.0.1", 19856)

    assert server_conf(settings(repository={"host": "a"}), "hft-dev", listens, ["tsdb-0", "backup-a"]) == (
        "[global]\n"
        "repo1-type=posix\n"
        "repo1-path=/var/lib/hft/repository\n"
        "repo1-bundle=y\n"
        "repo1-block=y\n"
        "repo1-cipher-type=aes-256-cbc\n"
        "compress-type=zst\n"
        "process-max=1\n"
        "lock-path=/tmp/pgbackrest\n"
        "log-level-file=off\n"
        "tls-server-address=10.0.0.1\n"
        "tls-server-port=19856\n"
        "tls-server-ca-file=/var/lib/hft/tls/ca.crt\n"
        "tls-server-cert-file=/var/lib/hft/tls/tls.crt\n"
        "tls-server-key-file=/var/lib/hft/tls/tls.key\n"
        "log-level-console=warn\n"
        "tls-server-auth=tsdb-0=hft-dev\n"
        "tls-server-auth=backup-a=hft-dev\n"
    )
