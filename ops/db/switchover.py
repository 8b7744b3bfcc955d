"""`hft db switchover`: another node leads, and clients of the poolers see one short pause and no error.

docs/guides/switchover.md has the order of events and why each is where it is.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from docker import DockerClient

from ops.db import held, patroni
from ops.db.conversation import Conversation
from ops.db.held import Outcome
from ops.db.layout import Layout
from ops.screen import Screen

_CANDIDATE_SECONDS = held.STOPPING_SECONDS + 2 * held.HOLD_SECONDS


@dataclass(frozen=True)
class Plan:
    """Who hands over to whom."""

    leader: str
    candidate: str


@dataclass(frozen=True)
class _Cast:
    """The programs that carry it out, each beside the part that it talks to."""

    handover: Conversation
    promotion: Conversation
    followers: Sequence[Conversation]
    routers: Sequence[Conversation]
    poolers: Sequence[Conversation]


def plan(view: patroni.View, to: str | None) -> Plan:
    """Choose as a Patroni sees the cluster. Raises OpsError where nobody may lead next."""
    leader = patroni.leader(view)
    return Plan(leader, patroni.candidate(view, to))


def carry_out(layout: Layout, docker: Mapping[str, DockerClient], chosen: Plan, screen: Screen) -> Outcome:
    """Hand over, and say so. Raises OpsError where that did not come about; clients are let go in any case."""
    with ExitStack() as stack:
        cast = _gathered(held.Stage(layout, docker, stack), chosen, screen)
        with held.uninterrupted():
            outcome = _handed_over(cast)
    screen.step(f"{chosen.candidate} leads; clients were held back for {outcome.held_seconds:.2f} s")
    return outcome


def _gathered(stage: held.Stage, chosen: Plan, screen: Screen) -> _Cast:
    """Everyone at his place and ready, as a program that starts takes longer than all that it has to do."""
    names = (chosen.leader, chosen.candidate)
    nodes = stage.layout.nodes
    new, new_place = nodes[chosen.candidate]
    handover = stage.stopper(chosen.leader, "switchover", {"leader": chosen.leader, "candidate": chosen.candidate})
    held.written_down(handover, chosen.leader, screen)
    cast = _Cast(
        handover,
        stage.begin(new_place, "candidate.sh", new.postgres_port, chosen.leader, _CANDIDATE_SECONDS),
        [
            stage.begin(place, "follower.sh", held.HOLD_SECONDS, member.postgres_port, new.address, new.postgres_port)
            for name, (member, place) in nodes.items()
            if name not in names
        ],
        stage.routers(*names),
        stage.poolers(),
    )
    held.ready([cast.promotion, *cast.followers, *cast.routers, *cast.poolers])
    return cast


def _handed_over(cast: _Cast) -> Outcome:
    cast.handover.say("go")
    cast.handover.expect("stopping", held.STOPPING_SECONDS + 1)
    # Patroni goes on from here, whatever becomes of all others.
    began = time.monotonic()
    try:
        held.say(cast.followers, "halt")
        held.say(cast.poolers, "pause")
        unheld = held.hold(cast.poolers)
        # One that is not halted may follow 2 s later, and that is all.
        held.problems(cast.followers, "halted", held.READY_SECONDS)
        cast.handover.say("go")
        cast.promotion.expect("promoted", held.HOLD_SECONDS)
        held.say(cast.routers, "go")
        misrouted = held.problems(cast.routers, "routed", held.HOLD_SECONDS)
    finally:
        held.say(cast.poolers, "go")
        still_held = held.problems(cast.poolers, "resumed", held.HOLD_SECONDS)
        held_seconds = time.monotonic() - began
    if cast.followers:
        # A Patroni that goes on may act once more by what it saw before, and have the old primary followed for a
        # moment. By then that one confirms commits.
        held.problems([cast.promotion], "followed", held.HOLD_SECONDS)
        held.say(cast.followers, "go")
    cast.handover.hear(held.ANSWER_SECONDS)
    return Outcome(held_seconds, (*unheld, *misrouted, *still_held))
