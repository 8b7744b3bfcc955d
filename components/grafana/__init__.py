"""Grafana: its container or an existing one, data sources, folder and dashboards."""

from components.grafana.grafana import Grafana, GrafanaArgs
from components.grafana.settings import GrafanaSettings
from components.grafana.watch import GrafanaWatch, watch

__all__ = ["Grafana", "GrafanaArgs", "GrafanaSettings", "GrafanaWatch", "watch"]
