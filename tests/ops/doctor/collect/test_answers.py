"""What is read of the answers of Patroni, Prometheus and Pulumi."""

import json
from datetime import UTC, datetime

from ops.db.patroni import Member, View
from ops.doctor.collect import cluster, deploys, watch
from ops.doctor.facts import Alert, Cluster, Deploy, Failover

CLUSTER = json.dumps(
    {
        "members": [
            {"name": "tsdb-0", "role": "leader", "state": "running", "timeline": 3},
            {"name": "tsdb-1", "role": "quorum_standby", "state": "streaming", "timeline": 3, "lag": 0},
            {"name": "tsdb-2", "role": "replica", "state": "start failed", "lag": "unknown"},
        ],
        "pause": True,
    }
)
HISTORY = json.dumps(
    [
        [1, 50331648, "no recovery target specified", "2026-03-01T11:00:00.5+00:00", "tsdb-1"],
        [2, 67108864, "no recovery target specified", "2026-03-01T11:30:00+00:00", "tsdb-0"],
        [3, 83886080, "no recovery target specified"],
    ]
)


def test_the_cluster_is_read() -> None:
    members = (
        Member("tsdb-0", "leader", "running", None),
        Member("tsdb-1", "quorum_standby", "streaming", 0),
        Member("tsdb-2", "replica", "start failed", None),
    )

    assert cluster.read(CLUSTER, "[]", synchronous=True) == Cluster(
        view=View(members, in_maintenance=True, planned=False),
        timelines={"tsdb-0": 3, "tsdb-1": 3},
        synchronous=True,
    )


def test_the_history_says_who_began_to_lead() -> None:
    reason = "no recovery target specified"

    assert cluster.failovers(HISTORY) == (
        Failover(timeline=2, at=datetime(2026, 3, 1, 11, 0, 0, 500000, UTC), leader="tsdb-1", reason=reason),
        Failover(timeline=3, at=datetime(2026, 3, 1, 11, 30, tzinfo=UTC), leader="tsdb-0", reason=reason),
        Failover(timeline=4, at=None, leader="", reason=reason),
    )


def test_alerts_that_fire_are_read_without_the_heartbeat() -> None:
    def entry(name: str, severity: str, state: str) -> dict[str, object]:
        labels = {"alertname": name, "severity": severity}
        return {"labels": labels, "annotations": {"summary": "why"}, "state": state, "activeAt": "2026-03-01T11:00:00Z"}

    entries = [
        entry("TargetDown", "page", "firing"),
        entry("EngineDown", "page", "pending"),
        entry("DeadManSwitch", "heartbeat", "firing"),
    ]

    assert watch.firing({"data": {"alerts": entries}}) == [
        Alert(
            name="TargetDown",
            severity="page",
            labels={"alertname": "TargetDown", "severity": "page"},
            summary="why",
            since="2026-03-01T11:00:00Z",
        )
    ]


def test_targets_that_are_down_are_read() -> None:
    targets = [
        {"labels": {"job": "etcd", "instance": "etcd-0"}, "health": "up", "lastError": ""},
        {"labels": {"job": "patroni", "instance": "tsdb-0"}, "health": "down", "lastError": "refused"},
    ]

    assert watch.unreached({"data": {"activeTargets": targets}}) == [("patroni", "tsdb-0", "refused")]


def test_the_history_of_deployments_is_read_without_configuration() -> None:
    entries = [
        {
            "kind": "update",
            "startTime": "2026-03-01T11:00:00.000Z",
            "endTime": "2026-03-01T11:01:00.000Z",
            "result": "failed",
            "config": {"hft:secret-db-owner": {"value": "[secret]", "secret": True}},
            "resourceChanges": {"create": 2, "same": 5},
        },
        {"kind": "refresh", "startTime": "2026-03-01T10:00:00.000Z", "result": "succeeded"},
    ]
    [deploy] = deploys.read(json.dumps(entries))

    assert deploy == Deploy(
        kind="update",
        result="failed",
        started=datetime(2026, 3, 1, 11, 0, tzinfo=UTC),
        ended=datetime(2026, 3, 1, 11, 1, tzinfo=UTC),
        changes={"create": 2, "same": 5},
    )
    assert deploy.changed == 2
    assert deploys.read("") == ()
