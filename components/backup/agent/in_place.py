"""Brings the cluster of the nodes itself back to a point in time: a copy is made beside a node's data, and takes its
place. What was there is kept beside it.

Whoever calls these has stopped the servers. Each step may be repeated: what is done already is found on the disk.
"""

import fcntl
import json
import os
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from . import nodes, recovery
from .archive import WalFile
from .codes import NOT_HERE
from .config import Config, Node

COPY = "restoring"
"""Folder of the copy, beside the node's own; files of the same name and other endings belong to it."""

# What WAL may add to a copy after its backup.
_ROOM_PER_BYTE = 1.1
# pgBackRest's own archive-timeout.
_ARCHIVED_SECONDS = 60
_PAUSE_SECONDS = 0.5
_BIN = Path("/usr/lib/postgresql/17/bin")
# The copy has what the node had, so that a standby that the parameters were for can follow; a server that finds others
# in its control file does not start as a standby (PostgreSQL 17 documentation, hot standby).
_SHARED = {
    "wal_level setting": "wal_level",
    "wal_log_hints setting": "wal_log_hints",
    "max_connections setting": "max_connections",
    "max_worker_processes setting": "max_worker_processes",
    "max_wal_senders setting": "max_wal_senders",
    "max_prepared_xacts setting": "max_prepared_transactions",
    "max_locks_per_xact setting": "max_locks_per_transaction",
    "track_commit_timestamp setting": "track_commit_timestamp",
}


class RoomError(Exception):
    """A disk has no room for a second copy of the database."""


@dataclass(frozen=True)
class Recovered:
    """What a copy became."""

    kept: str
    """Of which restore it is: the name of what that one keeps."""
    backup: str
    """Label of the backup that it began with."""
    replayed_to: str | None
    """Time of the last transaction that was replayed."""


def reach(config: Config) -> int:
    """Have the archive reach beyond the present, where the primary is here; NOT_HERE where it is not.

    Raises LookupError where the archive does not take the newest WAL.
    """
    primary = nodes.primary(config.nodes)
    if not primary:
        return NOT_HERE
    # Recovery stops at the first commit after its target, so there must be one.
    nodes.ask(primary, "SELECT pg_current_xact_id()")
    found = nodes.ask(primary, "SELECT pg_walfile_name(pg_switch_wal())")
    end = time.monotonic() + _ARCHIVED_SECONDS
    while not (found and _has_archived(primary, found[0])):
        if time.monotonic() > end:
            raise LookupError(
                f"the archive has not taken the newest WAL after {_ARCHIVED_SECONDS} s: see the node's log"
            )
        time.sleep(_PAUSE_SECONDS)
    return 0


def room(config: Config, to: datetime | None) -> str:
    """Label of the backup that a restore to `to` begins with, where every node of this host has room for it.

    Raises:
        RoomError: one has not.
        TargetError, PgBackRestError: as `recovery.plan`.
    """
    backup, _ = recovery.plan(config.stanza, to)
    beside: defaultdict[int, list[Path]] = defaultdict(list)
    for node in config.nodes:
        beside[node.path.parent.stat().st_dev].append(node.path.parent)
    for volumes in beside.values():
        wanted = int(backup.database_bytes * _ROOM_PER_BYTE) * len(volumes)
        free = shutil.disk_usage(volumes[0]).free
        if free < wanted:
            raise RoomError(
                f"{', '.join(volume.name for volume in volumes)}: {_mib(free)} free beside the data, and a copy of "
                f"backup {backup.label} beside each takes {_mib(wanted)}: make room, or forget what an earlier restore "
                "has kept; nothing was changed"
            )
    return backup.label


def recover(config: Config, node: Node, kept: str, to: datetime | None) -> Recovered:
    """Make the copy beside the data of a node: on a timeline of its own, shut down in good order, to be archived by
    whoever starts it.

    Raises what `recovery` raises.
    """
    into, done = _copy(node), _copy(node).with_suffix(".json")
    with into.with_suffix(".lock").open("w") as lock:
        # One that lost whoever called it may be at work still.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists() and (known := Recovered(**json.loads(done.read_text()))).kept == kept:
            return known
        backup, _ = recovery.plan(config.stanza, to)
        recovery.restore(config.stanza, backup, into)
        with recovery.recovered(config.stanza, into, backup, to, _as_a_node(into)):
            pass
        found = Recovered(kept, backup.label, recovery.replayed_to(into))
        if (state := _control(into)["Database cluster state"]) != "shut down":
            raise recovery.RecoveryError(f"the copy at {into} is {state!r}, not 'shut down'")
        done.write_text(json.dumps(asdict(found)))
        return found


def take_over(node: Node, kept: str) -> None:
    """Put the data of a node aside as `kept`, and the copy, where there is one, in its place."""
    aside = node.path.with_suffix(f".{kept}")
    if not aside.exists():
        # Without data there is an empty folder to tell that this was done.
        node.path.rename(aside) if node.path.exists() else aside.mkdir(mode=0o700)
    if (copy := _copy(node)).exists():
        copy.rename(node.path)
    folder = os.open(node.path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def has_taken_over(node: Node, kept: str) -> bool:
    """Whether `take_over` was done to its end."""
    return node.path.with_suffix(f".{kept}").exists() and not _copy(node).exists()


def give_up(node: Node) -> None:
    """Remove a copy that has taken no place."""
    for left in node.path.parent.glob(f"{COPY}*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def run(config: Config, arguments: Sequence[str], to: datetime | None) -> int:
    """One of the commands of a restore in place; its status. Raises LookupError for one that there is not."""
    match arguments:
        case ["reach"]:
            return reach(config)
        case ["room"]:
            print(room(config, to))
        case ["recover", name, kept]:
            print(json.dumps(asdict(recover(config, _node(config, name), kept, to))))
        case ["take-over", name, kept]:
            take_over(_node(config, name), kept)
        case ["has-taken-over", name, kept]:
            return 0 if has_taken_over(_node(config, name), kept) else 1
        case ["give-up", name]:
            give_up(_node(config, name))
        case _:
            raise LookupError(f"in-place: no command {' '.join(arguments) or '(none)'}")
    return 0


def _has_archived(primary: Node, name: str) -> bool:
    archiver = nodes.archiver(primary)
    wanted, last = WalFile.parse(name), WalFile.parse((archiver and archiver.last_archived) or "")
    return wanted is not None and last is not None and last.timeline == wanted.timeline and last.number >= wanted.number


def _as_a_node(into: Path) -> dict[str, str]:
    """What differs from a copy that is thrown away."""
    control = _control(into)
    return {
        **{parameter: control[name] for name, parameter in _SHARED.items()},
        # What is written is marked to be archived, and waits for the node's own command: a timeline that nobody goes
        # on with must not reach the archive.
        "archive_mode": "on",
        "archive_command": "",
    }


def _control(into: Path) -> dict[str, str]:
    argv = [str(_BIN / "pg_controldata"), "-D", str(into)]
    ran = subprocess.run(argv, capture_output=True, text=True, check=True, env={"LANG": "C"})
    return {name: value.strip() for name, _, value in (line.partition(":") for line in ran.stdout.splitlines())}


def _copy(node: Node) -> Path:
    return node.path.with_name(COPY)


def _node(config: Config, name: str) -> Node:
    found = next((node for node in config.nodes if node.name == name), None)
    if found is None:
        raise LookupError(f"{name}: no node of this host ({', '.join(node.name for node in config.nodes)})")
    return found


def _mib(size: int) -> str:
    return f"{size / 1024 / 1024:,.0f} MiB"
