"""What containers have logged: the newest warnings, and what is worse, of each, without the stack's secrets."""

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import requests
from docker import DockerClient
from docker.errors import APIError, DockerException

from ops import docker_hosts
from ops.doctor.plan import Plan
from ops.doctor.redact import Redactor
from ops.errors import OpsError
from ops.timeline.event import Event
from ops.timeline.lines import warning

MOST_WARNINGS = 20
"""Of one container: the view is of all of them."""
MOST_LINES = 100_000
"""Of one container, the newest: Docker may have several times as many (components/_common/logs.py), a journal any
number."""
_MOST_CHARACTERS = 200
"""Of one message: a line is for one look."""
_NUMBER = re.compile(r"\d+")
_ANSWER_SECONDS = 10
_AT_ONCE = 4
"""Logs of one host."""


@dataclass(frozen=True)
class Warned:
    """A message, and how often it came in a row, but for numbers in it."""

    at: datetime
    """When it came first."""
    message: str
    times: int


@dataclass(frozen=True)
class _Answer:
    """What is known of a container, or why nothing is."""

    events: Sequence[Event] = ()
    problem: str = ""


def look(plan: Plan, start: datetime, redactor: Redactor) -> Iterator[Event]:
    """What every container of the stack has warned of since `start`.

    Raises OpsError in the end, with one problem for each host and each container whose log cannot be read.
    """
    with ThreadPoolExecutor(max_workers=len(plan.hosts) or 1) as pool:
        hosts = list(pool.map(lambda host: _of_host(plan, host, start, redactor), plan.hosts))
    answers = [answer for host in hosts for answer in host]
    for answer in answers:
        yield from answer.events
    if problems := [answer.problem for answer in answers if answer.problem]:
        raise OpsError(*problems)


def _of_host(plan: Plan, host: str, start: datetime, redactor: Redactor) -> list[_Answer]:
    names = [each.name for each in plan.containers if each.host == host]
    try:
        with (
            docker_hosts.connected(plan.hosts[host], _ANSWER_SECONDS) as client,
            ThreadPoolExecutor(max_workers=_AT_ONCE) as pool,
        ):
            return list(pool.map(lambda name: _of_container(client, host, name, start, redactor), names))
    except OpsError as error:
        return [_Answer(problem=f"{host}: {error}")]


def _of_container(client: DockerClient, host: str, name: str, start: datetime, redactor: Redactor) -> _Answer:
    # Hosts may have containers of one name.
    part = f"{name} on {host}"
    try:
        told = client.api.logs(name, since=start.timestamp(), tail=MOST_LINES, timestamps=True)
    except (DockerException, requests.RequestException) as error:
        return _Answer(problem=f"{part}: {_why(error)}")
    text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
    return _Answer(events=list(read(part, text, redactor)))


def _why(error: Exception) -> str:
    explanation = error.explanation if isinstance(error, APIError) else None
    return str(explanation or docker_hosts.reason(error))


def read(part: str, text: str, redactor: Redactor) -> Iterator[Event]:
    """The events of a log as Docker gives it, each line behind its time; what is left out is told too."""
    lines = text.removesuffix("\n").split("\n")
    found = list(in_a_row(warnings(lines)))
    older, newest = found[:-MOST_WARNINGS], found[-MOST_WARNINGS:]
    if len(lines) >= MOST_LINES and (first := _moment(lines[0])):
        yield Event(first, "log", f"{part}: what it logged earlier is not read")
    if older:
        count = sum(each.times for each in older)
        yield Event(older[-1].at, "log", f"{part}: earlier ones that are not shown: {count}")
    for each in newest:
        times = f" ({each.times} times)" if each.times > 1 else ""
        yield Event(each.at, "log", f"{part}: {one_line(redactor.clean(each.message))}{times}")


def warnings(lines: Iterable[str]) -> Iterator[tuple[datetime, str]]:
    """The time and the message of each line that is a warning or worse."""
    for line in lines:
        stamp, _, said = line.partition(" ")
        message = warning(said)
        if message and (at := _moment(stamp)):
            yield at, message


def in_a_row(said: Iterable[tuple[datetime, str]]) -> Iterator[Warned]:
    """Messages with those that come again at once counted: who tries again and again buries nothing else.

    Numbers may differ, such as the port from which it is tried.
    """
    for _, same in groupby(said, key=lambda each: _NUMBER.sub("0", each[1])):
        (at, message), *more = same
        yield Warned(at, message, 1 + len(more))


def one_line(text: str) -> str:
    """A text for one look: no longer than a bound, and nothing in it that moves a terminal's cursor."""
    shown = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return shown if len(shown) <= _MOST_CHARACTERS else f"{shown[: _MOST_CHARACTERS - 1]}…"


def _moment(line: str) -> datetime | None:
    """The time that Docker has put before a line."""
    try:
        found = datetime.fromisoformat(line.partition(" ")[0])
    except ValueError:
        return None
    # Docker's is in UTC and says so; another one is a program's own.
    return found if found.tzinfo else None
