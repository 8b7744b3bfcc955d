"""Archive, backup, verification and restore over the API of S3 and TLS, with the programs of the images."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from docker.models.containers import Container

from components._common.archiving import CLUSTER_PATH, NODE_DATA_DIR
from components.backup import BackupSettings
from components.backup.render import CA_FILE, CONFIG_FILE, SECRET_FILE, agent_conf, node_conf, secret_conf
from tests.components.authority import Authority
from tests.components.backup import node
from tests.components.backup.bucket import NAME, Bucket, bucket
from tests.components.backup.node import STANZA, called, sql
from tests.components.programs import execute, new_volume

pytestmark = pytest.mark.images

SECRETS = {SECRET_FILE: secret_conf("the cipher", ("an access key", "its secret"))}


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
    with new_volume() as name:
        yield name


@pytest.fixture(scope="module")
def server(store: Bucket, volume: str) -> Iterator[Container]:
    """PostgreSQL that archives into the bucket."""
    chosen = settings(store)
    conf = node_conf(chosen, STANZA, NODE_DATA_DIR, CLUSTER_PATH)
    with node.archiving(chosen, volume, {CONFIG_FILE: conf, CA_FILE: store.authority.pem, **SECRETS}) as container:
        yield container


def agent(chosen: BackupSettings, volume: str) -> AbstractContextManager[Container]:
    s3 = chosen.repository.s3
    conf = agent_conf(chosen, STANZA, NODE_DATA_DIR, CLUSTER_PATH)
    trusted = {CA_FILE: s3.ca_pem} if s3 and s3.ca_pem else {}
    return node.agent(chosen, volume, {CONFIG_FILE: conf, **trusted, **SECRETS})


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
