"""Causes that lie on the way to the database: router and pooler."""

from collections.abc import Iterator

from ops.doctor.causes.cause import Cause, Finding, Layer, Likelihood, logs, place
from ops.doctor.facts import Facts
from ops.doctor.reach import affected

_LONGEST_WAIT_SECONDS = 1
"""As the alert PoolerClientsWaiting."""


def _no_route(facts: Facts) -> Iterator[Finding]:
    for target, sample in facts.samples("haproxy_backend_active_servers", "haproxy"):
        router = facts.part(target.part)
        if router and not sample.value and sample.labels.get("proxy") == "primary":
            yield Finding(
                about=router.key,
                subject=place(router),
                evidence=("it finds no node that says it is primary",),
                command=logs(facts, router),
                affects=affected(facts, router.key),
            )


def _no_reads(facts: Facts) -> Iterator[Finding]:
    for target, sample in facts.samples("haproxy_backend_active_servers", "haproxy"):
        router = facts.part(target.part)
        if router and not sample.value and sample.labels.get("proxy") == "standbys":
            yield Finding(
                about=f"{router.host} reads",
                subject=place(router),
                evidence=("it finds no standby: reads burden the primary",),
                command=logs(facts, router),
                affects=affected(facts, f"{router.host} reads"),
            )


def _refused(facts: Facts) -> Iterator[Finding]:
    for target, sample in facts.samples("pgbouncer_up", "pgbouncer"):
        # The exporter is beside the pooler, and called after it.
        exporter = facts.part(target.part)
        pooler = facts.part(target.part.partition("-exporter")[0])
        if exporter and pooler and not sample.value:
            yield Finding(
                about=exporter.key,
                subject=place(pooler),
                evidence=("it does not let its exporter in",),
                command=logs(facts, pooler),
                affects=affected(facts, pooler.key),
            )


def _waiting(facts: Facts) -> Iterator[Finding]:
    longest: dict[str, tuple[float, str]] = {}
    for target, sample in facts.samples("pgbouncer_pools_client_maxwait_seconds", "pgbouncer"):
        who = f"{sample.labels.get('user')} at {sample.labels.get('database')}"
        longest[target.part] = max(longest.get(target.part, (0.0, "")), (sample.value, who))
    for part, (seconds, who) in longest.items():
        pooler = facts.part(part.partition("-exporter")[0])
        if pooler and seconds > _LONGEST_WAIT_SECONDS:
            yield Finding(
                about=f"{pooler.host} records",
                subject=place(pooler),
                evidence=(f"{who} has waited {seconds:.1f} s for a connection",),
                command=logs(facts, pooler),
                affects=affected(facts, f"{pooler.host} records", part),
            )


CAUSES = (
    Cause(
        name="router-no-primary",
        what="the router leads to no primary",
        layer=Layer.ROUTE,
        likelihood=Likelihood.CERTAIN,
        find=_no_route,
        runbook="RouterNoPrimary",
    ),
    Cause(
        name="router-no-standby",
        what="the router leads to no standby",
        layer=Layer.ROUTE,
        likelihood=Likelihood.POSSIBLE,
        find=_no_reads,
        runbook="RouterNoStandby",
    ),
    Cause(
        name="pooler-refuses",
        what="the pooler does not take logins",
        layer=Layer.ROUTE,
        likelihood=Likelihood.LIKELY,
        find=_refused,
        runbook="PoolerDown",
    ),
    Cause(
        name="pooler-clients-wait",
        what="clients wait at the pooler",
        layer=Layer.ROUTE,
        likelihood=Likelihood.LIKELY,
        find=_waiting,
        runbook="PoolerClientsWaiting",
    ),
)
