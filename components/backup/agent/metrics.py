"""The agent's metrics. Those of the repository are the same on every host; those of the archive come from the primary's
host only."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge

from .info import Kind, Repository
from .nodes import Archiver

_KINDS: tuple[tuple[str, tuple[Kind, ...]], ...] = (("full", ("full",)), ("any", ()))


class BackupMetrics:
    """One registry; `type` is `full`, or `any` for the newest of all kinds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(name, what, labels, registry=self.registry)

        self.repository_up = gauge("hft_backup_repository_up", "1 where the repository answers and has the stanza.")
        self.last = gauge("hft_backup_last_timestamp_seconds", "Unix time at which the newest backup ended.", "type")
        self.max_age = gauge("hft_backup_max_age_seconds", "Age that the newest backup may have.", "type")
        self.database = gauge("hft_backup_database_bytes", "Size of the database in the newest backup.", "type")
        self.stored = gauge("hft_backup_repository_bytes", "What the newest backup added to the repository.", "type")
        self.count = gauge("hft_backup_count", "Backups in the repository.")
        self.bad_pages = gauge("hft_backup_bad_pages", "1 where the newest backup has pages with wrong checksums.")
        self.running = gauge("hft_backup_running", "1 while this agent makes a backup.")
        self.leads = gauge("hft_backup_primary_here", "1 where the primary is on this agent's host.")
        self.failures = Counter(
            "hft_backup_failures", "Backups of this agent that have failed.", ("type",), registry=self.registry
        )
        self.queue = gauge("hft_archive_queue_bytes", "WAL that waits to be archived.")
        self.queue_max = gauge("hft_archive_queue_max_bytes", "WAL that may wait; beyond it pgBackRest gives it up.")
        self.lag = gauge("hft_archive_lag_seconds", "Age of the oldest WAL file that waits to be archived.")
        self.archive_failed = gauge("hft_archive_failed", "Failed archivings since the statistics were reset.")
        self.gap = gauge("hft_archive_gap", "1 where the archive lacks WAL since the newest backup.")
        self.archived = gauge("hft_archive_last_timestamp_seconds", "Unix time of the last archived WAL file.")
        for kind in ("full", "diff"):
            self.failures.labels(kind)

    def show_repository(self, found: Repository) -> None:
        """Set what the repository says."""
        self.repository_up.set(found.exists)
        self.count.set(len(found.backups))
        newest = found.newest()
        self.bad_pages.set(bool(newest and newest.failed_pages))
        for name, kinds in _KINDS:
            if backup := found.newest(*kinds):
                self.last.labels(name).set(backup.ended.timestamp())
                self.database.labels(name).set(backup.database_bytes)
                self.stored.labels(name).set(backup.repository_bytes)

    def show_bounds(self, full: timedelta, newest: timedelta, queue_mib: int) -> None:
        """Set what may not be exceeded."""
        self.max_age.labels("full").set(full.total_seconds())
        self.max_age.labels("any").set(newest.total_seconds())
        self.queue_max.set(queue_mib * 1024 * 1024)

    def show_archive(self, waiting: list[float], archiver: Archiver | None, now: datetime, file_bytes: int) -> None:
        """Set what the primary says; `waiting` as Unix times."""
        self.queue.set(len(waiting) * file_bytes)
        self.lag.set(max(0.0, now.timestamp() - min(waiting)) if waiting else 0)
        if archiver:
            self.archive_failed.set(archiver.failed)
            if archiver.last_archived_at:
                self.archived.set(archiver.last_archived_at.timestamp())

    def show_no_archive(self) -> None:
        """The primary is on another host, whose agent tells of its archive."""
        for each in (self.queue, self.lag, self.archive_failed, self.archived, self.gap):
            each.set(0)


class ProofMetrics:
    """When the last drill and the last verification ended, from the first start on; what they found, once there was
    one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

        def gauge(name: str, what: str) -> Gauge:
            return Gauge(name, what, ("stanza",), registry=self.registry)

        self.drill_success = gauge("hft_restore_drill_success", "1 where the last restore drill passed.")
        self.drill_seconds = gauge("hft_restore_drill_seconds", "What the last restore drill took.")
        self.drill_last = gauge(
            "hft_restore_drill_last_timestamp_seconds",
            "Unix time at which the last restore drill ended; of the first start where none has.",
        )
        self.drill_max_age = gauge("hft_restore_drill_max_age_seconds", "Age that the last restore drill may have.")
        self.verify_success = gauge("hft_backup_verify_success", "1 where every file of the repository was good.")
        self.verify_last = gauge(
            "hft_backup_verify_last_timestamp_seconds",
            "Unix time at which the last verification ended; of the first start where none has.",
        )
        self.verify_max_age = gauge("hft_backup_verify_max_age_seconds", "Age that the last verification may have.")

    def show_bounds(self, stanza: str, drill: timedelta, verify: timedelta) -> None:
        """Set how old the last ones may be."""
        self.drill_max_age.labels(stanza).set(drill.total_seconds())
        self.verify_max_age.labels(stanza).set(verify.total_seconds())

    def show_ended(self, stanza: str, drill: float, verify: float) -> None:
        """Set when the last ones ended, as Unix times. Ages are for who asks: here they would stand still with the
        loop."""
        self.drill_last.labels(stanza).set(drill)
        self.verify_last.labels(stanza).set(verify)

    def show_found(self, stanza: str, drill: Mapping[str, Any] | None, verify: Mapping[str, Any] | None) -> None:
        """Set what the last ones found."""
        if drill:
            self.drill_success.labels(stanza).set(drill["success"])
            self.drill_seconds.labels(stanza).set(drill["seconds"])
        if verify:
            self.verify_success.labels(stanza).set(verify["success"])
