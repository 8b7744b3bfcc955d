from dataclasses import replace
from datetime import UTC, datetime

from components._common.endpoint import DatabaseMember
from ops.certs import Certificate
from ops.doctor.plan import Planned, PlannedDoor, PlannedTarget, plan
from ops.state import CONTAINER, State
from tests.ops.states import SECRET, entry, state, urn

CLUSTER, ETCD, POOLER = "hft:database:TimescaleCluster", "hft:database:EtcdCluster", "hft:pooling:Pooler"
CERTIFICATE = "tls:index/locallySignedCert:LocallySignedCert"
CERTS, MONITORING = "hft:certs:Certificates", "hft:monitoring:Monitoring"
MEMBER = {"name": "tsdb-0", "address": "127.0.0.1", "postgres_port": 15432, "patroni_port": 18008}


def container(logical: str, role: str, tier: str = "infra", **inputs: object) -> dict[str, object]:
    labels = {"hft.component": "database", "hft.role": role, "hft.tier": tier}
    listed = [{"label": key, "value": value} for key, value in labels.items()]
    return entry(CONTAINER, logical, inputs={"name": f"hft-dev-{role}", "labels": listed, "cpuSet": "0", **inputs})


def target(job: str, instance: str, address: str, **more: object) -> dict[str, object]:
    return {"job": job, "instance": instance, "address": address, "path": "/metrics", "tls": False, **more}


def component(kind: str, name: str, **outputs: object) -> dict[str, object]:
    return entry(kind, name, custom=False, outputs=outputs)


def deployed() -> State:
    patroni = target("patroni", "tsdb-0", "127.0.0.1:18008", tls=True)
    lives = {"validityEndTime": "2030-01-02T00:00:00+00:00", "earlyRenewalHours": 24}
    return state(
        component(CLUSTER, "tsdb", members=[MEMBER], scrape_targets=[patroni]),
        component(ETCD, "etcd", endpoints=["127.0.0.1:12379"]),
        component(POOLER, "pooler", by_host={"local": "127.0.0.1:16432"}),
        component(MONITORING, "monitoring", scrape_targets=[
            patroni,
            target("pgbouncer", "pooler-local", "127.0.0.1:19127"),
            target("haproxy", "router-local", "127.0.0.1:15004"),
            target("prometheus", "prometheus-0", "127.0.0.1:19090"),
            target("engine-free-slot", "engine-green", "127.0.0.1:18081", labels={"strategy": "maker"}, expected=False),
        ]),
        component(CERTS, "certs"),
        entry(CERTIFICATE, "certs-tsdb-0", parent=urn(CERTS, "certs"), outputs=lives),
        container("tsdb-node-0", "tsdb-0", "data"),
        container("etcd-node-0", "etcd-0", "data"),
        container("pooler-exporter-local", "pooler-exporter"),
        container("router-local", "router"),
        container("db-migrate", "db-migrate", mustRun=False, uploads=SECRET),
        pending=[("creating", container("cache-server", "cache"))],
        outputs={
            "hosts": {"local": "unix:///var/run/docker.sock"},
            "authority": "PEM",
            "parts": [{
                "part": "pooler-exporter", "endpoint": "127.0.0.1:19127", "container": "hft-dev-pooler-exporter",
                "host": "local", "open": "",
            }],
        },
    )  # fmt: skip


def test_every_container_is_known_with_its_labels() -> None:
    found = {each.key: each for each in plan(deployed(), "dev").containers}

    assert sorted(found) == [
        "local/db-migrate",
        "local/etcd-0",
        "local/pooler-exporter",
        "local/router",
        "local/tsdb-0",
    ]
    assert found["local/tsdb-0"] == Planned(
        name="hft-dev-tsdb-0",
        host="local",
        role="tsdb-0",
        component="database",
        tier="data",
        one_shot=False,
        cpu_set="0",
    )
    assert [each.role for each in found.values() if each.one_shot] == ["db-migrate"]


def test_every_target_is_known_once_with_the_container_behind_it() -> None:
    patroni, pooler, router = (
        PlannedTarget(job=job, instance=instance, address=address, path="/metrics", tls=tls, part=part)
        for job, instance, address, tls, part in (
            ("patroni", "tsdb-0", "127.0.0.1:18008", True, "local/tsdb-0"),
            ("pgbouncer", "pooler-local", "127.0.0.1:19127", False, "local/pooler-exporter"),
            ("haproxy", "router-local", "127.0.0.1:15004", False, "local/router"),
        )
    )
    prometheus = PlannedTarget(
        job="prometheus",
        instance="prometheus-0",
        address="127.0.0.1:19090",
        path="/metrics",
        tls=False,
        part="",
    )

    free = replace(
        prometheus,
        job="engine-free-slot",
        instance="engine-green",
        address="127.0.0.1:18081",
        strategy="maker",
        expected=False,
    )

    assert plan(deployed(), "dev").targets == (free, router, patroni, pooler, prometheus)
    assert plan(deployed(), "dev").urls("prometheus") == ["http://127.0.0.1:19090"]


def test_every_door_with_tls_is_known() -> None:
    assert plan(deployed(), "dev").doors == (
        PlannedDoor(part="local/tsdb-0", address="127.0.0.1:18008", starttls=False),
        PlannedDoor(part="local/tsdb-0", address="127.0.0.1:15432", starttls=True),
        PlannedDoor(part="local/etcd-0", address="127.0.0.1:12379", starttls=False),
        PlannedDoor(part="local/pooler", address="127.0.0.1:16432", starttls=True),
    )


def test_the_rest_comes_from_outputs_and_pending_operations() -> None:
    found = plan(deployed(), "dev")

    assert (found.authority, dict(found.hosts)) == ("PEM", {"local": "unix:///var/run/docker.sock"})
    assert [each.role for each in found.containers if each.role == "cache"] == []
    assert found.members == (
        DatabaseMember(name="tsdb-0", address="127.0.0.1", postgres_port=15432, patroni_port=18008),
    )
    end, due = datetime(2030, 1, 2, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    assert found.certificates == (Certificate("tsdb-0", urn(CERTIFICATE, "certs-tsdb-0"), end, due),)
    assert found.pending == (urn(CONTAINER, "cache-server"),)


def test_a_secret_authority_is_not_known() -> None:
    assert plan(state(outputs={"authority": SECRET}), "dev").authority == ""


def test_a_stack_that_was_never_up_has_no_hosts() -> None:
    assert plan(State({}), "dev").hosts == {}
