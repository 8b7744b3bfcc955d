"""Grafana: its container or an existing one, data sources, folder and dashboards."""

from components.grafana.grafana import Grafana, GrafanaArgs
from components.grafana.settings import GrafanaSettings

__all__ = ["Grafana", "GrafanaArgs", "GrafanaSettings"]
