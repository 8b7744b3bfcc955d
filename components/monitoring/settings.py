"""What an operator chooses about monitoring."""

from typing import Annotated

from pydantic import AfterValidator, Field, HttpUrl, model_validator

from components._common.ports import PORT, PortUse, uses
from components._common.settings import Settings


def _without_credentials(url: HttpUrl) -> HttpUrl:
    if url.username or url.password:
        raise ValueError("the URL has credentials, which would stand in plain configuration: point it at a relay")
    return url


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
    retention_days: int = Field(default=15, ge=1, le=3650)
    """Days of metrics to keep; 15 is Prometheus' own default."""
    retention_size_mib: int = Field(default=4096, ge=512)
    """MiB of metrics after which the oldest go, whatever their age. 4096 leaves room on a small disk."""
    prometheus_memory_mib: int = Field(default=512, ge=256, le=262144)
    """Hard memory limit of Prometheus in MiB."""
    evaluation_interval_seconds: int = Field(default=5, ge=1, le=60)
    """How often rules are evaluated, in seconds; rule groups of the order path say 1 for themselves."""
    webhook_url: Annotated[HttpUrl, AfterValidator(_without_credentials)] | None = None
    """Where alerts are posted (Alertmanager's webhook format). Without one they are shown and sent nowhere."""

    @model_validator(mode="after")
    def _hosts_are_named_once(self) -> "MonitoringSettings":
        for path, hosts in (("hosts", self.hosts), ("watched_hosts", self.watched_hosts)):
            for host in hosts:
                if hosts.count(host) > 1:
                    raise ValueError(f"monitoring.{path} has {host!r} {hosts.count(host)} times: name a host once")
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
