"""Reads the stack's history in Pulumi: what was deployed last, and how that ended."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pulumi import automation as auto

from ops.doctor.facts import Deploy, Deploys
from ops.errors import OpsError
from ops.workspace import Workspace

_LATEST = 20
"""How many are read."""
_CHANGING = ("update", "destroy", "import", "rename")
"""Kinds that can change what runs."""


def look(workspace: Workspace, stack: auto.Stack, pending: tuple[str, ...] = (), latest: int = _LATEST) -> Deploys:
    """The latest deployments; `pending`: URNs of operations that the state has as cut off."""
    try:
        told = workspace.run(stack, ["stack", "history", "--json", "--page-size", str(latest)])
        return Deploys(latest=read(told), pending=pending)
    except (OpsError, ValueError, KeyError) as error:
        return Deploys(problem=str(error), pending=pending)


def read(text: str) -> tuple[Deploy, ...]:
    """What `pulumi stack history --json` prints, the newest first; of the configuration in it nothing is kept."""
    entries: list[Mapping[str, Any]] = json.loads(text or "[]")
    return tuple(
        Deploy(
            kind=str(entry["kind"]),
            result=str(entry["result"]),
            started=datetime.fromisoformat(str(entry["startTime"])),
            ended=datetime.fromisoformat(str(entry["endTime"])) if entry.get("endTime") else None,
            changes={str(key): int(value) for key, value in (entry.get("resourceChanges") or {}).items()},
        )
        for entry in entries
        if entry["kind"] in _CHANGING
    )
