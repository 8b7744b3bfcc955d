"""Archive, backup, verification and restore over the API of S3 and TLS, with the programs of the images."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import docker
import pytest
from docker.models.containers import Container

from components._common.archiving import CLUSTER_PATH, NODE_DATA_DIR
from components.backup import BackupSettings
from components.backup.render import (
    AGENT_FILE,
    CA_FILE,
    CONFIG_FILE,
    SECRET_FILE,
    AgentNode,
    agent_conf,
    agent_json,
    archive_parameters,
    node_conf,
    secret_conf,
)
from tests.components.authority import Authority
from tests.components.backup.bucket import NAME, Bucket, bucket
from tests.components.programs import FOLDERS, execute, running

pytestmark = pytest.mark.images

PORT = 15000
STANZA = "hft-tests"
SECRETS = {SECRET_FILE: secret_conf("the cipher", ("an access key", "its secret"))}
NODE = AgentNode(
    name="tsdb-0", address="127.0.0.1", path="/var/lib/hft/tsdb-0/pg17", socket="/var/lib/hft/tsdb-0", port=PORT
)
START = f"""\
initdb --pgdata={CLUSTER_PATH} --data-checksums > /dev/null
exec postgres -D {CLUSTER_PATH} "$@"
"""
TABLE = """\
CREATE SCHEMA trading;
CREATE TABLE trading.audit_log (ts timestamptz NOT NULL DEFAULT now(), number int);
INSERT INTO trading.audit_log (number) SELECT generate_series(1, 1000);
"""
# Containers reach the server on this machine's loopback.
HOST = {"network_mode": "host"}


def settings(of: Bucket, **changes: str) -> BackupSettings:
    s3 = {"endpoint": of.endpoint, "bucket": NAME, "region": "us-east-1", "path": "/hft", "ca_pem": of.authority.pem}
    return BackupSettings.model_validate({"repository": {"s3": {**s3, **changes}}})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with bucket(tmp_path_factory.mktemp("bucket")) as found:
        yield found


@pytest.fixture(scope="module")
def volume() -> Iterator[str]:
    """Of the node's data."""
    client = docker.from_env()
    made = client.volumes.create(f"hft-programs-{uuid.uuid4().hex[:8]}", labels={"hft.stack": "programs"})
    yield str(made.name)
    made.remove(force=True)
    client.close()


@pytest.fixture(scope="module")
def server(store: Bucket, volume: str) -> Iterator[Container]:
    """PostgreSQL that archives into the bucket."""
    chosen = settings(store)
    parameters = {
        **archive_parameters(chosen, STANZA, NODE_DATA_DIR),
        "listen_addresses": "",
        "port": str(PORT),
        "shared_preload_libraries": "timescaledb",
        "timescaledb.telemetry_level": "off",
    }
    flags = [flag for name, value in parameters.items() for flag in ("-c", f"{name}={value}")]
    with running(
        "timescaledb",
        ["-euc", START, "postgres", *flags],
        {CONFIG_FILE: node_conf(chosen, STANZA, NODE_DATA_DIR, CLUSTER_PATH), CA_FILE: store.authority.pem, **SECRETS},
        ["pg_isready", f"--port={PORT}"],
        entrypoint=["sh"],
        tmpfs={"/tmp": "", "/run/postgresql": ""},
        volumes=[*FOLDERS, f"{volume}:{NODE_DATA_DIR}"],
        **HOST,
    ) as container:
        sql(container, "CREATE DATABASE hft")
        sql(container, TABLE, "hft")
        yield container


@contextmanager
def agent(chosen: BackupSettings, volume: str) -> Iterator[Container]:
    """The image of backups beside the server, doing nothing by itself."""
    s3 = chosen.repository.s3
    files = {
        CONFIG_FILE: agent_conf(chosen, STANZA, NODE_DATA_DIR, CLUSTER_PATH),
        AGENT_FILE: agent_json(chosen, STANZA, [NODE], "127.0.0.1"),
        **({CA_FILE: s3.ca_pem} if s3 and s3.ca_pem else {}),
        **SECRETS,
    }
    mounts = [*FOLDERS, f"{volume}:{NODE.socket}:ro", "/var/lib/hft/scratch"]
    with running("backup", ["infinity"], files, ["true"], entrypoint=["sleep"], volumes=mounts, **HOST) as container:
        yield container


def sql(server: Container, text: str, database: str = "postgres") -> str:
    argv = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", f"--port={PORT}", "-d", database, "-c", text]
    status, output = execute(server, argv)
    assert status == 0, output
    return output.strip()


def called(container: Container, *arguments: str) -> str:
    """What a command of the agent says."""
    status, output = execute(container, ["python3", "-m", "agent", *arguments])
    assert status == 0, output
    return output


def test_a_bucket_takes_wal_and_backups_and_gives_them_back(store: Bucket, server: Container, volume: str) -> None:
    with agent(settings(store), volume) as found:
        assert "a WAL file has arrived in the archive" in called(found, "prepare")
        called(found, "now", "full")
        before = datetime.fromisoformat(sql(server, "SELECT clock_timestamp()", "hft")).astimezone(UTC)
        sql(server, "INSERT INTO trading.audit_log (number) SELECT generate_series(1001, 2000)", "hft")
        called(found, "now", "diff")
        sql(server, "SELECT pg_current_xact_id()")

        newest = json.loads(called(found, "drill").splitlines()[-1])
        earlier = json.loads(called(found, "drill", before.isoformat()).splitlines()[-1])
        called(found, "verify")

    assert (newest["success"], newest["rows"]) == (True, {"audit_log": 2000})
    assert (earlier["success"], earlier["rows"]) == (True, {"audit_log": 1000})
    assert (newest["backup"].startswith(earlier["backup"]), newest["backup"][-1]) == (True, "D")
    keys = store.keys()
    assert f"hft/backup/{STANZA}/backup.info" in keys
    assert [each for each in keys if each.startswith(f"hft/archive/{STANZA}/17-1/0000000100000000/")]


def test_a_store_with_another_authority_is_refused(store: Bucket, server: Container, volume: str) -> None:
    with agent(settings(store, ca_pem=Authority("others").pem), volume) as found:
        status, output = execute(found, ["python3", "-m", "agent", "prepare"])

    assert status == 1
    assert "unable to verify certificate presented by" in output


def test_a_bucket_that_is_not_there_is_refused(store: Bucket, server: Container, volume: str) -> None:
    with agent(settings(store, bucket="elsewhere"), volume) as found:
        status, output = execute(found, ["python3", "-m", "agent", "prepare"])

    assert status == 1
    assert "NoSuchBucket" in output
