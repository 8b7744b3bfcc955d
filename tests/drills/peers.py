"""The timers that others ship, on the drilled stack: what differs between two peers is their settings alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ops.bench.db.found import add
from ops.bench.db.peers import FOUND
from ops.sandbox import CHECKOUT
from tests.drills import settings
from tests.drills.checker import Verdict
from tests.drills.rig import Host

# PgBouncer's default server_login_retry, which none of the peers sets.
_POOLER_DEFAULT = {"login_retry_ms": 15_000}


@dataclass(frozen=True)
class Peer:
    """Who ships what."""

    name: str
    database: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the database beside those of a drill."""
    pooling: Mapping[str, Any] = field(default_factory=dict)
    """The same of the way to it."""
    checks: str = ""
    """How HAProxy looks for the primary, in its own words; empty: as this project renders it."""

    def settings(self, hosts: Sequence[Host]) -> dict[str, Any]:
        """All of a drill's settings, with these."""
        first = settings.values(hosts)
        return {
            **first,
            "database": {**first["database"], **self.database},
            "pooling": {**first["pooling"], **self.pooling},
            "router-checks": self.checks,
        }


def _patroni(ttl: int, loop_wait: int, retry_timeout: int, primary_start_timeout: int) -> dict[str, Any]:
    """Timers without witnesses, and commits that wait for no standby: none of the peers' defaults do."""
    return {
        "synchronous_standbys": 0,
        "failover": {
            "ttl_seconds": ttl,
            "loop_wait_seconds": loop_wait,
            "retry_timeout_seconds": retry_timeout,
            "primary_start_timeout_seconds": primary_start_timeout,
            "witness_probes": 0,
        },
    }


OURS = Peer("this project")
PEERS = (
    # Patroni documentation, dynamic configuration settings, and its sample of haproxy.cfg.
    Peer("Patroni defaults", _patroni(30, 10, 10, 300), {"failover": _POOLER_DEFAULT}, "inter 3s fall 3 rise 2"),
    # autobase of 2026-03: automation/roles/common/defaults/main.yml, roles/haproxy/templates/haproxy.cfg.j2.
    Peer(
        "autobase",
        _patroni(30, 10, 10, 300),
        {"failover": _POOLER_DEFAULT},
        "inter 3s fastinter 1s fall 3 rise 4",
    ),
    # Pigsty of 2026: roles/pgsql/defaults/main.yml, pg_rto_plan, norm (its default), and templates/service.cfg.
    Peer(
        "Pigsty",
        _patroni(30, 5, 10, 25),
        {"failover": _POOLER_DEFAULT},
        "inter 2s fastinter 1s downinter 2s rise 3 fall 3 slowstart 30s",
    ),
    # The last one, as it is the one with witnesses: their certificates are not taken away again.
    OURS,
)


def note(peer: Peer, fault: str, found: Verdict, errors: int) -> None:
    """Print what a fault cost, and add it to the list that `hft bench-db` reads."""
    entry = {
        "peer": peer.name,
        "fault": fault,
        "gap_seconds": round(found.gap_seconds, 2),
        "acked": found.acked,
        "lost": found.lost,
        "errors": errors,
    }
    add(CHECKOUT / FOUND, entry)
