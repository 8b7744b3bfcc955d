"""Brings a copy of the cluster from the repository to a point in time, as a server of its own that archives nothing."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from . import nodes, pgbackrest
from .config import Node
from .history import History, TargetError, choose, newest_timeline
from .info import Backup
from .say import say

PORT = 5432
"""In the name of the copy's socket; the copy listens on no address."""

_BIN = Path("/usr/lib/postgresql/17/bin")
_PAUSE_SECONDS = 0.5
_STOP_SECONDS = 300
_UNREACHED = "recovery ended before configured recovery target was reached"


class RecoveryError(Exception):
    """The copy did not come up; the message is PostgreSQL's."""


@dataclass(frozen=True)
class Copy:
    """A restored cluster whose server is up."""

    node: Node
    backup: Backup
    """What it was restored from."""

    @property
    def path(self) -> Path:
        """Its data directory."""
        return self.node.path


def plan(stanza: str, to: datetime | None) -> tuple[Backup, History]:
    """The backup to begin with, and the timelines of the archive.

    Raises:
        TargetError: the time cannot be restored.
        PgBackRestError: the repository cannot be read.
    """
    found = pgbackrest.repository(stanza)
    if not found.exists:
        raise TargetError(f"the repository has no stanza {stanza}")
    history = history_of(stanza, found.archive_id)
    return choose(found.backups, history, to, datetime.now(UTC)), history


def history_of(stanza: str, archive_id: str) -> History:
    """The timelines of an archive. Raises PgBackRestError."""
    folder = f"archive/{stanza}/{archive_id}"
    names = pgbackrest.call(stanza, "--log-level-console=error", "repo-ls", folder).split()
    newest = newest_timeline(names)
    if newest == 1:
        return History()
    file = f"{folder}/{newest:08X}.history"
    return History.parse(newest, pgbackrest.call(stanza, "--log-level-console=error", "repo-get", file))


def restore(stanza: str, backup: Backup, into: Path) -> None:
    """Copy a backup into an empty or missing folder, without any word on recovery. Raises PgBackRestError."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(mode=0o700, parents=True)
    say(f"restoring {backup.label} ({backup.database_bytes / 1024 / 1024:.0f} MiB)")
    arguments = (f"--pg1-path={into}", f"--set={backup.label}", "--type=none", "--log-level-console=warn", "restore")
    pgbackrest.call(stanza, *arguments, seconds=24 * 3600)
    (into / "recovery.signal").touch()


@contextmanager
def recovered(
    stanza: str, into: Path, backup: Backup, to: datetime | None, settings: Mapping[str, str] | None = None
) -> Iterator[Copy]:
    """The server over a restored folder, once it has replayed to `to` (to the end of the archive without) and takes
    writes, until the block ends; then it is shut down in good order. `settings` win over what a copy has.

    Raises:
        TargetError: the archive ends before `to`.
        RecoveryError: the server ended otherwise.
    """
    log = into.with_suffix(".log")
    node = Node(name="copy", address="", path=into, socket=str(into.parent), port=PORT)
    argv = _argv(stanza, into, to, settings or {})
    with log.open("wb") as lines, subprocess.Popen(argv, stdout=lines, stderr=lines) as server:
        try:
            _await_writes(server, node, log, to)
            yield Copy(node, backup)
        finally:
            _stop(server)


def replayed_to(into: Path) -> str | None:
    """The time of the last transaction that a recovery replayed, as its log says; None where there was none."""
    mark = "last completed transaction was at log time "
    found = [line for line in into.with_suffix(".log").read_text().splitlines() if mark in line]
    return found[-1].partition(mark)[2] if found else None


def server_argv(into: Path, settings: Mapping[str, str]) -> list[str]:
    """The command line of a copy's server, with a configuration file of its own.

    Patroni's file, which comes with the data, is of the primary's host, and its empty recovery targets would clash with
    the one asked for ("multiple recovery targets specified").
    """
    copy = {
        "archive_mode": "off",
        "ssl": "off",
        # Sizes of the primary's host are not this container's; without hot standby none must match.
        "hot_standby": "off",
        "shared_buffers": "128MB",
        "huge_pages": "off",
        # Jobs that drop or move rows must not run here.
        "shared_preload_libraries": "timescaledb",
        "timescaledb.max_background_workers": "0",
        "synchronous_standby_names": "",
        "primary_conninfo": "",
        "primary_slot_name": "",
        # A count over all chunks of a hypertable locks each.
        "max_locks_per_transaction": "1024",
        "hba_file": str(into / "pg_hba.conf"),
        **settings,
    }
    file = into.with_suffix(".conf")
    quoted = {name: value.replace("'", "''") for name, value in copy.items()}
    file.write_text("".join(f"{name} = '{value}'\n" for name, value in quoted.items()))
    return [str(_BIN / "postgres"), "-D", str(into), "-c", f"config_file={file}"]


def _argv(stanza: str, into: Path, to: datetime | None, settings: Mapping[str, str]) -> list[str]:
    fetch = " ".join(pgbackrest.argv(stanza, f"--pg1-path={into}", "--log-level-console=error", "archive-get"))
    recovering = {
        "restore_command": f'{fetch} %f "%p"',
        "recovery_target_timeline": "latest",
        "recovery_target_action": "promote",
        # Nobody else than its own user comes near: no address, no password.
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(into.parent),
        "hba_file": str(_hba(into)),
        **({"recovery_target_time": to.isoformat()} if to else {}),
        **settings,
    }
    return server_argv(into, recovering)


def _hba(into: Path) -> Path:
    file = into.with_suffix(".hba")
    file.write_text("local all postgres peer\n")
    return file


def _await_writes(server: subprocess.Popen[bytes], node: Node, log: Path, to: datetime | None) -> None:
    while nodes.ask(node, "SELECT pg_is_in_recovery()") != (False,):
        if server.poll() is not None:
            said = log.read_text()
            if to and _UNREACHED in said:
                last = replayed_to(node.path)
                raise TargetError(
                    f"{to.isoformat(sep=' ')} is after the last transaction of the archive"
                    f"{f' ({last})' if last else ''}: choose an earlier time"
                )
            raise RecoveryError(" | ".join(line for line in said.splitlines() if "FATAL" in line) or said[-500:])
        time.sleep(_PAUSE_SECONDS)


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        # Fast shutdown.
        server.send_signal(2)
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
