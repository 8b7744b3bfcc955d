"""The agent's loop: looks at the nodes and the repository, makes the backup that is due, tells how it stands."""

import os
import signal
import subprocess
import threading
from datetime import UTC, datetime, timedelta

from prometheus_client import start_http_server

from . import info, link, nodes, pgbackrest, recovery, stanza
from .archive import WAL_FILE_BYTES, Archive
from .config import Config, Node
from .metrics import BackupMetrics
from .say import say, warn

# A look at the nodes costs a query each; one at the repository a process and a request or two.
_LOOK_SECONDS = 15
_REPOSITORY_LOOKS = 4
_RETRY = timedelta(minutes=10)
# How long a backup may be late before it is called too old: what it may take, and two attempts.
_SLACK = timedelta(hours=6)
_STOP_SECONDS = 20


class Agent:
    """One agent, which acts for the nodes of its host."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.metrics = BackupMetrics()
        self.metrics.show_bounds(
            info.longest_wait(config.full, config.differential, "full", _SLACK),
            info.longest_wait(config.full, config.differential, "diff", _SLACK),
            config.archive_queue_mib,
        )
        self._stopped = threading.Event()
        self._running: tuple[subprocess.Popen[bytes], info.Kind] | None = None
        self._not_before = datetime.min.replace(tzinfo=UTC)
        self._repository: info.Repository | None = None
        self._archive = Archive(config.stanza)
        self._cut_off = False
        self._looks = 0

    def run(self) -> None:
        """Until SIGTERM."""
        signal.signal(signal.SIGTERM, lambda *_: self._stopped.set())
        address, port = self.config.listen
        start_http_server(port, addr=address, registry=self.metrics.registry)
        say(f"agent of stanza {self.config.stanza} answers at {address}:{port}")
        while not self._stopped.is_set():
            self.look(datetime.now(UTC))
            self._stopped.wait(_LOOK_SECONDS)
        self._end_backup()

    def look(self, now: datetime) -> None:
        """One round."""
        primary = nodes.primary(self.config.nodes)
        self.metrics.leads.set(primary is not None)
        if primary:
            self.metrics.show_archive(nodes.waiting(primary), nodes.archiver(primary), now, WAL_FILE_BYTES)
        else:
            self.metrics.show_no_archive()
        ended = self._collect(now)
        if ended or not self._repository or not self._repository.exists or self._looks % _REPOSITORY_LOOKS == 0:
            self._look_at_repository(primary)
        self._looks += 1
        if primary and not self._running and now >= self._not_before and (kind := self._due(now)):
            self._begin(kind, primary)

    def _due(self, now: datetime) -> info.Kind | None:
        if not self._repository or not self._repository.exists:
            return None
        return info.due(self._repository, self.config.full, self.config.differential, now, cut_off=self._cut_off)

    def _look_at_repository(self, primary: Node | None) -> None:
        self._repository = None
        try:
            found = pgbackrest.repository(self.config.stanza)
            if primary and not found.exists:
                say(f"stanza {self.config.stanza}: {stanza.make(self.config, primary)}")
                found = pgbackrest.repository(self.config.stanza)
            self._cut_off = primary is not None and self._is_cut_off(found, primary)
        except (pgbackrest.PgBackRestError, stanza.OtherClusterError, link.BusyError, LookupError) as error:
            warn(f"repository: {error}")
            self.metrics.repository_up.set(0)
            return
        self._repository = found
        self.metrics.show_repository(found)

    def _is_cut_off(self, found: info.Repository, primary: Node) -> bool:
        """Whether the present cannot be reached from the newest backup: WAL was given up, or the cluster restored."""
        if not (newest := found.newest()):
            return False
        # Asked before the archive, which may have more by then.
        archiver = nodes.archiver(primary)
        history = recovery.history_of(self.config.stanza, found.archive_id)
        gap = self._archive.gap(found, history, archiver.last_archived if archiver else None)
        self.metrics.gap.set(gap is not None)
        if gap:
            warn(f"the archive lacks {gap}: times from there to the end of the next backup cannot be restored")
        return gap is not None or not history.leads_here(newest)

    def _begin(self, kind: info.Kind, primary: Node) -> None:
        try:
            held = link.hold(primary)
        except link.BusyError:
            return
        say(f"backup of type {kind} of {primary.name} begins")
        command = pgbackrest.argv(self.config.stanza, *pgbackrest.backup_arguments(kind, primary), gentle=True)
        self._running = subprocess.Popen(command, pass_fds=(held,)), kind
        os.close(held)
        self.metrics.running.set(1)

    def _collect(self, now: datetime) -> bool:
        """Whether a backup has ended since the last look."""
        if not self._running or self._running[0].poll() is None:
            return False
        process, kind = self._running
        self._running = None
        self.metrics.running.set(0)
        if process.returncode:
            self.metrics.failures.labels(kind).inc()
            self._not_before = now + _RETRY
        (warn if process.returncode else say)(f"backup of type {kind} ended with status {process.returncode}")
        return True

    def _end_backup(self) -> None:
        if self._running:
            self._running[0].terminate()
            try:
                self._running[0].wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._running[0].kill()
