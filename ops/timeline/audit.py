"""What engines and operators did, as the database has it."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from docker.errors import DockerException

from components.database.settings import DATABASE
from ops import docker_hosts
from ops.db.layout import Layout
from ops.errors import OpsError
from ops.timeline.event import Event

MOST_ROWS = 500
_READER = "hft_reader"
_MOST_CHARACTERS = 80
"""Of one detail: a line is for one look."""


def look(layout: Layout, start: datetime) -> list[Event]:
    """The newest rows of trading.audit_log, by the first node that answers. Raises OpsError where none does."""
    problems = []
    for name, (member, place) in layout.nodes.items():
        argv = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-p", str(member.postgres_port)]
        argv += [f"--command={statement}" for statement in statements(start)]
        try:
            with docker_hosts.connected(place.docker) as client:
                status, told = client.containers.get(place.container).exec_run([*argv, DATABASE], demux=True)
        except (OpsError, DockerException) as error:
            problems.append(f"{name}: {error}")
            continue
        # The types know no demux, which makes it a pair.
        out, complaint = (each.decode() if isinstance(each, bytes) else "" for each in told)
        if status == 0:
            return read(out)
        problems.append(f"{name}: {(complaint.strip() or 'no answer').splitlines()[0]}")
    raise OpsError("; ".join(problems))


def statements(start: datetime) -> tuple[str, ...]:
    """What is asked, as a role that can only read."""
    return (
        "SET default_transaction_read_only = on",
        "SET statement_timeout = '10s'",
        f"SET ROLE {_READER}",
        "SELECT json_build_object('ts', ts, 'actor', actor, 'action', action, 'subject', subject, 'details', details) "
        f"FROM trading.audit_log WHERE ts >= '{start.isoformat()}' ORDER BY ts DESC LIMIT {MOST_ROWS}",
    )


def read(text: str) -> list[Event]:
    """The rows, one JSON object a line; what is none is left out."""
    found = []
    for line in text.splitlines():
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            row: Mapping[str, Any] = json.loads(line)
            what = f"{row['actor']}: {row['action']} {row['subject']}{_details(row['details'])}"
            found.append(Event(datetime.fromisoformat(row["ts"]), "audit", what))
    return found


def _details(details: Mapping[str, Any]) -> str:
    """What belongs to the row, on the same line."""
    told = ", ".join(f"{key} {' '.join(str(value).split())[:_MOST_CHARACTERS]}" for key, value in details.items())
    return f" ({told})" if told else ""
