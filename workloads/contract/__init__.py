"""The metric contract: every `hft_*` metric of every program of ours, stated once.

From it come the instruments of the workloads (`workloads/instruments.py`), the reference page, the lint of rules and
dashboards, and the objectives. It needs the standard library only, as both the workloads' image and the deployment read
it.
"""

from workloads.contract.exporter import Exporter
from workloads.contract.exporters import EXPORTERS
from workloads.contract.label import Label
from workloads.contract.metric import Metric
from workloads.contract.names import METRICS, SERIES, STORED

__all__ = ["EXPORTERS", "METRICS", "SERIES", "STORED", "Exporter", "Label", "Metric"]
