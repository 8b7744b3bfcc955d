"""Causes that lie in the database: who leads, who confirms, and what it has run out of."""

from collections.abc import Iterator

from ops.db.patroni import Member
from ops.doctor.causes.cause import Cause, Finding, Layer, Likelihood, docker, inside, logs, place
from ops.doctor.facts import Container, Facts
from ops.doctor.reach import affected

_MOST_CONNECTIONS = 0.85
"""As the alert TsdbConnectionsNearLimit."""
_MOST_LAG_BYTES = 64 * 1024 * 1024
"""With more nobody is elected: maximum_lag_on_failover in components/database/render.py."""
_FOLLOWS = ("streaming", "in archive recovery", "running")
_CONFIRMING = ("sync_standby", "quorum_standby")


def _members(facts: Facts) -> tuple[Member, ...]:
    return facts.cluster.view.members if facts.cluster.view else ()


def _node(facts: Facts, name: str) -> Container | None:
    return next((each for each in facts.parts if each.role == name), None)


def _nodes(facts: Facts) -> list[Container]:
    names = {target.instance for target in facts.targets if target.job == "patroni"}
    return [each for each in facts.parts if each.role in names]


def _patronictl(facts: Facts, word: str) -> str:
    """A command of Patroni, in a node that runs."""
    nodes = _nodes(facts)
    node = next((each for each in nodes if each.runs), nodes[0] if nodes else None)
    argv = f"patronictl -c /etc/hft/patroni {word}"
    return inside(facts, node, argv) if node else argv


def _no_primary(facts: Facts) -> Iterator[Finding]:
    nodes = _nodes(facts)
    leading = facts.values("patroni_primary", "patroni")
    if nodes and not any(leading.values()):
        told = [f"{name}: leads nothing" for name in leading]
        silent = [f"{each.role}: {each.status}" for each in nodes if each.role not in leading]
        yield Finding(
            about="primary",
            subject="database",
            evidence=tuple(told + silent),
            command=_patronictl(facts, "list"),
            affects=affected(facts, "primary"),
        )


def _two_primaries(facts: Facts) -> Iterator[Finding]:
    leading = [name for name, value in facts.values("patroni_primary", "patroni").items() if value]
    if len(leading) > 1:
        timelines = facts.cluster.timelines
        yield Finding(
            about="primary",
            subject="database",
            evidence=tuple(f"{name} says that it leads, on timeline {timelines.get(name, '?')}" for name in leading),
            command=_patronictl(facts, "list"),
            affects=affected(facts, "primary"),
        )


def _nobody_confirms(facts: Facts) -> Iterator[Finding]:
    members = _members(facts)
    if not facts.cluster.synchronous or len(_nodes(facts)) < 2:  # noqa: PLR2004 - a pair
        return
    if any(each.role == "leader" for each in members) and not any(each.role in _CONFIRMING for each in members):
        yield Finding(
            about="standbys",
            subject="database",
            evidence=tuple(f"{each.name}: {each.role}, {each.state}" for each in members),
            command=_patronictl(facts, "list"),
            affects=affected(facts, "standbys", "primary"),
        )


def _not_following(facts: Facts) -> Iterator[Finding]:
    for member in _members(facts):
        node = _node(facts, member.name)
        if member.role == "leader" or node is None:
            continue
        far = member.lag_bytes is not None and member.lag_bytes > _MOST_LAG_BYTES
        if member.state not in _FOLLOWS or far:
            lag = "unknown" if member.lag_bytes is None else f"{member.lag_bytes / 2**20:.0f} MiB"
            yield Finding(
                about=node.key,
                subject=place(node),
                evidence=(f"Patroni: {member.state}, lag {lag}",),
                command=logs(facts, node),
                affects=affected(facts, node.key),
            )


def _not_running(facts: Facts) -> Iterator[Finding]:
    for name, value in facts.values("patroni_postgres_running", "patroni").items():
        node = _node(facts, name)
        if not value and node:
            yield Finding(
                about=node.key,
                subject=place(node),
                evidence=("its Patroni answers, and says that PostgreSQL does not run",),
                command=logs(facts, node),
                affects=affected(facts, node.key),
            )


def _crashes(facts: Facts) -> Iterator[Finding]:
    for node, said in _said(facts, "crash"):
        yield Finding(
            about=node.key,
            subject=place(node),
            evidence=(f"its log, {said}",),
            command=f"{docker(facts, node)} logs --since 2m {node.name} 2>&1 | grep -A 1 'terminated by signal'",
            affects=affected(facts, node.key),
        )


def _no_space(facts: Facts) -> Iterator[Finding]:
    for node, said in _said(facts, "no-space"):
        yield Finding(
            about=node.key,
            subject=place(node),
            evidence=(f"its log, {said}",),
            command=inside(facts, node, "df -h /var/lib/hft/data"),
            affects=affected(facts, node.key),
        )


def _said(facts: Facts, kind: str) -> Iterator[tuple[Container, str]]:
    """The nodes whose logs have words of a kind, and these words."""
    for sign in facts.logged:
        node = facts.part(sign.part)
        if sign.kind == kind and node:
            yield node, f"{sign.count} times in two minutes: {sign.words}"


def _ingest_stopped(facts: Facts) -> Iterator[Finding]:
    free = facts.values("hft_disk_free_bytes", "disk-guard")
    wanted = facts.values("hft_disk_guard_stop_bytes", "disk-guard")
    for name, stopped in facts.values("hft_disk_guard_stopped", "disk-guard").items():
        node = _node(facts, name)
        if stopped and node:
            left, bound = (values.get(name, 0) / 2**20 for values in (free, wanted))
            refused = {each.key for each in facts.parts if each.tier == "engine"}
            yield Finding(
                about=f"{node.key} disk",
                subject=place(node),
                evidence=(f"its disk has {left:.0f} MiB left, less than {bound:.0f} MiB: ticks are refused",),
                command=inside(facts, node, "df -h /var/lib/hft/data"),
                affects=frozenset({*refused, f"{node.host}/tsdb-guard-{name.rpartition('-')[2]}"}),
            )


def _paused(facts: Facts) -> Iterator[Finding]:
    if facts.cluster.view and facts.cluster.view.in_maintenance:
        yield Finding(
            about="primary",
            subject="database",
            evidence=("Patroni is in maintenance mode: it moves the primary by itself no more",),
            command=_patronictl(facts, "resume"),
            affects=affected(facts, "primary"),
        )


def _connections(facts: Facts) -> Iterator[Finding]:
    limits = facts.values("pg_settings_max_connections", "postgres")
    used: dict[str, float] = {}
    for target, sample in facts.samples("pg_stat_activity_count", "postgres"):
        used[target.instance] = used.get(target.instance, 0.0) + sample.value
    for name, limit in limits.items():
        node = _node(facts, name)
        if node and limit and used.get(name, 0) / limit > _MOST_CONNECTIONS:
            yield Finding(
                about=f"{node.key} connections",
                subject=place(node),
                evidence=(f"{used[name]:.0f} of {limit:.0f} connections are taken",),
                command=_who(facts, node),
                affects=affected(facts, node.key),
            )


def _who(facts: Facts, node: Container) -> str:
    """The command that shows whose connections they are."""
    # PostgreSQL's own door is the second one of a node (ops/doctor/plan.py).
    port = next((door.address.rpartition(":")[2] for door in reversed(facts.doors) if door.part == node.key), "5432")
    query = "SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC"
    return inside(facts, node, f'psql -h /run/postgresql -p {port} -U postgres -c "{query}"')


def _login_refused(facts: Facts) -> Iterator[Finding]:
    for target, sample in facts.samples("pg_up", "postgres"):
        node = _node(facts, target.instance)
        if not sample.value and node and node.runs and not node.halted:
            exporter = facts.part(target.part)
            yield Finding(
                about=target.part,
                subject=place(node),
                evidence=("it does not let its exporter in: connections used up, or another password",),
                command=logs(facts, exporter or node),
                affects=affected(facts, node.key, target.part),
            )


def _restart_pending(facts: Facts) -> Iterator[Finding]:
    for name, value in facts.values("patroni_pending_restart", "patroni").items():
        node = _node(facts, name)
        if value and node:
            yield Finding(
                about=f"{node.key} parameters",
                subject=place(node),
                evidence=("a changed parameter is not in force before its restart",),
                command=f"hft db restart {facts.stack}",
                affects=frozenset({node.key}),
            )


CAUSES = (
    Cause(
        name="two-primaries",
        what="more than one node takes itself for the primary",
        layer=Layer.DATABASE,
        likelihood=Likelihood.CERTAIN,
        find=_two_primaries,
        runbook="TsdbTwoPrimaries",
    ),
    Cause(
        name="no-primary",
        what="no node is primary: nothing can be written",
        layer=Layer.DATABASE,
        likelihood=Likelihood.CERTAIN,
        find=_no_primary,
        runbook="TsdbNoPrimary",
    ),
    Cause(
        name="postgres-crashes",
        what="PostgreSQL crashes",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_crashes,
        runbook="TsdbNodeNotRunning",
    ),
    Cause(
        name="no-space",
        what="PostgreSQL has no room on its disk",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_no_space,
        runbook="HostDiskFilling",
    ),
    Cause(
        name="postgres-not-running",
        what="PostgreSQL does not run",
        layer=Layer.STORE,
        likelihood=Likelihood.CERTAIN,
        find=_not_running,
        runbook="TsdbNodeNotRunning",
    ),
    Cause(
        name="no-synchronous-standby",
        what="no standby confirms commits: the primary acknowledges none",
        layer=Layer.DATABASE,
        likelihood=Likelihood.CERTAIN,
        find=_nobody_confirms,
        runbook="TsdbNoSynchronousStandby",
    ),
    Cause(
        name="ingest-stopped",
        what="its disk is nearly full",
        layer=Layer.STORE,
        likelihood=Likelihood.CERTAIN,
        find=_ingest_stopped,
        runbook="IngestStopped",
    ),
    Cause(
        name="connections-used-up",
        what="its connections are used up",
        layer=Layer.STORE,
        likelihood=Likelihood.CERTAIN,
        find=_connections,
        runbook="TsdbConnectionsNearLimit",
    ),
    Cause(
        name="login-refused",
        what="it refuses logins",
        layer=Layer.DATABASE,
        likelihood=Likelihood.LIKELY,
        find=_login_refused,
        runbook="TsdbNotAnswering",
    ),
    Cause(
        name="standby-not-following",
        what="the standby does not follow",
        layer=Layer.DATABASE,
        likelihood=Likelihood.LIKELY,
        find=_not_following,
        runbook="TsdbReplicationLagHigh",
    ),
    Cause(
        name="failover-off",
        what="failover is switched off",
        layer=Layer.DATABASE,
        likelihood=Likelihood.LIKELY,
        find=_paused,
        runbook="TsdbPaused",
    ),
    Cause(
        name="restart-pending",
        what="a parameter waits for a restart",
        layer=Layer.DATABASE,
        likelihood=Likelihood.POSSIBLE,
        find=_restart_pending,
        runbook="TsdbRestartPending",
    ),
)
