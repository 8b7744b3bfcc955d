"""A stack on one host that is as it should be, and ways to change one thing of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ops.certs import Certificate
from ops.db.patroni import Member, View
from ops.doctor.causes.cause import Cause
from ops.doctor.facts import (
    Alert,
    Cluster,
    Container,
    Deploy,
    Deploys,
    Door,
    Facts,
    Failover,
    Host,
    Sample,
    Target,
    Throttling,
    Watch,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STARTED = NOW - timedelta(hours=5)
MIB = 2.0**20

_ROLES = (
    *(("etcd", f"etcd-{index}") for index in range(3)),
    *(("node", f"tsdb-{index}") for index in range(3)),
    *(("exporter", f"tsdb-exporter-{index}") for index in range(3)),
    *(("guard", f"tsdb-guard-{index}") for index in range(3)),
    ("router", "router"),
    ("pooler", "pooler"),
    ("pooler-exporter", "pooler-exporter"),
    ("cache", "cache"),
    ("venue", "venue-alpha"),
    ("engine", "engine-blue"),
    ("prometheus", "prometheus-0"),
    ("alertmanager", "alertmanager-0"),
    ("node-exporter", "node-local"),
)
_TIERS = {"etcd": "data", "node": "data", "engine": "engine"}


def facts(**changes: Any) -> Facts:
    """The stack; what is given replaces a whole field."""
    whole: dict[str, Any] = {
        "stack": "dev",
        "at": NOW,
        "hosts": (Host(name="local", endpoint="unix:///var/run/docker.sock", cpus=2),),
        "containers": (*(_container(kind, role) for kind, role in _ROLES), _job()),
        "targets": tuple(_targets()),
        "doors": tuple(_doors()),
        "certificates": tuple(_certificate(part) for part in ("authority", "engine", "pooler-local", "tsdb-0")),
        "cluster": cluster(),
        "watch": Watch(),
        "deploys": Deploys(latest=(deploy(),)),
    }
    return Facts(**whole | changes)


def container(role: str, given: Facts | None = None, **changes: Any) -> Facts:
    """The stack with one container changed."""
    before = given or facts()
    assert role in [each.role for each in before.containers]
    return replace(
        before,
        containers=tuple(replace(each, **changes) if each.role == role else each for each in before.containers),
    )


def silent(*roles: str, given: Facts | None = None, problem: str = "Connection refused") -> Facts:
    """The stack with the endpoints of some containers that do not answer."""
    before = given or facts()
    keys = {f"local/{role}" for role in roles}
    assert keys <= {each.part for each in before.targets}
    return replace(
        before,
        targets=tuple(
            replace(each, problem=problem, samples=()) if each.part in keys else each for each in before.targets
        ),
    )


def metric(name: str, value: float, instance: str = "", *, given: Facts | None = None, **labels: str) -> Facts:
    """The stack with the value of one metric changed, everywhere or of one instance, and where labels fit."""
    before = given or facts()

    def changed(target: Target) -> Target:
        if instance not in ("", target.instance):
            return target
        return replace(
            target,
            samples=tuple(
                replace(each, value=value)
                if each.name == name and labels.items() <= dict(each.labels).items()
                else each
                for each in target.samples
            ),
        )

    after = replace(before, targets=tuple(changed(each) for each in before.targets))
    assert after != before, name
    return after


def members(*given: Member, in_maintenance: bool = False, synchronous: bool = True) -> Facts:
    """The stack whose Patroni tells of these members."""
    return facts(cluster=cluster(*given, in_maintenance=in_maintenance, synchronous=synchronous))


def cluster(*given: Member, in_maintenance: bool = False, synchronous: bool = True) -> Cluster:
    everybody = given or (
        Member("tsdb-0", "leader", "running", None),
        Member("tsdb-1", "quorum_standby", "streaming", 0),
        Member("tsdb-2", "quorum_standby", "streaming", 0),
    )
    return Cluster(
        view=View(everybody, in_maintenance, planned=False),
        timelines={each.name: 1 for each in everybody},
        synchronous=synchronous,
        failovers=(Failover(timeline=1, at=STARTED, leader="tsdb-0", reason="no recovery target specified"),),
    )


def deploy(result: str = "succeeded") -> Deploy:
    return Deploy(kind="update", result=result, started=STARTED, ended=STARTED, changes={"create": 3, "same": 7})


def alert(name: str, **labels: str) -> Alert:
    """An alert that has fired for a minute."""
    return Alert(
        name=name,
        severity="page",
        labels={"alertname": name, "severity": "page", **labels},
        summary=f"{name} fires",
        since="2026-03-01T11:59:00.5Z",
    )


def alerted(*alerts: Alert, given: Facts | None = None) -> Facts:
    """The stack with alerts that fire."""
    return replace(given or facts(), watch=Watch(alerts=alerts))


def found(causes: Iterable[Cause], name: str, given: Facts) -> list[tuple[str, tuple[str, ...], str]]:
    """(subject, evidence, next command) of what one cause finds."""
    cause = next(each for each in causes if each.name == name)
    return [(each.subject, each.evidence, each.command) for each in cause.find(given)]


def _container(kind: str, role: str) -> Container:
    engine = kind == "engine"
    return Container(
        name=f"hft-dev-{role}",
        host="local",
        role=role,
        component=kind,
        tier=_TIERS.get(kind, "infra"),
        one_shot=False,
        status="running",
        health="healthy",
        started=STARTED,
        cpu_set="1" if engine else "0",
        wanted_cpu_set="1" if engine else "0",
        throttling=Throttling(periods=10, throttled=0) if engine else None,
    )


def _job() -> Container:
    return Container(
        name="hft-dev-db-migrate",
        host="local",
        role="db-migrate",
        component="database",
        tier="infra",
        one_shot=True,
        status="exited",
        started=STARTED,
        finished=STARTED,
    )


def _targets() -> Iterable[Target]:
    for index in range(3):
        node = f"tsdb-{index}"
        yield _target("etcd", f"etcd-{index}", f"etcd-{index}", {
            "etcd_server_has_leader": 1,
            "etcd_mvcc_db_total_size_in_bytes": 1 * MIB,
            "etcd_server_quota_backend_bytes": 256 * MIB,
        })  # fmt: skip
        yield _target("patroni", node, node, {
            "patroni_primary": float(index == 0), "patroni_postgres_running": 1, "patroni_pending_restart": 0,
        })  # fmt: skip
        yield _target("postgres", node, f"tsdb-exporter-{index}", {
            "pg_up": 1, "pg_settings_max_connections": 100, "pg_stat_activity_count": 20,
        })  # fmt: skip
        yield _target("disk-guard", node, f"tsdb-guard-{index}", {
            "hft_disk_guard_stopped": 0,
            "hft_disk_free_bytes": 9000 * MIB,
            "hft_disk_guard_stop_bytes": 1024 * MIB,
        })  # fmt: skip
    yield replace(
        _target("haproxy", "router-local", "router", {}),
        samples=tuple(
            Sample(name="haproxy_backend_active_servers", labels={"proxy": proxy}, value=count)
            for proxy, count in (("primary", 1.0), ("standbys", 2.0))
        ),
    )
    yield replace(
        _target("pgbouncer", "pooler-local", "pooler-exporter", {"pgbouncer_up": 1}),
        samples=(
            Sample(name="pgbouncer_up", labels={}, value=1),
            Sample(
                name="pgbouncer_pools_client_maxwait_seconds",
                labels={"user": "hft_writer", "database": "hft"},
                value=0,
            ),
        ),
    )
    yield replace(
        _target("engine", "engine-blue", "engine-blue", {}),
        samples=(
            Sample(name="hft_leader", labels={"colour": "blue"}, value=1),
            *(
                Sample(name="hft_trading_state", labels={"state": state}, value=float(state == "active"))
                for state in ("active", "reducing", "halted")
            ),
            *(
                Sample(name="hft_venue_up", labels={"venue": "alpha", "channel": channel}, value=1)
                for channel in ("md", "orders")
            ),
        ),
    )
    node = _target("node", "local", "node-local", {
        "node_memory_MemAvailable_bytes": 8000 * MIB,
        "node_memory_MemTotal_bytes": 16000 * MIB,
        "node_load1": 4,
        "node_timex_sync_status": 1,
    })  # fmt: skip
    disk = {"device": "/dev/vda", "fstype": "ext4", "mountpoint": "/"}
    sizes = {"node_filesystem_avail_bytes": 40000 * MIB, "node_filesystem_size_bytes": 100000 * MIB}
    disks = tuple(Sample(name=name, labels=disk, value=size) for name, size in sizes.items())
    yield replace(node, samples=(*node.samples, *disks))
    yield _target("venue", "alpha", "venue-alpha", {})
    yield _target("prometheus", "prometheus-0", "prometheus-0", {})
    yield _target("alertmanager", "alertmanager-0", "alertmanager-0", {})


def _target(job: str, instance: str, role: str, values: Mapping[str, float]) -> Target:
    samples = tuple(Sample(name=name, labels={}, value=float(value)) for name, value in values.items())
    return Target(job=job, instance=instance, address=f"127.0.0.1:{job}", part=f"local/{role}", samples=samples)


def _doors() -> Iterable[Door]:
    ends = NOW + timedelta(days=60)
    for index in range(3):
        yield Door(part=f"local/tsdb-{index}", address=f"127.0.0.1:1800{index}", ends=ends)
        yield Door(part=f"local/tsdb-{index}", address=f"127.0.0.1:1543{index}", ends=ends)
        yield Door(part=f"local/etcd-{index}", address=f"127.0.0.1:1237{index}", ends=ends)
    yield Door(part="local/pooler", address="127.0.0.1:16432", ends=ends)


def _certificate(part: str) -> Certificate:
    return Certificate(part, f"urn of {part}", NOW + timedelta(days=60), NOW + timedelta(days=30))
