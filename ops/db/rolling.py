"""A deployment that changes the database without an error for clients of the poolers.

The node that leads is replaced last, after another one leads; parameters that need a restart get it in PostgreSQL's
order. docs/adr/0019-changes-under-load.md says why.
"""

import time
from collections.abc import Mapping
from typing import Any

from docker import DockerClient
from pulumi import automation as auto

from ops.caused import by_stopping
from ops.db import held, patroni, restart, switchover
from ops.db.ask import Patronis
from ops.db.layout import Layout, has_cluster, layout
from ops.deploy import deploy as run
from ops.deploy import planned, warn
from ops.errors import OpsError
from ops.progress import Progress
from ops.screen import Screen
from ops.silences import silenced
from ops.state import State
from ops.workspace import Workspace
from stacks.digest import OUTPUT

# A standby that was replaced reads what it has missed, and is waited for by commits some loops later.
_CATCH_UP_SECONDS = 120


def deploy(stack: auto.Stack, workspace: Workspace, state: State, screen: Screen, **options: Any) -> Progress:
    """Run `up`, unless nothing would be written (docs/adr/0034-unchanged-stacks-are-not-deployed.md).

    `state` is what was there before, `options` go to `up`.

    Raises:
        OpsError: the program, a policy or the engine failed, or no other node could lead; run it again.
    """
    if not has_cluster(state):
        return run(stack.up, workspace, screen, **options)
    plan = planned(stack.preview, workspace, screen, **options)
    if OUTPUT in plan.outputs and not plan.rewritten:
        warn(plan, screen)
        return plan
    caused = by_stopping(state, workspace.name, plan.replaced | plan.deleted)
    with silenced(state, workspace.name, caused, "hft up", screen):
        return _deployed(stack, workspace, state, plan, screen, **options)


def _deployed(
    stack: auto.Stack, workspace: Workspace, state: State, plan: Progress, screen: Screen, **options: Any
) -> Progress:
    """What was planned, in an order that clients of the poolers do not notice."""
    before = layout(state, workspace.name)
    leader = _movable(before)
    if leader and before.node_urns[leader] in plan.replaced:
        run(stack.up, workspace, screen, exclude=[before.node_urns[leader]], **options)
        _move(before, leader, screen)
        # What was to be replaced has been.
        options = {}
    progress = run(stack.up, workspace, screen, **options)
    if before.shared_urn in plan.replaced:
        _restart(layout(workspace.state(stack), workspace.name), screen)
    return progress


def _movable(found: Layout) -> str | None:
    """The node that leads; None where nobody does, or where commits wait for nobody: then no other may lead."""
    try:
        with held.hosts(found) as docker:
            patronis = Patronis(found, docker)
            return patroni.leader(patronis.cluster()) if patronis.config()["synchronous_mode"] else None
    except OpsError:
        return None


def _move(found: Layout, leader: str, screen: Screen) -> None:
    """Have another node lead, unless it does already."""
    with held.hosts(found) as docker:
        chosen = switchover.plan(_settled(found, docker), None)
        if chosen.leader != leader:
            return
        outcome = switchover.carry_out(found, docker, chosen, screen)
    for problem in outcome.problems:
        screen.warning(problem)


def _settled(found: Layout, docker: Mapping[str, DockerClient]) -> patroni.View:
    """The cluster once a standby may lead: those that were replaced have to catch up."""
    patronis = Patronis(found, docker)
    end = time.monotonic() + _CATCH_UP_SECONDS
    while not patroni.able(view := patronis.cluster()) and time.monotonic() < end:
        time.sleep(1)
    return view


def _restart(found: Layout, screen: Screen) -> None:
    with held.hosts(found) as docker:
        # Patroni looks into etcd in each loop, and tells in the next one what it has found.
        time.sleep(2 * float(Patronis(found, docker).config()["loop_wait"]))
        for problem in restart.restart(found, docker, screen):
            screen.warning(problem)
