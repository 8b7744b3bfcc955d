"""A cluster on paper: three hosts with a node each, as witnesses see it."""

from pathlib import Path
from typing import Any

from workloads.witness.agreement import Standing
from workloads.witness.settings import WitnessSettings

HOSTS = ("alpha", "beta", "gamma")


def settings(host: str = "beta", hosts: tuple[str, ...] = HOSTS, **changes: Any) -> WitnessSettings:
    """Of the witness of a host; node `tsdb-n` is on the n-th host."""
    members = [
        {
            "name": f"tsdb-{index}",
            "host": each,
            "address": f"127.0.0.{index + 1}",
            "postgres_port": 15432 + index,
            "patroni_port": 18008 + index,
        }
        for index, each in enumerate(hosts)
    ]
    document = {
        "host": host,
        "listen_address": "127.0.0.1",
        "listen_port": 19208,
        "etcd_endpoints": ("https://127.0.0.1:12379",),
        "tls": {f"{name}_file": Path(f"/tls/{name}") for name in ("authority", "certificate", "key")},
        "etcd_peer_ports": (12479,),
        "prefix": "/hft/hft/",
        "members": tuple(members),
        "probes": 3,
        "probe_timeout_ms": 400,
        "interval_ms": 200,
        "table": "hft_test_witness",
    }
    return WitnessSettings.model_validate({**document, **changes})


def standing(**changes: Any) -> Standing:
    """tsdb-0 leads, and any one of the others confirms."""
    usual: dict[str, Any] = {
        "leader": "tsdb-0",
        "leader_revision": 7,
        "lease": "session",
        "sync_leader": "tsdb-0",
        "voters": frozenset({"tsdb-1", "tsdb-2"}),
        "quorum": 1,
        "sync_revision": 9,
    }
    return Standing(**{**usual, **changes})
