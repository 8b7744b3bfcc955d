"""PostgreSQL that archives, and the image of backups beside it, as a host of the database has them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from docker.models.containers import Container

from components._common.archiving import CLUSTER_PATH, NODE_DATA_DIR
from components.backup import BackupSettings
from components.backup.render import AGENT_FILE, AgentNode, agent_json, archive_parameters
from tests.components.programs import FOLDERS, execute, running

PORT = 15000
STANZA = "hft-tests"
NODE = AgentNode(
    name="tsdb-0", address="127.0.0.1", path="/var/lib/hft/tsdb-0/pg17", socket="/var/lib/hft/tsdb-0", port=PORT
)
HOST = {"network_mode": "host"}
"""Containers reach the repository on this machine's loopback."""
_START = f"""\
initdb --pgdata={CLUSTER_PATH} --data-checksums > /dev/null
exec postgres -D {CLUSTER_PATH} "$@"
"""
_TABLE = """\
CREATE SCHEMA trading;
CREATE TABLE trading.audit_log (ts timestamptz NOT NULL DEFAULT now(), number int);
INSERT INTO trading.audit_log (number) SELECT generate_series(1, 1000);
"""


@contextmanager
def archiving(
    chosen: BackupSettings, volume: str, files: Mapping[str, str], mounts: Sequence[str] = ()
) -> Iterator[Container]:
    """PostgreSQL with a thousand rows in an audit log, which archives as `files` have it."""
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
        ["-euc", _START, "postgres", *flags],
        files,
        ["pg_isready", f"--port={PORT}"],
        entrypoint=["sh"],
        tmpfs={"/tmp": "", "/run/postgresql": ""},
        volumes=[*FOLDERS, f"{volume}:{NODE_DATA_DIR}", *mounts],
        **HOST,
    ) as container:
        sql(container, "CREATE DATABASE hft")
        sql(container, _TABLE, "hft")
        yield container


@contextmanager
def agent(
    chosen: BackupSettings, volume: str, files: Mapping[str, str], mounts: Sequence[str] = ()
) -> Iterator[Container]:
    """The image of backups beside the server, doing nothing by itself."""
    told = {AGENT_FILE: agent_json(chosen, STANZA, [NODE], "127.0.0.1"), **files}
    places = [*FOLDERS, f"{volume}:{NODE.socket}:ro", "/var/lib/hft/scratch", *mounts]
    with running("backup", ["infinity"], told, ["true"], entrypoint=["sleep"], volumes=places, **HOST) as container:
        yield container


def sql(server: Container, text: str, database: str = "postgres") -> str:
    """What PostgreSQL answers."""
    argv = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", f"--port={PORT}", "-d", database, "-c", text]
    status, output = execute(server, argv)
    assert status == 0, output
    return output.strip()


def called(container: Container, *arguments: str) -> str:
    """What a command of the agent says."""
    status, output = execute(container, ["python3", "-m", "agent", *arguments])
    assert status == 0, output
    return output
