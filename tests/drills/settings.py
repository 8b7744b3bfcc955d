"""What the drilled stack's file says: every timer at its default, sizes as small as they may be."""

from collections.abc import Sequence
from typing import Any

from tests.drills.rig import HOSTS, Host


def values(rig: Sequence[Host]) -> dict[str, Any]:
    """All of it, by area."""
    return {"hosts": hosts(rig), "database": database(), "pooling": pooling()}


def hosts(rig: Sequence[Host]) -> list[dict[str, Any]]:
    """The hosts of the rig, each a failure domain of its own. They share this machine's CPUs."""
    return [
        {
            "name": host.name,
            "docker_endpoint": host.endpoint,
            "address": host.address,
            "failure_domain": host.name,
            "cpus": "0-1",
        }
        for host in rig
    ]


def database() -> dict[str, Any]:
    """Three nodes, one of them a synchronous standby, and etcd beside each."""
    return {"hosts": list(HOSTS), "memory_mib": 512, "wal_mib": 256, "etcd": {"hosts": list(HOSTS)}}


def pooling() -> dict[str, Any]:
    """A router and a pooler on every host."""
    return {"router": {"hosts": list(HOSTS)}, "pooler": {"hosts": list(HOSTS)}}
