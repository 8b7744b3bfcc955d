"""A restore drill: the newest backup and the WAL after it become a server, which is looked over and thrown away."""

import json
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg

from . import recovery, rows
from .config import Config
from .history import TargetError
from .pgbackrest import PgBackRestError
from .say import say

SCRATCH = Path("/var/lib/hft/scratch")
"""The volume in which a copy lives for the time of a drill."""

_BIN = Path("/usr/lib/postgresql/17/bin")


@dataclass
class Result:
    """What a drill found."""

    success: bool = False
    seconds: float = 0
    backup: str = ""
    """Label of the backup that it began with."""
    replayed_to: str | None = None
    """Time of the last transaction that was replayed."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Table → rows of the minutes before the backup."""
    problem: str | None = None
    """Why it failed."""
    refused: bool = False
    """Whether it failed for the time that was asked for, which proves nothing."""
    ended: float = 0
    """Unix time."""

    def as_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self))


class FindingError(Exception):
    """The copy came up and is not good."""


def drill(config: Config, to: datetime | None, scratch: Path = SCRATCH) -> Result:
    """Restore, look over, throw away. Whatever happens, nothing of the copy is left."""
    began = time.monotonic()
    result = Result()
    clean(scratch)
    try:
        _restored(config, to, scratch / "copy", result)
        result.success = True
    except (TargetError, recovery.RecoveryError, PgBackRestError, FindingError, psycopg.Error, OSError) as error:
        result.problem = str(error)
        result.refused = to is not None and isinstance(error, TargetError)
    finally:
        clean(scratch)
        result.seconds = round(time.monotonic() - began, 1)
        result.ended = time.time()
    return result


def clean(scratch: Path) -> None:
    """Throw away what a drill has left, also one that was killed."""
    for left in scratch.glob("copy*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def _restored(config: Config, to: datetime | None, into: Path, result: Result) -> None:
    backup, _ = recovery.plan(config.stanza, to)
    result.backup = backup.label
    recovery.restore(config.stanza, backup, into)
    with recovery.recovered(config.stanza, into, backup, to) as copy:
        result.replayed_to = recovery.replayed_to(into)
        say(f"replayed to {result.replayed_to or 'the end of the backup'}")
        result.rows = _rows(copy)
        say(f"rows: {', '.join(f'{table} {count}' for table, count in result.rows.items())}")
        _check_indexes(copy)
    _check_pages(into)


def _rows(copy: recovery.Copy) -> dict[str, int]:
    """The rows that were there when the backup began, or more. Raises FindingError where some are missing."""
    if not copy.backup.rows:
        raise FindingError(f"backup {copy.backup.label} does not say which rows it must have: make a new one")
    wanted = rows.Counted.parse(copy.backup.rows)
    found = rows.between(copy.node, wanted.since, wanted.until)
    if missing := wanted.missing(found):
        raise FindingError("; ".join(missing))
    return dict(found.rows)


def _check_indexes(copy: recovery.Copy) -> None:
    """Every table against its indexes, in all databases."""
    arguments = ("--all", "--install-missing", "--heapallindexed", "--host", copy.node.socket, "--port")
    _run("pg_amcheck", *arguments, str(copy.node.port), "--username", "postgres", "--no-password")
    say("tables and indexes agree")


def _check_pages(into: Path) -> None:
    _run("pg_checksums", "--check", "--pgdata", str(into))
    say("all pages have their checksums")


def _run(program: str, *arguments: str) -> None:
    ran = subprocess.run([str(_BIN / program), *arguments], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise FindingError(f"{program}: {' | '.join((ran.stdout + ran.stderr).strip().splitlines()[-5:])}")
