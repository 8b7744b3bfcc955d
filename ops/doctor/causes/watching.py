"""Causes that lie in monitoring, and what it reports that nothing else explains."""

from collections.abc import Iterator

from ops.doctor.causes.cause import Cause, Finding, Layer, Likelihood
from ops.doctor.facts import Alert, Facts
from ops.doctor.reach import affected

ABOUT = {
    "EtcdNoLeader": "etcd",
    "EtcdInsufficientMembers": "etcd",
    "EtcdNoSpareMember": "etcd",
    "TsdbNoPrimary": "primary",
    "TsdbTwoPrimaries": "primary",
    "TsdbUnlocked": "primary",
    "TsdbPaused": "primary",
    "TsdbPrimaryChanged": "primary",
    "TsdbNoSynchronousStandby": "standbys",
    "TsdbNobodyMayLeadNext": "standbys",
    "TsdbMaintenanceLate": "primary",
    "PrimaryDeposed": "primary",
    "TradingLeaderMissing": "lease",
    "TradingLeadersTwo": "lease",
    "EngineBuildsMixed": "lease",
    "AlertsNotDelivered": "alerting",
}
"""Alert → what it is about, where that is not the instance that it names."""


def _blind(facts: Facts) -> Iterator[Finding]:
    for problem in facts.watch.problems:
        yield Finding(
            about="alerting",
            subject="monitoring",
            evidence=(problem,),
            command=f"hft status {facts.stack}",
            affects=affected(facts, "alerting"),
        )


def _unreached(facts: Facts) -> Iterator[Finding]:
    answering = {(each.job, each.instance): each for each in facts.targets if not each.problem}
    for job, instance, error in facts.watch.down:
        if (target := answering.get((job, instance))) is not None:
            yield Finding(
                about=target.part or f"{job} {instance}",
                subject=f"{job} {instance}",
                evidence=(f"Prometheus: {error}; it answers here, at {target.address}",),
                command=f"curl -sS http://{target.address}/metrics",
                runbook="TargetDown",
            )


def _alerts(facts: Facts) -> Iterator[Finding]:
    told: dict[tuple[str, str], list[str]] = {}
    for alert in facts.watch.alerts:
        evidence = f"{alert.summary or alert.name} (since {alert.since[:19]})"
        told.setdefault((alert.name, _about(facts, alert)), []).append(evidence)
    for (name, about), evidences in told.items():
        yield Finding(
            about=about,
            subject=f"alert {name}",
            evidence=tuple(evidences),
            command=f"hft timeline {facts.stack} --since 1h",
            runbook=name,
        )


def _about(facts: Facts, alert: Alert) -> str:
    """The part or the name that an alert is about; the alert itself where it names none."""
    parts = {(each.job, each.instance): each.part for each in facts.targets}
    instance = alert.labels.get("instance", "")
    part = parts.get((alert.labels.get("job", ""), instance)) or _by_instance(facts, instance)
    return ABOUT.get(alert.name) or part or f"alert {alert.name}"


def _by_instance(facts: Facts, instance: str) -> str:
    """The part behind an alert whose rule has taken the job away."""
    return next((each.part for each in facts.targets if each.instance == instance and each.part), "")


CAUSES = (
    Cause(
        name="monitoring-silent",
        what="nobody would be told of an alert",
        layer=Layer.WATCH,
        likelihood=Likelihood.CERTAIN,
        find=_blind,
        runbook="AlertsNotDelivered",
    ),
    Cause(
        name="prometheus-cut-off",
        what="Prometheus does not reach it",
        layer=Layer.SIGN,
        likelihood=Likelihood.POSSIBLE,
        find=_unreached,
    ),
    Cause(
        name="alert",
        what="it fires",
        layer=Layer.ALERT,
        likelihood=Likelihood.LIKELY,
        find=_alerts,
    ),
)
