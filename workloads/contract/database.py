"""What our programs beside the database show: the disk guards, and our functions that the PostgreSQL exporter asks."""

from typing import Final

from workloads.contract.exporter import Exporter
from workloads.contract.label import Label
from workloads.contract.metric import Metric

_SERVER: Final = Label(name="server", others=1, bound="the server that the exporter asks")
_ITEM: Final = Label(name="item", others=96, bound="the hypertables, and what is done for each")
_RELATION: Final = Label(name="relation", others=32, bound="the hypertables")

DISK_GUARD: Final = Exporter(
    name="Disk guard",
    what="Stops the ingest of ticks before a node's disk is full (docs/adr/0017-disk-guard.md).",
    job="disk-guard",
    metrics=(
        Metric(
            name="hft_disk_free_bytes",
            kind="gauge",
            help="Free for the database on the file system of a node's data.",
            unit="bytes",
        ),
        Metric(
            name="hft_disk_guard_stop_bytes",
            kind="gauge",
            help="Free space below which ingest is stopped.",
            unit="bytes",
        ),
        Metric(
            name="hft_disk_guard_resume_bytes", kind="gauge", help="Free space from which it goes on.", unit="bytes"
        ),
        Metric(name="hft_disk_guard_stopped", kind="gauge", help="1 while this node wants ingest stopped."),
        Metric(
            name="hft_disk_guard_confirmed_timestamp_seconds",
            kind="gauge",
            help="When the primary last took this node's word; 0 for never.",
            unit="seconds",
        ),
    ),
)
REPORTS: Final = Exporter(
    name="Reports of the database",
    what="What the PostgreSQL exporter asks the primary (components/database/exporter_queries.yaml).",
    job="postgres",
    metrics=(
        Metric(
            name="hft_audit_changed_rows",
            kind="gauge",
            help="Changed or deleted rows of an audited table's present chunks, also where it was taken back.",
            unit="rows",
            labels=(_RELATION, _SERVER),
        ),
        Metric(
            name="hft_maintenance_succeeded_timestamp_seconds",
            kind="gauge",
            help="When it last succeeded; 0 for never.",
            unit="seconds",
            labels=(_ITEM, _SERVER),
        ),
        Metric(
            name="hft_maintenance_failing",
            kind="gauge",
            help="1 while the latest run of it failed.",
            labels=(_ITEM, _SERVER),
        ),
        Metric(
            name="hft_chunks_ahead",
            kind="gauge",
            help="Chunks whose time has not begun.",
            labels=(_RELATION, _SERVER),
        ),
        Metric(
            name="hft_chunks_next_start_timestamp_seconds",
            kind="gauge",
            help="When the time of the next one begins.",
            unit="seconds",
            labels=(_RELATION, _SERVER),
        ),
        Metric(
            name="hft_maintenance_job_ended_timestamp_seconds",
            kind="gauge",
            help="When the latest run of hft.maintain() ended, well or not.",
            unit="seconds",
            labels=(_SERVER,),
        ),
        Metric(
            name="hft_maintenance_job_succeeded_timestamp_seconds",
            kind="gauge",
            help="When it last ended well.",
            unit="seconds",
            labels=(_SERVER,),
        ),
        Metric(
            name="hft_maintenance_job_failed_runs",
            kind="gauge",
            help="Failed runs of the last hour.",
            labels=(_SERVER,),
        ),
    ),
)
