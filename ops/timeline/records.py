"""What deployments, Patroni and Docker have recorded."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pulumi import automation as auto

from ops.doctor.collect import cluster, containers, deploys
from ops.doctor.facts import Container, Deploy, Failover
from ops.doctor.plan import Plan
from ops.errors import OpsError
from ops.timeline.event import Event
from ops.workspace import Workspace

_DEPLOYS = 200
"""How many of the latest deployments are read."""


def of_deploys(workspace: Workspace, stack: auto.Stack) -> list[Event]:
    """Begin and end of deployments. Raises OpsError where their history cannot be read."""
    found = deploys.look(workspace, stack, latest=_DEPLOYS)
    if found.problem:
        raise OpsError(found.problem)
    return [event for deploy in found.latest for event in of_deploy(deploy)]


def of_failovers(plan: Plan) -> list[Event]:
    """Who began to lead. Raises OpsError where no Patroni answers."""
    found = cluster.look(plan)
    if found.problem:
        raise OpsError(found.problem)
    return [Event(each.at, "failover", of_failover(each)) for each in found.failovers if each.at]


def of_containers(plan: Plan) -> list[Event]:
    """The latest start and end of each container. Raises OpsError where a host does not answer."""
    hosts, found = containers.look(plan, thorough=False)
    if problems := [f"{host.name}: {host.problem}" for host in hosts if host.problem]:
        raise OpsError("; ".join(problems))
    return list(starts_and_ends(found))


def of_deploy(deploy: Deploy) -> Iterator[Event]:
    """Its begin and its end."""
    yield Event(deploy.started, "deploy", f"{deploy.kind} begins")
    if deploy.ended:
        yield Event(deploy.ended, "deploy", f"{deploy.kind} {deploy.result}, {deploy.changed} changes")


def of_failover(failover: Failover) -> str:
    """Who leads from then on, and why the timeline before has ended."""
    return f"{failover.leader or 'a node'} leads, timeline {failover.timeline} ({failover.reason})"


def starts_and_ends(found: Iterable[Container]) -> Iterator[Event]:
    """What Docker knows of each container: its latest start, and its latest end; jobs that went well are left out."""
    for each in found:
        if each.one_shot and not each.exit_code:
            continue
        if each.started:
            yield Event(each.started, "container", f"{each.name} on {each.host} starts{_again(each)}")
        if _ended(each.started, each.finished, running=each.status in ("running", "paused")) and each.finished:
            # While it runs again, Docker has forgotten how it ended.
            how = "" if each.status in ("running", "paused") else f" with exit code {each.exit_code}"
            memory = ", out of memory" if each.out_of_memory else ""
            yield Event(each.finished, "container", f"{each.name} on {each.host} ends{how}{memory}")


def _again(container: Container) -> str:
    return f" (restart {container.restarts})" if container.restarts else ""


def _ended(started: datetime | None, finished: datetime | None, *, running: bool) -> bool:
    return finished is not None and (not running or started is None or finished <= started)
