"""`hft db restart`: parameters that wait for a restart come into force, and clients of the poolers see a pause at most.

The order is PostgreSQL's: a standby needs as many connections, workers and locks as its primary. So a raised one is in
force on the standbys first, one of which then leads; a lowered one on the primary, which restarts in its place, and
so does one whose commits wait for no standby, as none of them may lead then.
"""

import time
from collections.abc import Mapping
from contextlib import ExitStack

from docker import DockerClient

from ops.db import held, patroni, switchover
from ops.db.ask import Patronis
from ops.db.conversation import Conversation
from ops.db.held import Outcome
from ops.db.layout import Layout
from ops.errors import OpsError
from ops.screen import Screen
from ops.waiting import wait_until

_PENDING = {"restart_pending": True}
"""Patroni restarts only where that still waits for it."""
# A restart writes what a checkpoint has left, and Patroni lets commits wait for the standby again in its next loops.
_FOLLOWS_SECONDS = 120


def restart(layout: Layout, docker: Mapping[str, DockerClient], screen: Screen) -> tuple[str, ...]:
    """Restart the nodes that wait for it; lines for poolers whose clients may have seen an error.

    Raises OpsError where a node does not come back, or nobody leads; the other nodes are left as they are.
    """
    patronis = Patronis(layout, docker)
    leader = patroni.leader(patronis.cluster())
    waiting = patronis.pending()
    raised = sorted(name for name, changes in waiting.items() if not patroni.only_lowered(changes))
    for name in raised:
        if name != leader:
            _restart_standby(patronis, name, screen)
    problems: tuple[str, ...] = ()
    if leader in raised and patroni.able(patronis.cluster()):
        outcome = _move(patronis, leader, screen)
        leader, problems = patroni.leader(patronis.cluster()), outcome.problems
    if leader in patronis.pending():
        outcome = _restart_primary(layout, docker, leader, screen)
        screen.step(f"{leader} restarted; clients were held back for {outcome.held_seconds:.2f} s")
        problems += outcome.problems
    for name in sorted(patronis.pending()):
        _restart_standby(patronis, name, screen)
    return problems


def _restart_standby(patronis: Patronis, name: str, screen: Screen) -> None:
    with screen.timed(f"standby {name} restarted"):
        patronis.request(name, "restart", _PENDING)
        _await_following(patronis, name)


def _move(patronis: Patronis, leader: str, screen: Screen) -> Outcome:
    """Have another node lead; the one that led starts again to follow it, with what waited for that."""
    chosen = switchover.plan(patronis.cluster(), None)
    outcome = switchover.carry_out(patronis.layout, patronis.docker, chosen, screen)
    _await_following(patronis, leader)
    return outcome


def _await_following(patronis: Patronis, name: str) -> None:
    problem = f"{name} does not follow {_FOLLOWS_SECONDS} s after its restart: see its log"
    wait_until(lambda: patroni.follows(patronis.cluster(), name), _FOLLOWS_SECONDS, problem)


def _restart_primary(layout: Layout, docker: Mapping[str, DockerClient], leader: str, screen: Screen) -> Outcome:
    with ExitStack() as stack:
        stage = held.Stage(layout, docker, stack)
        stopper = stage.stopper(leader, "restart", _PENDING)
        held.written_down(stopper, leader, screen)
        routers, poolers = stage.routers(leader, leader), stage.poolers()
        held.ready([*routers, *poolers])
        with held.uninterrupted():
            return _restarted(stopper, routers, poolers)


def _restarted(stopper: Conversation, routers: list[Conversation], poolers: list[Conversation]) -> Outcome:
    stopper.say("go")
    stopper.expect("stopping", held.STOPPING_SECONDS + 1)
    began = time.monotonic()
    try:
        held.say(poolers, "pause")
        unheld = held.hold(poolers)
        stopper.say("go")
        answer = stopper.hear(held.ANSWER_SECONDS)
        held.say(routers, "go")
        misrouted = held.problems(routers, "routed", held.HOLD_SECONDS)
    finally:
        held.say(poolers, "go")
        still_held = held.problems(poolers, "resumed", held.HOLD_SECONDS)
        held_seconds = time.monotonic() - began
    if "restarted successfully" not in answer:
        raise OpsError(f"{stopper.name}: Patroni: {answer}")
    return Outcome(held_seconds, (*unheld, *misrouted, *still_held))
