"""`hft backup list`: what the repository has, as rows of a table; pure but for the call."""

import json
from collections.abc import Sequence

from components.backup.agent import info
from components.backup.agent.info import Backup
from ops.backup.containers import AGENT, Site, call
from ops.errors import OpsError

HEADS = ("backup", "type", "restorable from (UTC)", "database", "in repository", "timeline")

_MIB = 1024 * 1024


def found(site: Site) -> tuple[Backup, ...]:
    """The backups in the repository, oldest first. Raises OpsError where it cannot be read."""
    ended = call(site.one(AGENT), "python3", "-m", "agent", "info")
    if ended.status:
        raise OpsError(f"the repository of stack {site.stack!r} cannot be read; see above")
    try:
        return info.parse(json.loads(ended.output)).backups
    except ValueError as error:
        raise OpsError(str(error)) from None


def rows(backups: Sequence[Backup]) -> list[tuple[str, ...]]:
    """One row a backup."""
    return [
        (
            each.label,
            each.kind,
            each.ended.strftime("%Y-%m-%d %H:%M:%S"),
            f"{each.database_bytes / _MIB:,.0f} MiB",
            f"{each.repository_bytes / _MIB:,.1f} MiB",
            str(each.timeline),
        )
        for each in backups
    ]
