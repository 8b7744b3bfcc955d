"""The metrics that causes look at, out of a target's exposition; pure."""

from prometheus_client.parser import text_string_to_metric_families

from ops.doctor.facts import Sample

WANTED = frozenset(
    {
        "etcd_mvcc_db_total_size_in_bytes",
        "etcd_server_has_leader",
        "etcd_server_quota_backend_bytes",
        "haproxy_backend_active_servers",
        "hft_disk_free_bytes",
        "hft_disk_guard_stop_bytes",
        "hft_disk_guard_stopped",
        "hft_leader",
        "hft_trading_state",
        "hft_venue_up",
        "node_filesystem_avail_bytes",
        "node_filesystem_size_bytes",
        "node_load1",
        "node_memory_MemAvailable_bytes",
        "node_memory_MemTotal_bytes",
        "node_timex_sync_status",
        "patroni_pending_restart",
        "patroni_postgres_running",
        "patroni_primary",
        "pg_settings_max_connections",
        "pg_stat_activity_count",
        "pg_up",
        "pgbouncer_pools_client_maxwait_seconds",
        "pgbouncer_up",
        "redis_up",
    }
)
"""Their names; what else a target tells is not kept."""


def parse(text: str) -> tuple[Sample, ...]:
    """The wanted samples of an exposition in Prometheus' text format. Raises ValueError where it is none."""
    return tuple(
        Sample(name=sample.name, labels=dict(sample.labels), value=float(sample.value))
        for family in text_string_to_metric_families(_wanted_lines(text))
        for sample in family.samples
        if sample.name in WANTED
    )


def _wanted_lines(text: str) -> str:
    # An exporter tells thousands of samples, and parsing them takes longer than asking for them.
    lines = text.splitlines()
    return "\n".join(line for line in lines if line.partition("{")[0].partition(" ")[0] in WANTED) + "\n"
