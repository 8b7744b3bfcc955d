"""Asks Patroni how the database stands: the first node that answers tells of all."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import httpx

from components._common.endpoint import DatabaseMember
from ops.db import patroni
from ops.doctor.collect.targets import trust, why
from ops.doctor.facts import Cluster, Failover
from ops.doctor.plan import Plan

_ANSWER_SECONDS = 4
_FAILOVERS = 20
"""How many of the latest ones are kept."""


def look(plan: Plan) -> Cluster:
    """The cluster; its problem names every node that did not answer, where none did."""
    problems = []
    with httpx.Client(timeout=_ANSWER_SECONDS, verify=trust(plan.authority), trust_env=False) as client:
        for member in plan.members:
            try:
                return _told(partial(_get, client, member))
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                problems.append(f"{member.name}: {why(error)}")
    return Cluster(problem="; ".join(problems) or "the stack has no database")


def _told(get: Callable[[str], str]) -> Cluster:
    cluster, config = get("cluster"), json.loads(get("config"))
    return read(cluster, get("history"), synchronous=bool(config.get("synchronous_mode")))


def _get(client: httpx.Client, member: DatabaseMember, path: str) -> str:
    return client.get(f"https://{member.patroni}/{path}").raise_for_status().text


def read(cluster: str, history: str, *, synchronous: bool) -> Cluster:
    """Patroni's answers to GET /cluster and GET /history."""
    members: list[Mapping[str, Any]] = json.loads(cluster)["members"]
    return Cluster(
        view=patroni.parse(cluster),
        timelines={str(each["name"]): int(each["timeline"]) for each in members if "timeline" in each},
        synchronous=synchronous,
        failovers=failovers(history),
    )


def failovers(history: str) -> tuple[Failover, ...]:
    """The latest lines of Patroni's history, the oldest first; each says how one timeline ended."""
    lines: list[list[Any]] = json.loads(history)
    return tuple(
        Failover(
            timeline=int(line[0]) + 1,
            at=datetime.fromisoformat(line[3]) if len(line) > 3 and line[3] else None,  # noqa: PLR2004 - its own form
            leader=str(line[4]) if len(line) > 4 else "",  # noqa: PLR2004
            reason=str(line[2]),
        )
        for line in lines[-_FAILOVERS:]
    )
