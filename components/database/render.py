"""The text that etcd and Patroni start with; pure. Holds no secret: a node looks for passwords in `PASSWORDS_DIR`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components._common.archiving import CLUSTER_PATH, NODE_DATA_DIR
from components._common.endpoint import DatabaseMember, Endpoint
from components._common.render import to_json, to_yaml
from components._common.tls import CERTIFICATE_FILE, KEY_FILE, SERVER_AUTHORITY_FILE
from components.database.failover import FailoverSettings
from components.database.settings import DATABASE, DatabaseObjectsSettings, DatabaseSettings, EtcdSettings, RoleSettings
from components.database.tuning import cluster_parameters, node_parameters

DATA_DIR = NODE_DATA_DIR
"""Where the images have their data volume."""
SCOPE = "hft"
"""Patroni's name of the cluster in etcd; each stack has an etcd of its own."""
SHARED_KEY = f"/hft/{SCOPE}/config"
"""Where Patroni looks in etcd for what all nodes share."""
SUPERUSER, REPLICATION, REWIND = "postgres", "replicator", "rewind_user"
"""Roles of the nodes."""
ADMIN = "hft_admin"
"""Who makes what is inside the database."""
BOOTSTRAP_FILE = "/etc/hft/bootstrap.sh"
"""Where a node has the script that makes all of these, and gives them their passwords."""
PASSWORDS_DIR = "/var/lib/postgresql"
"""Home of the user that a node runs as: libpq looks there into .pgpass whenever it connects."""
# With 1 MiB, Patroni's default, a burst of ticks leaves nobody to elect, though the quorum has every order.
_MOST_LAG_MIB = 64

_TLS = {
    "ssl": "on",
    "ssl_cert_file": CERTIFICATE_FILE,
    "ssl_key_file": KEY_FILE,
    # Every client here speaks it, and its handshake is one round trip shorter.
    "ssl_min_protocol_version": "TLSv1.3",
}


@dataclass(frozen=True, kw_only=True)
class EtcdMember:
    """One etcd process."""

    name: str
    address: str
    client_port: int
    peer_port: int
    metrics_port: int

    @property
    def client(self) -> str:
        """`address:port` for clients."""
        return f"{self.address}:{self.client_port}"

    @property
    def peer_url(self) -> str:
        """Where its peers reach it."""
        return f"https://{self.address}:{self.peer_port}"

    @property
    def metrics(self) -> str:
        """`address:port` of metrics and health, which hold no secret and are not encrypted."""
        return f"{self.address}:{self.metrics_port}"


def etcd_arguments(
    settings: EtcdSettings, failover: FailoverSettings, members: Sequence[EtcdMember], index: int, token: str
) -> list[str]:
    """The command line of a member. `token` keeps clusters of different stacks from joining each other."""
    me = members[index]
    flags = {
        "name": me.name,
        "data-dir": DATA_DIR,
        "listen-client-urls": f"https://{me.client}",
        "advertise-client-urls": f"https://{me.client}",
        "listen-metrics-urls": f"http://{me.metrics}",
        "listen-peer-urls": me.peer_url,
        "initial-advertise-peer-urls": me.peer_url,
        "initial-cluster": ",".join(f"{member.name}={member.peer_url}" for member in members),
        "initial-cluster-state": "new",
        "initial-cluster-token": token,
        "heartbeat-interval": failover.etcd_heartbeat_ms,
        "election-timeout": failover.etcd_election_ms,
        "auto-compaction-mode": "periodic",
        "auto-compaction-retention": f"{settings.compaction_hours}h",
        "quota-backend-bytes": settings.quota_mib * 1024 * 1024,
        "log-level": "warn",
        "tls-min-version": "TLS1.3",
        **_mutual_tls(),
        **_mutual_tls("peer-"),
    }
    return [f"--{name}={value}" for name, value in flags.items()]


def _mutual_tls(door: str = "") -> dict[str, str]:
    """A door of etcd that lets in who has a certificate by the stack's authority: that for clients, or `peer-`."""
    return {
        f"{door}cert-file": CERTIFICATE_FILE,
        f"{door}key-file": KEY_FILE,
        f"{door}trusted-ca-file": SERVER_AUTHORITY_FILE,
        f"{door}client-cert-auth": "true",
    }


def patroni_yml(
    settings: DatabaseSettings, member: DatabaseMember, etcd_endpoints: Sequence[str], node_addresses: Iterable[str]
) -> str:
    """10-patroni.yml of one node: what is its own, and what it must know before it has asked etcd."""
    return to_yaml(
        {
            "scope": SCOPE,
            "namespace": "/hft/",
            "name": member.name,
            "restapi": {
                "listen": str(member.patroni),
                "connect_address": str(member.patroni),
                "certfile": CERTIFICATE_FILE,
                "keyfile": KEY_FILE,
                "cafile": SERVER_AUTHORITY_FILE,
                # Who may change or restart the cluster: a part of the stack, on one of these hosts. Reading is open.
                "verify_client": "optional",
                # Routers and witnesses look some ten times a second. With Patroni's own 5, looks timed out before they
                # were taken, on two CPUs with a load of 20, and clients of a primary that was well were cut off.
                "request_queue_size": 128,
                "allowlist": sorted(set(node_addresses)),
            },
            # What it shows the others' Patroni.
            "ctl": {"certfile": CERTIFICATE_FILE, "keyfile": KEY_FILE, "cacert": SERVER_AUTHORITY_FILE},
            "etcd3": {
                "hosts": nearest_first(member.address, etcd_endpoints),
                # In this order, not in one that etcd tells: a node that talks to the host that is lost waits for it.
                "use_proxies": True,
                "protocol": "https",
                "cacert": SERVER_AUTHORITY_FILE,
                "cert": CERTIFICATE_FILE,
                "key": KEY_FILE,
            },
            "bootstrap": _bootstrap(),
            "postgresql": _postgresql(settings, member),
        }
    )


def roles_json(settings: DatabaseObjectsSettings) -> str:
    """`roles.json`, as the function hft.apply_roles of the migrations reads it: role → parameter → value.

    It has what the provider's roles cannot say. Commits of hft_ticks wait for no disk and no standby: a crash costs
    ticks of the last 3 · wal_writer_delay = 0.6 s (PostgreSQL documentation, asynchronous commit).
    """
    return to_json(
        {
            "hft_owner": _role(settings.owner),
            "hft_writer": {**_role(settings.writer), "synchronous_commit": "on"},
            "hft_ticks": {**_role(settings.ticks), "synchronous_commit": "off"},
            "hft_reader": _role(settings.reader),
            "hft_monitoring": _role(settings.monitoring),
            "hft_guard": _role(settings.guard),
        }
    )


def _role(bounds: RoleSettings) -> dict[str, str]:
    return {"lock_timeout": f"{bounds.lock_timeout_seconds}s"}


def nearest_first(address: str, etcd_endpoints: Sequence[str]) -> list[str]:
    """The members of etcd with the one at an address before the others, which keep their order."""
    return sorted(etcd_endpoints, key=lambda endpoint: endpoint.rpartition(":")[0] != address)


def guard_json(settings: DatabaseSettings, members: Sequence[DatabaseMember], index: int, listen: Endpoint) -> str:
    """Configuration of the disk guard of one node; `members` are all nodes, as any may be the primary.

    It stops ingest while a whole max_wal_size is free still: orders have one more cycle of checkpoints, and the server
    never meets a full disk. It goes on at half as much again, so that one dropped chunk does not make it flap.
    """
    return to_json(
        {
            "node": members[index].name,
            "path": DATA_DIR,
            "stop_mib": settings.wal_mib,
            "resume_mib": settings.wal_mib * 3 // 2,
            "hosts": [member.address for member in members],
            "ports": [member.postgres_port for member in members],
            "database": DATABASE,
            "user": "hft_guard",
            "listen_address": listen.address,
            "listen_port": listen.port,
        }
    )


def shared_json(settings: DatabaseSettings, client_addresses: Iterable[str]) -> str:
    """What Patroni keeps in etcd for all nodes: timers, synchronous replication, parameters, and who may connect.

    Only hosts at `client_addresses` may. What is changed here is in force within a loop of Patroni, and replaces no
    container; parameters that need a restart wait for one.
    """
    timers = settings.failover
    shared = {
        "ttl": timers.ttl_seconds,
        "loop_wait": timers.loop_wait_seconds,
        "retry_timeout": timers.retry_timeout_seconds,
        "primary_start_timeout": timers.primary_start_timeout_seconds,
        "maximum_lag_on_failover": _MOST_LAG_MIB * 1024 * 1024,
        # Any standbys confirm, not named ones, and without enough of them nothing is acknowledged.
        "synchronous_mode": "quorum" if settings.synchronous_standbys else False,
        "synchronous_mode_strict": settings.synchronous_standbys > 0,
        "synchronous_node_count": max(settings.synchronous_standbys, 1),
        # Without etcd the primary goes on for as long as it reaches every standby.
        "failsafe_mode": True,
        "postgresql": {
            "use_pg_rewind": True,
            "use_slots": True,
            "pg_hba": _pg_hba(sorted(set(client_addresses))),
            "parameters": cluster_parameters(settings),
        },
    }
    return to_json(shared)


def archiving_yml(parameters: Mapping[str, str]) -> str:
    """15-archiving.yml, the same on all nodes. No restore_command: a standby that asked the repository would be slower
    to take over, or wait for one that is gone with the primary."""
    return to_yaml({"postgresql": {"parameters": dict(parameters)}})


def _bootstrap() -> dict[str, Any]:
    # No `dcs` here: a new node that finds no shared.json in etcd must not start with Patroni's defaults, which wait for
    # no standby.
    return {
        "initdb": [
            "data-checksums",
            {"encoding": "UTF8"},
            # PostgreSQL's own collation: a new C library cannot corrupt indexes.
            {"locale-provider": "builtin"},
            {"builtin-locale": "C.UTF-8"},
            {"locale": "C.UTF-8"},
        ],
        "post_bootstrap": f"/bin/sh {BOOTSTRAP_FILE} {PASSWORDS_DIR}",
    }


def _postgresql(settings: DatabaseSettings, member: DatabaseMember) -> dict[str, Any]:
    after_start = f"/usr/local/bin/hft-after-start https://{member.patroni} {member.postgres_port} {CLUSTER_PATH}"
    return {
        "listen": str(member.postgres),
        "connect_address": str(member.postgres),
        "data_dir": CLUSTER_PATH,
        "bin_dir": "/usr/lib/postgresql/17/bin",
        # Patroni writes no such file, as it knows no password, but wants to be able to.
        "pgpass": "/tmp/pgpass",
        "use_unix_socket": True,
        "authentication": _authentication(),
        "before_stop": f"/usr/local/bin/hft-before-stop {CLUSTER_PATH}",
        "callbacks": {"on_start": after_start, "on_restart": after_start, "on_role_change": after_start},
        "basebackup": [
            # Without: the copy waits for a checkpoint that is spread over minutes.
            {"checkpoint": "fast"},
            # With a slot of its own the copy would report what it has flushed, and a primary without any standby would
            # take that for a confirmation (PostgreSQL 17, receivelog.c).
            "no-slot",
        ],
        "parameters": {**node_parameters(settings), **_TLS},
    }


def _authentication() -> dict[str, Any]:
    # Nodes reach each other by address, which is in their certificates.
    verified = {"sslmode": "verify-full", "sslrootcert": SERVER_AUTHORITY_FILE}
    return {
        "superuser": {"username": SUPERUSER},
        "replication": {"username": REPLICATION, **verified},
        "rewind": {"username": REWIND, **verified},
    }


def _pg_hba(addresses: Sequence[str]) -> list[str]:
    # The superuser comes through the socket as the user that PostgreSQL runs as; all others show a password.
    rules = [f"local all {SUPERUSER} peer", f"host all {SUPERUSER} all reject"]
    for address in addresses:
        rules.append(f"hostssl replication {REPLICATION} {address}/32 scram-sha-256")
        rules.append(f"hostssl all all {address}/32 scram-sha-256")
    return rules
