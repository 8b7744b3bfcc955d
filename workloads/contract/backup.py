"""What the backup agents show, and the proof that a backup is worth something."""

from typing import Final

from workloads.contract.exporter import Exporter
from workloads.contract.label import Label
from workloads.contract.metric import Kind, Metric, Unit

_TYPE: Final = Label(name="type", values=("full", "any"))
_STANZA: Final = Label(name="stanza", others=1, bound="the stanza of the stack")


def _metric(name: str, text: str, unit: Unit = "number", label: Label | None = None, kind: Kind = "gauge") -> Metric:
    return Metric(name=name, kind=kind, help=text, unit=unit, labels=(label,) if label else ())


BACKUP: Final = Exporter(
    name="Backup agent",
    what="Makes and watches backups, one on each host of the database.",
    job="backup",
    metrics=(
        _metric("hft_backup_repository_up", "1 where the repository answers and has the stanza."),
        _metric("hft_backup_last_timestamp_seconds", "Unix time at which the newest backup ended.", "seconds", _TYPE),
        _metric("hft_backup_max_age_seconds", "Age that the newest backup may have.", "seconds", _TYPE),
        _metric("hft_backup_database_bytes", "Size of the database in the newest backup.", "bytes", _TYPE),
        _metric("hft_backup_repository_bytes", "What the newest backup added to the repository.", "bytes", _TYPE),
        _metric("hft_backup_count", "Backups in the repository."),
        _metric("hft_backup_bad_pages", "1 where the newest backup has pages with wrong checksums."),
        _metric("hft_backup_running", "1 while this agent makes a backup."),
        _metric("hft_backup_primary_here", "1 where the primary is on this agent's host."),
        _metric(
            "hft_backup_failures_total",
            "Backups of this agent that have failed.",
            label=Label(name="type", values=("full", "diff")),
            kind="counter",
        ),
        _metric("hft_archive_queue_bytes", "WAL that waits to be archived.", "bytes"),
        _metric("hft_archive_queue_max_bytes", "WAL that may wait; beyond it pgBackRest gives it up.", "bytes"),
        _metric("hft_archive_lag_seconds", "Age of the oldest WAL file that waits to be archived.", "seconds"),
        _metric("hft_archive_failed", "Failed archivings since the statistics were reset."),
        _metric("hft_archive_gap", "1 where the archive lacks WAL since the newest backup."),
        _metric("hft_archive_last_timestamp_seconds", "Unix time of the last archived WAL file.", "seconds"),
    ),
)
PROOF: Final = Exporter(
    name="Proof of backups",
    what="Restores the newest backup, and verifies the repository; what was found is there once one has ended.",
    job="backup",
    metrics=(
        _metric("hft_restore_drill_success", "1 where the last restore drill passed.", label=_STANZA),
        _metric("hft_restore_drill_seconds", "What the last restore drill took.", "seconds", _STANZA),
        _metric(
            "hft_restore_drill_last_timestamp_seconds",
            "Unix time at which the last restore drill ended; of the first start where none has.",
            "seconds",
            _STANZA,
        ),
        _metric("hft_restore_drill_max_age_seconds", "Age that the last restore drill may have.", "seconds", _STANZA),
        _metric("hft_backup_verify_success", "1 where every file of the repository was good.", label=_STANZA),
        _metric(
            "hft_backup_verify_last_timestamp_seconds",
            "Unix time at which the last verification ended; of the first start where none has.",
            "seconds",
            _STANZA,
        ),
        _metric("hft_backup_verify_max_age_seconds", "Age that the last verification may have.", "seconds", _STANZA),
    ),
)
