"""Looks at all parts at once, and gives what was seen as one value."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from pulumi import automation as auto

from ops.doctor.collect import cluster, containers, deploys, doors, logs, targets, watch
from ops.doctor.facts import Facts
from ops.doctor.plan import Plan
from ops.workspace import Workspace


def look(plan: Plan, workspace: Workspace, stack: auto.Stack) -> Facts:
    """The facts of a stack that was deployed; what does not answer is a fact itself."""
    with ThreadPoolExecutor(max_workers=7) as pool:
        on_hosts = pool.submit(containers.look, plan)
        asked = pool.submit(targets.look, plan)
        knocked = pool.submit(doors.look, plan)
        written = pool.submit(logs.look, plan)
        of_cluster = pool.submit(cluster.look, plan)
        watched = pool.submit(watch.look, plan)
        # The engine's command is not made for several at once, and this one is the only one.
        history = pool.submit(deploys.look, workspace, stack, plan.pending)
        hosts, found = on_hosts.result()
        return Facts(
            stack=plan.stack,
            at=datetime.now(UTC),
            hosts=hosts,
            containers=found,
            targets=asked.result(),
            doors=knocked.result(),
            logged=written.result(),
            certificates=plan.certificates,
            cluster=of_cluster.result(),
            watch=watched.result(),
            deploys=history.result(),
        )
