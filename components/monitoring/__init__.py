"""Monitoring: Prometheus, Alertmanager and node exporters."""

from components.monitoring.monitoring import Monitoring, MonitoringArgs
from components.monitoring.settings import MonitoringSettings

__all__ = ["Monitoring", "MonitoringArgs", "MonitoringSettings"]
