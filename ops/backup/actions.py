"""`hft backup now|verify|drill`: programs in the containers that have the repository."""

import json
from datetime import UTC, datetime
from typing import Any

from components.backup.agent.codes import NOT_HERE
from ops.backup.containers import AGENT, DRILL, Site, call
from ops.errors import OpsError


def now(site: Site, kind: str) -> None:
    """Make a backup beside the primary. Raises OpsError where it fails, or no host has the primary."""
    for agent in site.all(AGENT):
        ended = call(agent, "python3", "-m", "agent", "now", kind)
        if ended.status == 0:
            return
        if ended.status != NOT_HERE:
            raise OpsError(f"the backup failed with status {ended.status}; see above")
    raise OpsError(f"no host of stack {site.stack!r} has the primary: hft status {site.stack}")


def verify(site: Site) -> None:
    """Read and compare every file of the repository. Raises OpsError where one is bad."""
    if call(site.one(DRILL), "python3", "-m", "agent", "verify").status:
        raise OpsError("the repository has bad files; see above and docs/runbooks/BackupVerifyFailed.md")


def drill(site: Site, to: datetime | None) -> dict[str, Any]:
    """Restore into a copy that is thrown away; what was found. Raises OpsError where it failed."""
    arguments = [to.isoformat()] if to else []
    ended = call(site.one(DRILL), "python3", "-m", "agent", "drill", *arguments)
    if not ended.output.strip():
        raise OpsError(f"the drill ended with status {ended.status}; see above")
    found: dict[str, Any] = json.loads(ended.output.strip().splitlines()[-1])
    if not found["success"]:
        raise OpsError(found["problem"])
    return found


def utc(text: str) -> datetime:
    """A time as a person writes it, in UTC where it names no zone. Raises OpsError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise OpsError(f"--to {text!r} is no time: write it as 2026-11-28T14:03:00, in UTC") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
