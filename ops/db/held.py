"""Clients held back at the poolers while PostgreSQL is stopped for a moment: what a switchover and a restart share.

docs/guides/switchover.md has the order of events and why each is where it is.
"""

import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from docker import DockerClient

from components._common.tls import CURL_AS_PART
from components.pooling.render import ADMIN_SOCKET, DATABASE
from ops import docker_hosts
from ops.db.conversation import Conversation, converse
from ops.db.layout import Layout, Place
from ops.errors import OpsError
from ops.screen import Screen

HOLD_SECONDS = 8
"""A pooler lets its clients go after this, whatever becomes of what they wait for and of this program."""
STOPPING_SECONDS = 15
"""Patroni's own loop, which a request wakes, and its looks at the standbys: 2 s for one that does not answer."""
ANSWER_SECONDS = 30
"""Patroni looks once a second how something has ended."""
READY_SECONDS = 20

# A checkpoint may have gigabytes to write, to a slow disk.
_CHECKPOINT_SECONDS = 600
# Longer than a transaction of a trading system takes. With all that follows it stays below the time that a client waits
# for a server at all (pooling.pooler.query_wait_seconds, 10 by default).
_DRAIN_SECONDS = 2


@dataclass(frozen=True)
class Outcome:
    """What it has cost."""

    held_seconds: float
    """From the first client that was held back to the last that was let go."""
    problems: tuple[str, ...]
    """What was not as it should be at a pooler or router: clients there may have seen an error."""


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


@dataclass(frozen=True)
class Stage:
    """Starts programs beside the parts of a database; they end with `stack`."""

    layout: Layout
    docker: Mapping[str, DockerClient]
    stack: ExitStack

    def begin(self, place: Place, script: str, *arguments: object) -> Conversation:
        """A script of this folder in the container of a place."""
        text = Path(__file__).with_name(script).read_text()
        argv = [str(each) for each in arguments]
        client = self.docker[place.docker]
        return self.stack.enter_context(converse(client, place.container, text, argv, host=place.docker))

    def stopper(self, leader: str, request: str, body: Mapping[str, object]) -> Conversation:
        """The program that sends the primary's Patroni a request; it is ready when the stop has few pages to write."""
        member, place = self.layout.nodes[leader]
        url = f"https://{member.patroni}/{request}"
        limits = (_DRAIN_SECONDS, STOPPING_SECONDS, _DRAIN_SECONDS + 1)
        return self.begin(place, "stopping.sh", url, json.dumps(body), member.postgres_port, *limits, *CURL_AS_PART)

    def routers(self, old: str, new: str) -> list[Conversation]:
        """The programs that have every router lead to another primary at once."""
        return [self.begin(place, "router.sh", ADMIN_SOCKET, old, new) for place in self.layout.routers]

    def poolers(self) -> list[Conversation]:
        """The programs that hold the clients of every pooler back."""
        return [
            self.begin(place, "pooler.sh", endpoint.port, DATABASE, _DRAIN_SECONDS, HOLD_SECONDS)
            for endpoint, place in self.layout.poolers
        ]


def written_down(stopper: Conversation, leader: str, screen: Screen) -> None:
    """Wait until the dirty pages of the primary are. Raises OpsError where a transaction is open for too long."""
    with screen.timed(f"dirty pages of {leader} written, so that it stops quickly"):
        stopper.expect("ready", _CHECKPOINT_SECONDS)


def ready(programs: Sequence[Conversation]) -> None:
    """Wait until all are at their place. Raises OpsError where one is not."""
    for program in programs:
        program.expect("ready", READY_SECONDS)


def hold(programs: Sequence[Conversation]) -> tuple[str, ...]:
    """Have the poolers hold back; a line for each where a transaction has to be cut, or that does not answer."""
    unheld = problems(programs, "paused", _DRAIN_SECONDS + 1)
    return tuple(
        problem.replace(": busy", f": a transaction took longer than {_DRAIN_SECONDS} s and was cut")
        for problem in unheld
    )


def say(programs: Sequence[Conversation], word: str) -> None:
    """Tell all before one is listened to. Of one that has ended, its missing answer tells."""
    for program in programs:
        with suppress(OpsError):
            program.say(word)


def problems(programs: Sequence[Conversation], answer: str, seconds: float) -> tuple[str, ...]:
    """Hear all; a line for each that does not answer so."""
    found: list[str] = []
    for program in programs:
        try:
            program.expect(answer, seconds)
        except OpsError as error:
            found.extend(error.problems)
    return tuple(found)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """No interrupt by the terminal: what Patroni has been asked for cannot be taken back, and takes seconds."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
