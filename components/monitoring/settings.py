"""What an operator chooses about monitoring."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, HttpUrl, model_validator

from components._common.ports import PORT, PortUse, uses
from components._common.settings import Settings
from components.monitoring.maintenance import MaintenanceSettings, check_maintenance
from components.monitoring.receivers import HEARTBEAT_SECRET, ReceiverSettings, WebhookSettings, check_receivers
from components.monitoring.remote_write import RemoteWriteSettings, check_remote_writes


class MonitoringSettings(Settings):
    """Prometheus, Alertmanager and node exporters."""

    hosts: tuple[str, ...] = Field(min_length=1)
    """Names of hosts; each gets a Prometheus that scrapes everything and an Alertmanager. Two survive a host's loss."""
    watched_hosts: tuple[str, ...] = Field(min_length=1)
    """Names of the hosts with a node exporter: normally all."""
    prometheus_port: Annotated[int, PORT] = 19090
    """Port of Prometheus."""
    alertmanager_port: Annotated[int, PORT] = 19093
    """Port of Alertmanager."""
    alertmanager_cluster_port: Annotated[int, PORT] = 19094
    """Port on which several Alertmanagers tell each other what was sent (TCP and UDP)."""
    node_exporter_port: Annotated[int, PORT] = 19100
    """Port of the node exporters."""
    retention_days: int = Field(default=30, ge=1, le=3650)
    """Days of metrics to keep. Objectives are over 30: with fewer, budgets are judged by what is left."""
    retention_size_mib: int = Field(default=32768, ge=512)
    """MiB of metrics after which the oldest go, whatever their age. Three hosts' 4,218 samples a second
    (docs/benchmarks.md) take 21,000 in 30 days, at 2 bytes each (Prometheus documentation, Storage: 1 to 2)."""
    prometheus_memory_mib: int = Field(default=512, ge=256, le=262144)
    """Hard memory limit of Prometheus in MiB. Three minutes after its start 3 hosts take 132, 12 take 166 and 100 take
    550 (docs/benchmarks.md): a hundred want more than the default."""
    evaluation_interval_seconds: int = Field(default=5, ge=1, le=60)
    """How often rules are evaluated, in seconds; what pages of the order path says 1 for itself."""
    clock_limit_us: int = Field(default=100, ge=1, le=1_000_000)
    """How far a host's clock may be off UTC, in microseconds. RTS 25 (2017/574) Annex: 100 for high-frequency
    techniques, 1,000 for other algorithms; FINRA 4590 and CAT: 50,000."""
    receivers: tuple[ReceiverSettings, ...] = ()
    """Who is told of alerts; together they get all of them. Without any, alerts are shown and sent nowhere."""
    heartbeat: WebhookSettings | None = None
    """Who expects a POST each minute and pages when it stays away: a service that does not share a fate with the stack.
    Its secret is `heartbeat`; `{}` is a service whose URL is the secret. Without it nobody notices that alerting is
    dead."""
    runbooks_url: HttpUrl | None = None
    """Where those who are told of alerts, and readers of dashboards, find docs/runbooks, such as its page at your
    source host. Without, alerts name the runbook's path, and panels have no link."""
    maintenance: tuple[MaintenanceSettings, ...] = ()
    """Planned work on hosts, for the time of which their pages and tickets are not sent."""
    remote_write: tuple[RemoteWriteSettings, ...] = ()
    """Stores that get all samples too, such as for longer than `retention_days`."""

    def alertmanager_secrets(self) -> Mapping[str, str]:
        """Name of each secret that Alertmanager needs → path of the setting that wants it."""
        wanted = {receiver.secret: f"monitoring.receivers[{at}]" for at, receiver in enumerate(self.receivers)}
        if self.heartbeat and self.heartbeat.has_secret:
            wanted[HEARTBEAT_SECRET] = "monitoring.heartbeat"
        return {name: path for name, path in wanted.items() if name}

    def prometheus_secrets(self) -> Mapping[str, str]:
        """Name of each secret that Prometheus needs → path of the setting that wants it."""
        wanted = {store.secret: f"monitoring.remote_write[{at}]" for at, store in enumerate(self.remote_write)}
        return {name: path for name, path in wanted.items() if name}

    def wanted_secrets(self) -> Mapping[str, str]:
        """Name of each secret that anything needs → path of the setting that wants it."""
        return {**self.alertmanager_secrets(), **self.prometheus_secrets()}

    @model_validator(mode="after")
    def _hosts_are_named_once(self) -> "MonitoringSettings":
        for path, hosts in (("hosts", self.hosts), ("watched_hosts", self.watched_hosts)):
            for host in hosts:
                if hosts.count(host) > 1:
                    raise ValueError(f"monitoring.{path} has {host!r} {hosts.count(host)} times: name a host once")
        return self

    @model_validator(mode="after")
    def _everything_is_told_and_named_once(self) -> "MonitoringSettings":
        check_receivers(self.receivers)
        check_maintenance(self.maintenance)
        check_remote_writes(self.remote_write)
        return self

    def port_uses(self) -> tuple[PortUse, ...]:
        """The ports that monitoring takes; the cluster port only where there are several Alertmanagers."""
        clustered = self.hosts if len(self.hosts) > 1 else ()
        return (
            *uses("monitoring.prometheus_port", self.prometheus_port, self.hosts),
            *uses("monitoring.alertmanager_port", self.alertmanager_port, self.hosts),
            *uses("monitoring.alertmanager_cluster_port", self.alertmanager_cluster_port, clustered),
            *uses("monitoring.node_exporter_port", self.node_exporter_port, self.watched_hosts),
        )
