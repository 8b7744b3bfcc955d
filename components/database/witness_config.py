"""The file that a witness starts with; pure."""

from collections.abc import Sequence

from components._common.endpoint import DatabaseMember, Endpoint
from components._common.ports import member_ports
from components._common.render import to_json
from components._common.tls import OWN_FILES
from components.database.failover import WITNESS_INTERVAL_MS, WITNESS_TIMEOUT_MS
from components.database.render import SCOPE, nearest_first
from components.database.settings import DatabaseSettings


def witness_json(
    settings: DatabaseSettings,
    host: str,
    listen: Endpoint,
    members: Sequence[DatabaseMember],
    etcd_endpoints: Sequence[str],
    *,
    table: str,
) -> str:
    """What the witness of one host is told: `members` in the order of the settings, and the firewall's table."""
    nodes = [
        {
            "name": member.name,
            "host": at,
            "address": member.address,
            "postgres_port": member.postgres_port,
            "patroni_port": member.patroni_port,
        }
        for at, member in zip(settings.hosts, members, strict=True)
    ]
    return to_json(
        {
            "host": host,
            "listen_address": listen.address,
            "listen_port": listen.port,
            "etcd_endpoints": [f"https://{each}" for each in nearest_first(listen.address, etcd_endpoints)],
            "tls": OWN_FILES,
            "etcd_peer_ports": sorted(set(member_ports(settings.etcd.peer_port, settings.etcd.hosts))),
            "prefix": f"/hft/{SCOPE}/",
            "members": nodes,
            "probes": settings.failover.witness_probes,
            "probe_timeout_ms": WITNESS_TIMEOUT_MS,
            "interval_ms": WITNESS_INTERVAL_MS,
            "table": table,
        }
    )
