"""The database example on the real engine and real containers, in a stack of its own, as its reader would run it."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from docker import DockerClient
from docker.errors import DockerException

import toolchain
from tests.leftovers import remove_stack

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
STACK = "alone"
NODE_PORTS = (25432, 25433, 25434)
LABEL = {"label": f"hft.stack={STACK}"}


@pytest.fixture(scope="module")
def host() -> Iterator[DockerClient]:
    """The Docker of this machine, without anything of this stack before and after."""
    try:
        client = DockerClient(base_url="unix:///var/run/docker.sock", version="auto")
    except DockerException as error:
        pytest.skip(f"Docker does not answer: {error}")
    remove_stack(client, STACK)
    yield client
    remove_stack(client, STACK)
    client.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, host: DockerClient) -> Path:
    """The example's folder beside the image lock, so that the checkout's own stays as it is."""
    if not (ROOT / "images" / "lock.json").exists():
        pytest.skip("images/lock.json is missing: run `hft images build`")
    root = tmp_path_factory.mktemp("example")
    folder = root / "examples" / "database-alone"
    folder.mkdir(parents=True)
    (root / "state").mkdir()
    (root / "images").symlink_to(ROOT / "images")
    for name in ("__main__.py", "Pulumi.yaml"):
        (folder / name).symlink_to(ROOT / "examples" / "database-alone" / name)
    return folder


def pulumi(project: Path, *arguments: str) -> str:
    """What the command prints; it must succeed."""
    try:
        environment = toolchain.environment()
    except toolchain.ToolchainError as error:
        pytest.skip(f"no engine here: {error}")
    own = {
        "PULUMI_BACKEND_URL": (project.parents[1] / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "example",
        "PULUMI_CONFIG_PASSPHRASE_FILE": "",
    }
    ran = subprocess.run(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=project,
        env=os.environ | environment | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_database_comes_up_takes_rows_and_is_taken_away_but_for_its_data(project: Path, host: DockerClient) -> None:
    pulumi(project, "stack", "init", STACK)
    pulumi(project, "up", "--yes", "--skip-preview")
    outputs = json.loads(pulumi(project, "stack", "output", "--json", "--show-secrets"))

    address, _, port = outputs["writer"].partition(":")
    login = {"host": address, "port": port, "user": "hft_admin", "password": outputs["admin_password"]}
    with psycopg.connect(**login, dbname="postgres") as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
        standbys = connection.execute("SELECT DISTINCT sync_state FROM pg_stat_replication").fetchall()
    assert standbys == [("quorum",)]
    assert "unchanged" in pulumi(project, "up", "--yes", "--skip-preview", "--expect-no-changes")

    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry .* no encryption"):
        psycopg.connect(**login, dbname="postgres", sslmode="disable")
    _certificates_are_renewed_under_open_connections(project, host, login, outputs["authority"])

    pulumi(project, "destroy", "--yes", "--exclude-protected")
    # The data volumes are protected; etcd, with its certificates, is what they last stand on.
    names = sorted(str(each.name) for each in host.containers.list(all=True, filters=LABEL))
    assert names == [f"hft-{STACK}-etcd-{index}{part}" for index in range(3) for part in ("", "-tls")]
    assert len(host.volumes.list(filters=LABEL)) == 12


def _certificates_are_renewed_under_open_connections(
    project: Path, host: DockerClient, login: dict[str, str], authority: str
) -> None:
    (project / "authority.pem").write_text(authority)
    verified = {**login, "dbname": "postgres", "sslmode": "verify-full", "sslrootcert": str(project / "authority.pem")}
    containers = _nodes(host)
    before = [_served(port) for port in NODE_PORTS]
    with psycopg.connect(**verified, autocommit=True) as connection:
        replaced = [f"--replace={_urn(project, f'certs-tsdb-{index}')}" for index in range(3)]
        pulumi(project, "up", "--yes", "--skip-preview", *replaced)
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)
    after = [_served(port) for port in NODE_PORTS]

    assert len({*before, *after}) == 2 * len(NODE_PORTS)
    assert _nodes(host) == containers
    with psycopg.connect(**verified) as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)


def _nodes(host: DockerClient) -> dict[str, tuple[str, int]]:
    """Id and restarts of the nodes' containers, by name."""
    found = [host.containers.get(f"hft-{STACK}-tsdb-{index}") for index in range(len(NODE_PORTS))]
    return {each.name: (each.id, each.attrs["RestartCount"]) for each in found}


def _served(port: int) -> str:
    """The certificate that a node shows, in PEM."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-starttls", "postgres"]
    shown = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False).stdout
    return re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", shown, re.DOTALL)[0]


def _urn(project: Path, name: str) -> str:
    resources = json.loads(pulumi(project, "stack", "export"))["deployment"]["resources"]
    return next(each["urn"] for each in resources if each["urn"].endswith(f"LocallySignedCert::{name}"))
