"""pgBackRest's configuration and the agent's; pure. Secrets are in a file of their own, which pgBackRest merges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components._common.container import SECRET_DIR
from components._common.endpoint import Endpoint
from components._common.render import to_json
from components._common.tls import CERTIFICATE_FILE, KEY_FILE, SERVER_AUTHORITY_FILE
from components.backup.settings import BackupSettings, ScheduleSettings

CONFIG_FILE = "/etc/hft/pgbackrest.conf"
SECRET_FILE = f"{SECRET_DIR}/pgbackrest.conf"
"""What holds the secrets; pgBackRest reads every *.conf of the folder."""
AGENT_FILE = "/etc/hft/backup.json"
REPOSITORY_DIR = "/var/lib/hft/repository"
"""Where a repository that is a folder is mounted."""
SCRATCH_DIR = "/var/lib/hft/scratch"
"""Where the container that drills has its volume."""
CA_FILE = "/etc/hft/s3-ca.pem"
"""The authority of an S3 store, where the settings name one."""
SPOOL_FOLDER = "spool"
"""Below the root of a node's data volume."""

OPTIONS = (f"--config={CONFIG_FILE}", f"--config-include-path={SECRET_DIR}")
"""Of every call of pgBackRest: where its configuration is."""
_COMMAND = " ".join(("pgbackrest", *OPTIONS))
_FOLDER = {"repo1-type": "posix", "repo1-path": REPOSITORY_DIR}


@dataclass(frozen=True, kw_only=True)
class AgentNode:
    """A node of its host, as an agent finds it."""

    name: str
    """Patroni's name of the node."""
    address: str
    """IPv4 address of the server."""
    path: str
    """Its data directory."""
    socket: str
    """Folder of the server's socket."""
    port: int
    """Port in the socket's name."""


def stanza_name(stack: str) -> str:
    """pgBackRest's name of the cluster: `hft-prod`. Two stacks can share a repository, never a stanza."""
    return f"hft-{stack}"


def archive_parameters(settings: BackupSettings, stanza: str, data_dir: str) -> dict[str, str]:
    """What PostgreSQL is told on every node."""
    return {
        "archive_mode": "on",
        "archive_command": f"{_COMMAND} --stanza={stanza} archive-push %p",
        "archive_timeout": f"{settings.archive_timeout_seconds}s",
        # The second one is for the agent of the host, which shares the data volume and no other folder.
        "unix_socket_directories": f"/run/postgresql,{data_dir}",
    }


def node_conf(
    settings: BackupSettings, stanza: str, data_dir: str, cluster_path: str, server: Endpoint | None = None
) -> str:
    """pgbackrest.conf of a database node, which archives and does nothing else; `server` has the repository, if any."""
    pushing = {
        # PostgreSQL asks for one file at a time; pgBackRest looks ahead and sends many at once.
        "archive-async": "y",
        "spool-path": f"{data_dir}/{SPOOL_FOLDER}",
        "archive-push-queue-max": f"{settings.archive_queue_mib}MiB",
        "log-level-console": "warn",
    }
    return _ini({"global": {**_global(settings, server), **pushing}, stanza: {"pg1-path": cluster_path}})


def agent_conf(
    settings: BackupSettings, stanza: str, data_dir: str, cluster_path: str, server: Endpoint | None = None
) -> str:
    """pgbackrest.conf of an agent; `server` has the repository, if any. PostgreSQL's port is on the command line, as it
    differs between nodes of a host."""
    backing_up = {
        "log-level-console": "info",
        # Without: a backup waits for the next checkpoint, a quarter of an hour.
        "start-fast": "y",
        # An unfinished backup of a primary that is gone must not keep the next one waiting.
        "stop-auto": "y",
        "delta": "y",
        "repo1-retention-full-type": "time",
        "repo1-retention-full": str(settings.window_days),
    }
    cluster = {"pg1-path": cluster_path, "pg1-socket-path": data_dir, "pg1-user": "postgres"}
    return _ini({"global": {**_global(settings, server), **backing_up}, stanza: cluster})


def server_conf(settings: BackupSettings, stanza: str, listens: Endpoint, clients: Sequence[str]) -> str:
    """pgbackrest.conf of the repository's server; `clients` are the common names in the certificates it lets in."""
    serving = {
        "tls-server-address": listens.address,
        "tls-server-port": str(listens.port),
        "tls-server-ca-file": SERVER_AUTHORITY_FILE,
        "tls-server-cert-file": CERTIFICATE_FILE,
        "tls-server-key-file": KEY_FILE,
        "log-level-console": "warn",
    }
    known = "".join(f"tls-server-auth={client}={stanza}\n" for client in clients)
    return _ini({"global": {**_FOLDER, **_stored(settings, encrypted=True), **serving}}) + known


def secret_conf(cipher: str, s3_keys: tuple[str, str] | None) -> str:
    """The part of the configuration that is secret."""
    found = {"repo1-cipher-pass": cipher}
    if s3_keys:
        found |= {"repo1-s3-key": s3_keys[0], "repo1-s3-key-secret": s3_keys[1]}
    return _ini({"global": found})


def agent_json(settings: BackupSettings, stanza: str, nodes: Sequence[AgentNode], address: str) -> str:
    """backup.json: what the agent itself needs to know on the host with this address."""
    return to_json(
        {
            "stanza": stanza,
            "listen": [address, settings.metrics_port],
            "listen_proof": [address, settings.drill_port],
            "nodes": [vars(node) for node in nodes],
            "full": _schedule(settings.full),
            "differential": _schedule(settings.differential),
            "verify": _schedule(settings.verify),
            "drill": _schedule(settings.drill),
            "archive_queue_mib": settings.archive_queue_mib,
        }
    )


def _schedule(settings: ScheduleSettings) -> dict[str, object]:
    return {"days": list(settings.days), "at": settings.at.strftime("%H:%M")}


def _global(settings: BackupSettings, server: Endpoint | None) -> dict[str, str]:
    # A server tells the cipher to those that it lets in, so they need not keep it.
    return {
        **(_served(server) if server else _reached(settings)),
        **_stored(settings, encrypted=server is None),
    }


def _stored(settings: BackupSettings, *, encrypted: bool) -> dict[str, str]:
    """How the repository is written."""
    return {
        # Small files are put together, and only the changed blocks of a large one are copied.
        "repo1-bundle": "y",
        "repo1-block": "y",
        **({"repo1-cipher-type": "aes-256-cbc"} if encrypted else {}),
        "compress-type": "zst",
        "process-max": str(settings.process_max),
        "lock-path": "/tmp/pgbackrest",
        "log-level-file": "off",
    }


def _served(server: Endpoint) -> dict[str, str]:
    return {
        "repo1-host": server.address,
        "repo1-host-type": "tls",
        "repo1-host-port": str(server.port),
        "repo1-host-ca-file": SERVER_AUTHORITY_FILE,
        "repo1-host-cert-file": CERTIFICATE_FILE,
        "repo1-host-key-file": KEY_FILE,
        # Where the server, which has the rest, looks it up.
        "repo1-host-config": CONFIG_FILE,
        "repo1-host-config-include-path": SECRET_DIR,
    }


def _reached(settings: BackupSettings) -> dict[str, str]:
    s3 = settings.repository.s3
    if not s3:
        return _FOLDER
    found = {
        "repo1-type": "s3",
        "repo1-path": s3.path,
        "repo1-s3-endpoint": s3.endpoint,
        "repo1-s3-bucket": s3.bucket,
        "repo1-s3-region": s3.region,
        "repo1-s3-uri-style": s3.uri_style,
    }
    return found | ({"repo1-storage-ca-file": CA_FILE} if s3.ca_pem else {})


def _ini(sections: Mapping[str, Mapping[str, str]]) -> str:
    texts = (
        f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in options.items())
        for name, options in sections.items()
    )
    return "\n".join(texts)
