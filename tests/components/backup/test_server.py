"""A repository that pgBackRest's own server has: who is let in, and that all of a backup's ways lead through it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from docker.models.containers import Container

from components._common.archiving import CLUSTER_PATH, NODE_DATA_DIR
from components._common.endpoint import Endpoint
from components._common.tls import _RELOAD, fingerprint
from components.backup import BackupSettings
from components.backup.render import (
    CONFIG_FILE,
    REPOSITORY_DIR,
    SECRET_FILE,
    agent_conf,
    node_conf,
    secret_conf,
    server_conf,
)
from tests.components.authority import Authority, certified, fill, key
from tests.components.backup import node
from tests.components.backup.node import HOST, STANZA, called, sql
from tests.components.backup.relay import relay
from tests.components.programs import FOLDERS, Ended, execute, new_volume, run, running

pytestmark = pytest.mark.images

AUTHORITY = Authority()
SERVER = Endpoint("127.0.0.1", 15856)
SERVER_KEY = key()
SETTINGS = BackupSettings.model_validate({"repository": {"host": "a"}})
PING = ["pgbackrest", f"--tls-server-port={SERVER.port}", "server-ping", SERVER.address]
LOOK = ["pgbackrest", f"--config={CONFIG_FILE}", "--config-include-path=/run/secrets", f"--stanza={STANZA}", "repo-ls"]


def of_the_server() -> dict[str, str]:
    return AUTHORITY.server_files(SERVER.address, of=SERVER_KEY, names=["repository"])


def of(common_name: str | None, authority: Authority = AUTHORITY) -> dict[str, str]:
    """The certificate of a client, which trusts the server's authority."""
    files = authority.server_files("127.0.0.1", common_name=common_name)
    return {**files, "/etc/hft/ca.crt": AUTHORITY.pem}


@pytest.fixture(scope="module")
def certificate() -> Iterator[str]:
    """The mount of the server's."""
    with certified("timescaledb", of_the_server()) as mount:
        yield mount


@pytest.fixture(scope="module")
def repository(certificate: str) -> Iterator[Container]:
    files = {
        CONFIG_FILE: server_conf(SETTINGS, STANZA, SERVER, ["tsdb-0", "backup-a"]),
        SECRET_FILE: secret_conf("the cipher", None),
    }
    argv = [f"--config={CONFIG_FILE}", "--config-include-path=/run/secrets", "server"]
    places = [*FOLDERS, REPOSITORY_DIR, certificate]
    with running("timescaledb", argv, files, PING, entrypoint=["pgbackrest"], volumes=places, **HOST) as container:
        yield container


@pytest.fixture(scope="module")
def volume() -> Iterator[str]:
    """Of the node's data."""
    with new_volume() as name:
        yield name


@pytest.fixture(scope="module")
def server(repository: Container, volume: str) -> Iterator[Container]:
    """PostgreSQL that archives there."""
    conf = node_conf(SETTINGS, STANZA, NODE_DATA_DIR, CLUSTER_PATH, SERVER)
    with (
        certified("timescaledb", of("tsdb-0")) as mount,
        node.archiving(SETTINGS, volume, {CONFIG_FILE: conf}, [mount]) as container,
    ):
        yield container


def agent(volume: str, mount: str) -> AbstractContextManager[Container]:
    conf = agent_conf(SETTINGS, STANZA, NODE_DATA_DIR, CLUSTER_PATH, SERVER)
    return node.agent(SETTINGS, volume, {CONFIG_FILE: conf}, [mount])


def looked(files: Mapping[str, str], at: Endpoint = SERVER) -> Ended:
    """What a client with this certificate gets to see of the repository."""
    conf = agent_conf(SETTINGS, STANZA, NODE_DATA_DIR, CLUSTER_PATH, at)
    with certified("timescaledb", dict(files)) as mount:
        return run("timescaledb", LOOK, {CONFIG_FILE: conf}, volumes=[*FOLDERS, mount], **HOST)


def test_a_host_takes_wal_and_backups_of_another_and_gives_them_back(server: Container, volume: str) -> None:
    with certified("timescaledb", of("backup-a")) as mount, agent(volume, mount) as found:
        assert "a WAL file has arrived in the archive" in called(found, "prepare")
        called(found, "now", "full")
        sql(server, "INSERT INTO trading.audit_log (number) SELECT generate_series(1001, 2000)", "hft")
        called(found, "now", "diff")
        sql(server, "SELECT pg_current_xact_id()")
        drilled = json.loads(called(found, "drill").splitlines()[-1])
        called(found, "verify")

    assert (drilled["success"], drilled["rows"]) == (True, {"audit_log": 2000})


def test_what_is_kept_is_encrypted_by_the_server_alone(server: Container, repository: Container) -> None:
    info = execute(repository, ["head", "-c", "8", f"{REPOSITORY_DIR}/archive/{STANZA}/archive.info"])

    assert info == (0, "Salted__")
    assert execute(server, ["sh", "-c", "ls /run/secrets; grep -r cipher /etc/hft"]) == (1, "")


@pytest.mark.parametrize("common_name", ["tsdb-0", "backup-a"])
def test_a_client_that_the_server_knows_is_let_in(repository: Container, common_name: str) -> None:
    assert looked(of(common_name)).status == 0


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (of("tsdb-9"), "access denied"),
        # pgBackRest has no words for one.
        (of(None), "unexpected eof"),
        (of("tsdb-0", Authority("stranger")), "unknown ca"),
    ],
    ids=["another name", "no name", "another authority"],
)
def test_any_other_client_is_refused(repository: Container, files: dict[str, str], problem: str) -> None:
    status, output = looked(files)

    assert (status != 0, problem in output) == (True, True), output


def test_a_client_without_a_certificate_may_ping_and_nothing_else(repository: Container, tmp_path: Path) -> None:
    assert run("timescaledb", PING, {}, **HOST).status == 0
    with relay(SERVER, of_the_server(), of("tsdb-0"), tmp_path) as way:
        assert looked(of("tsdb-0"), way).status == 0
    with relay(SERVER, of_the_server(), None, tmp_path) as way:
        assert looked(of("tsdb-0"), way).status != 0


def test_a_server_at_another_address_is_refused(repository: Container, tmp_path: Path) -> None:
    elsewhere = AUTHORITY.server_files("127.0.0.9", names=["repository"])
    with relay(SERVER, elsewhere, of("tsdb-0"), tmp_path) as way:
        status, output = looked(of("tsdb-0"), way)

    assert (status != 0, "unable to find hostname '127.0.0.1' in certificate" in output) == (True, True), output


def test_a_renewed_certificate_is_served_without_a_restart(repository: Container, certificate: str) -> None:
    renewed = of_the_server()
    fill("timescaledb", certificate.partition(":")[0], renewed)
    argv = ["/bin/sh", "-uc", _RELOAD, str(SERVER), fingerprint(renewed["/etc/hft/tls.crt"]), "30"]

    assert run("timescaledb", argv, {}, pid_mode=f"container:{repository.id}", **HOST) == (0, "")
    assert looked(of("tsdb-0")).status == 0
