"""Looks for a few words in the newest lines of PostgreSQL's log, which no metric and no state of a container tells.

Of a line only these words are kept: the rest may hold anything.
"""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import requests
from docker import DockerClient
from docker.errors import DockerException

from ops import docker_hosts
from ops.doctor.facts import LogSign
from ops.doctor.plan import Plan, Planned
from ops.errors import OpsError

_ANSWER_SECONDS = 10
_LOOK_BACK = timedelta(minutes=2)
"""What is older is over, or shows again."""
_LINES = 5000
_WORDS: Mapping[str, re.Pattern[str]] = {
    "crash": re.compile(r"terminated by signal \d+: [A-Z][A-Za-z ]+"),
    "no-space": re.compile(r"No space left on device"),
}
"""Kind → what a line of it has (PostgreSQL's postmaster, and the C library)."""


def look(plan: Plan) -> tuple[LogSign, ...]:
    """What the nodes of the database have written, in the order of the plan; nothing of a host that is silent."""
    nodes = {member.name for member in plan.members}
    with ThreadPoolExecutor(max_workers=len(plan.hosts) or 1) as pool:
        found = pool.map(lambda host: _on_host(plan, host, nodes), plan.hosts)
        return tuple(sign for signs in found for sign in signs)


def _on_host(plan: Plan, host: str, nodes: set[str]) -> list[LogSign]:
    planned = [each for each in plan.containers if each.host == host and each.role in nodes]
    try:
        with docker_hosts.connected(plan.hosts[host], _ANSWER_SECONDS) as client:
            return [sign for each in planned for sign in _written(client, each)]
    except OpsError:
        # Whoever asks this host for its containers says so.
        return []


def _written(client: DockerClient, planned: Planned) -> list[LogSign]:
    since = datetime.now(UTC) - _LOOK_BACK
    try:
        told = client.api.logs(planned.name, since=since, tail=_LINES)
    except (DockerException, requests.RequestException):
        return []
    return signs(planned.key, told.decode(errors="replace") if isinstance(told, bytes) else str(told))


def signs(part: str, text: str) -> list[LogSign]:
    """The kinds of words that a log has, each with how often and with the newest."""
    found: list[LogSign] = []
    for kind, pattern in _WORDS.items():
        words = pattern.findall(text)
        if words:
            found.append(LogSign(part=part, kind=kind, words=words[-1], count=len(words)))
    return found
