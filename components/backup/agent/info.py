"""What `pgbackrest info --output=json` says of one stanza; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from .schedule import Schedule

Kind = Literal["full", "diff", "incr"]

_NO_STANZA = (1, 3)
"""Status codes of pgBackRest: the stanza's folder or its files are not there."""


@dataclass(frozen=True)
class Backup:
    """One backup in the repository."""

    label: str
    kind: Kind
    began: datetime
    ended: datetime
    """The earliest time that it can be restored to."""
    database_bytes: int
    repository_bytes: int
    """What it takes in the repository beyond the backups that it stands on."""
    timeline: int
    stop_lsn: int
    """Position in the WAL from which on the copy is whole."""
    stop_wal: str
    """Name of the WAL file with that position."""
    failed_pages: bool
    """Whether pages with wrong checksums were found."""
    rows: str | None = None
    """What rows.py counted when it began."""


@dataclass(frozen=True)
class Repository:
    """One stanza in the repository."""

    exists: bool
    """Whether the stanza is there at all."""
    backups: tuple[Backup, ...] = ()
    """Oldest first."""
    system_id: int | None = None
    """Of the newest cluster that the stanza was made for."""
    major: int | None = None
    """PostgreSQL's version of that cluster."""
    archive_id: str = ""
    """Folder of its WAL."""
    newest_wal: str | None = None
    """Name of the newest file in its archive."""

    def newest(self, *kinds: Kind) -> Backup | None:
        """The newest backup of these kinds; of all without."""
        return next((each for each in reversed(self.backups) if not kinds or each.kind in kinds), None)


def parse(document: Sequence[dict[str, Any]]) -> Repository:
    """Read pgBackRest's answer for one stanza.

    Raises:
        ValueError: the repository cannot be read; the message is pgBackRest's.
    """
    if not document:
        return Repository(exists=False)
    (stanza,) = document
    status = stanza["status"]
    if status["code"] in _NO_STANZA:
        return Repository(exists=False)
    if status["message"].startswith(("other", "mixed")) or not stanza["db"]:
        reasons = [repo["status"]["message"] for repo in stanza["repo"]]
        raise ValueError("; ".join(reasons) or status["message"])
    newest = stanza["db"][-1]
    archives = [each for each in stanza["archive"] if each["database"]["id"] == newest["id"]]
    return Repository(
        exists=True,
        backups=tuple(_backup(found) for found in stanza["backup"]),
        system_id=newest["system-id"],
        major=int(str(newest["version"]).split(".")[0]),
        archive_id=archives[-1]["id"] if archives else "",
        newest_wal=archives[-1]["max"] if archives else None,
    )


def due(
    repository: Repository, full: Schedule, differential: Schedule, now: datetime, *, cut_off: bool = False
) -> Kind | None:
    """The backup that should be made now, if any; `cut_off` where none leads to the present any more."""
    last_full, last_any = repository.newest("full"), repository.newest()
    if last_full is None or last_any is None or last_full.began < full.last_due(now):
        return "full"
    return "diff" if cut_off or last_any.began < differential.last_due(now) else None


def lsn(text: str) -> int:
    """A position such as 0/3000028 as a number."""
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def longest_wait(full: Schedule, differential: Schedule, kind: Kind, slack: timedelta) -> timedelta:
    """How old the newest backup of a kind may be; a full one is a differential one too."""
    gaps = [full.longest_gap] if kind == "full" else [full.longest_gap, differential.longest_gap]
    return min(gaps) + slack


def _backup(found: dict[str, Any]) -> Backup:
    return Backup(
        label=found["label"],
        kind=found["type"],
        began=datetime.fromtimestamp(found["timestamp"]["start"], UTC),
        ended=datetime.fromtimestamp(found["timestamp"]["stop"], UTC),
        database_bytes=found["info"]["size"],
        # With bundles pgBackRest knows only what this backup adds.
        repository_bytes=found["info"]["repository"]["delta"],
        timeline=int(found["archive"]["stop"][:8], 16),
        stop_lsn=lsn(found["lsn"]["stop"]),
        stop_wal=found["archive"]["stop"],
        failed_pages=bool(found["error"]),
        rows=(found.get("annotation") or {}).get("rows"),
    )
