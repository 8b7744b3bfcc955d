"""Causes that lie in etcd: without its decisions nobody leads, neither a node nor an engine."""

from collections.abc import Iterator

from ops.doctor.causes.cause import Cause, Finding, Layer, Likelihood
from ops.doctor.facts import Facts
from ops.doctor.reach import affected, etcd_members

_MOST_OF_QUOTA = 0.8
"""As the alert EtcdNearlyFull."""


def _no_leader(facts: Facts) -> Iterator[Finding]:
    members = etcd_members(facts)
    seeing = facts.values("etcd_server_has_leader", "etcd")
    lost = [each.role for each in members if seeing.get(each.role) != 1]
    if members and len(lost) > len(members) // 2:
        yield Finding(
            about="etcd",
            subject="etcd",
            evidence=(f"{len(lost)} of {len(members)} members are gone or see no leader: {', '.join(lost)}",),
            command=f"hft status {facts.stack}",
            affects=affected(facts, "etcd", *(each.key for each in members)),
        )


def _full(facts: Facts) -> Iterator[Finding]:
    sizes = facts.values("etcd_mvcc_db_total_size_in_bytes", "etcd")
    for member, quota in facts.values("etcd_server_quota_backend_bytes", "etcd").items():
        if quota and sizes.get(member, 0) / quota > _MOST_OF_QUOTA:
            yield Finding(
                about="etcd",
                subject=f"etcd member {member}",
                evidence=(f"{sizes[member] / quota:.0%} of its quota are used; when full it refuses writes",),
                command=f"hft status {facts.stack}",
                affects=affected(facts, "etcd"),
            )


CAUSES = (
    Cause(
        name="etcd-no-majority",
        what="it cannot decide anything",
        layer=Layer.STORE,
        likelihood=Likelihood.CERTAIN,
        find=_no_leader,
        runbook="EtcdNoLeader",
    ),
    Cause(
        name="etcd-full",
        what="its storage is nearly full",
        layer=Layer.STORE,
        likelihood=Likelihood.LIKELY,
        find=_full,
        runbook="EtcdNearlyFull",
    ),
)
