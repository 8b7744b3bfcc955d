"""`hft db switchover`: another node leads, and clients of the poolers see one short pause and no error.

docs/guides/switchover.md has the order of events and why each is where it is.
"""

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient

from components.pooling.render import ADMIN_SOCKET, DATABASE
from ops import docker_hosts
from ops.db import patroni
from ops.db.conversation import Conversation, converse
from ops.db.layout import Layout, Place
from ops.errors import OpsError
from ops.screen import Screen

# A checkpoint may have gigabytes to write, to a slow disk.
_CHECKPOINT_SECONDS = 600
_READY_SECONDS = 20
# Patroni's own loop, which a request wakes, and its looks at the standbys: 2 s for one that does not answer.
_STOPPING_SECONDS = 15
# Longer than a transaction of a trading system takes. With all that follows it stays below the time that a client waits
# for a server at all (pooling.pooler.query_wait_seconds, 10 by default).
_DRAIN_SECONDS = 2
# A pooler lets its clients go after this, whatever becomes of the switchover and of this program.
_HOLD_SECONDS = 8
# Patroni looks once a second how a switchover has ended.
_ANSWER_SECONDS = 30


@dataclass(frozen=True)
class Plan:
    """Who hands over to whom."""

    leader: str
    candidate: str


@dataclass(frozen=True)
class Outcome:
    """What it has cost."""

    held_seconds: float
    """From the first client that was held back to the last that was let go."""
    problems: tuple[str, ...]
    """What was not as it should be at a pooler or router: clients there may have seen an error."""


@dataclass(frozen=True)
class _Cast:
    """The programs that carry it out, each beside the part that it talks to."""

    handover: Conversation
    promotion: Conversation
    followers: Sequence[Conversation]
    routers: Sequence[Conversation]
    poolers: Sequence[Conversation]


@contextmanager
def hosts(layout: Layout) -> Iterator[Mapping[str, DockerClient]]:
    """Docker endpoint → client, for every host with a node, a router or a pooler.

    Raises OpsError for one that does not answer: a pooler that nobody tells would show its clients errors.
    """
    places = [place for _, place in layout.nodes.values()] + [*layout.routers, *(place for _, place in layout.poolers)]
    with ExitStack() as stack:
        yield {
            endpoint: stack.enter_context(docker_hosts.connected(endpoint))
            for endpoint in sorted({place.docker for place in places})
        }


def plan(layout: Layout, docker: Mapping[str, DockerClient], to: str | None) -> Plan:
    """Choose as the first Patroni that answers sees the cluster. Raises OpsError where nobody may lead next."""
    view = patroni.parse(_cluster(layout, docker))
    leader = patroni.leader(view)
    return Plan(leader, patroni.candidate(view, to))


def carry_out(layout: Layout, docker: Mapping[str, DockerClient], chosen: Plan, screen: Screen) -> Outcome:
    """Hand over. Raises OpsError where that did not come about; clients are let go in any case."""
    with ExitStack() as stack:
        cast = _gathered(stack, layout, docker, chosen, screen)
        with _uninterrupted():
            return _handed_over(cast)


def _gathered(
    stack: ExitStack, layout: Layout, docker: Mapping[str, DockerClient], chosen: Plan, screen: Screen
) -> _Cast:
    """Everyone at his place and ready, as a program that starts takes longer than all that it has to do."""

    def begin(place: Place, script: str, *arguments: object) -> Conversation:
        text = Path(__file__).with_name(script).read_text()
        argv = [str(each) for each in arguments]
        return stack.enter_context(converse(docker[place.docker], place.container, text, argv, host=place.docker))

    (old, old_place), (new, new_place) = layout.nodes[chosen.leader], layout.nodes[chosen.candidate]
    names = (chosen.leader, chosen.candidate)
    with screen.timed(f"dirty pages of {chosen.leader} written, so that it stops quickly"):
        limits = (_DRAIN_SECONDS, _STOPPING_SECONDS, _DRAIN_SECONDS + 1)
        handover = begin(old_place, "handover.sh", f"http://{old.patroni}", old.postgres_port, *names, *limits)
        handover.expect("ready", _CHECKPOINT_SECONDS)
    cast = _Cast(
        handover,
        begin(new_place, "candidate.sh", new.postgres_port, _STOPPING_SECONDS + _HOLD_SECONDS),
        [begin(place, "follower.sh", _HOLD_SECONDS) for name, (_, place) in layout.nodes.items() if name not in names],
        [begin(place, "router.sh", ADMIN_SOCKET, *names) for place in layout.routers],
        [
            begin(place, "pooler.sh", endpoint.port, DATABASE, _DRAIN_SECONDS, _HOLD_SECONDS)
            for endpoint, place in layout.poolers
        ],
    )
    for each in (cast.promotion, *cast.followers, *cast.routers, *cast.poolers):
        each.expect("ready", _READY_SECONDS)
    return cast


def _handed_over(cast: _Cast) -> Outcome:
    cast.handover.say("go")
    cast.handover.expect("stopping", _STOPPING_SECONDS + 1)
    # Patroni goes on from here, whatever becomes of all others.
    began = time.monotonic()
    try:
        _say(cast.followers, "halt")
        _say(cast.poolers, "pause")
        unheld = _problems(cast.poolers, "paused", _DRAIN_SECONDS + 1)
        # One that is not halted follows 2 s later, and that is all.
        _problems(cast.followers, "halted", _READY_SECONDS)
        cast.handover.say("go")
        # `chosen`, where commits wait for standbys.
        leads = cast.promotion.hear(_HOLD_SECONDS) == "promoted"
        _say(cast.followers, "go")
        if not leads:
            cast.promotion.expect("promoted", _HOLD_SECONDS)
        _say(cast.routers, "go")
        misrouted = _problems(cast.routers, "routed", _HOLD_SECONDS)
    finally:
        _say(cast.poolers, "go")
        still_held = _problems(cast.poolers, "resumed", _HOLD_SECONDS)
        held_seconds = time.monotonic() - began
    cast.handover.hear(_ANSWER_SECONDS)
    return Outcome(held_seconds, (*map(_explained, unheld), *misrouted, *still_held))


def _explained(problem: str) -> str:
    return problem.replace(": busy", f": a transaction took longer than {_DRAIN_SECONDS} s and was cut")


def _say(programs: Sequence[Conversation], word: str) -> None:
    """Tell all before one is listened to. Of one that has ended, its missing answer tells."""
    for program in programs:
        with suppress(OpsError):
            program.say(word)


def _problems(programs: Sequence[Conversation], answer: str, seconds: float) -> tuple[str, ...]:
    """Hear all; a line for each that does not answer so."""
    problems: list[str] = []
    for program in programs:
        try:
            program.expect(answer, seconds)
        except OpsError as error:
            problems.extend(error.problems)
    return tuple(problems)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """No interrupt by the terminal: what Patroni has been asked for cannot be taken back, and takes seconds."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _cluster(layout: Layout, docker: Mapping[str, DockerClient]) -> str:
    for member, place in layout.nodes.values():
        argv = ["curl", "-fsS", "--max-time", "5", f"http://{member.patroni}/cluster"]
        container = docker[place.docker].containers.get(place.container)
        status, output = container.exec_run(argv, stderr=False)
        if status == 0 and isinstance(output, bytes):
            return output.decode()
    raise OpsError(f"Patroni answers on none of {', '.join(layout.nodes)}: see docs/runbooks/TsdbNoPrimary.md")
