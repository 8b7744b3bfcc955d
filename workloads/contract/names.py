"""Finding a metric by its name, or by the name of one of its series."""

from collections.abc import Iterable, Mapping
from typing import Final

from workloads.contract.exporters import EXPORTERS
from workloads.contract.label import Label
from workloads.contract.metric import Metric


def by_name(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """Name → metric; raises ValueError where one name stands for two."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        if metric.name in found:
            raise ValueError(f"metric {metric.name}: is in the contract twice")
        found[metric.name] = metric
    return found


METRICS: Final[Mapping[str, Metric]] = by_name(metric for exporter in EXPORTERS for metric in exporter.metrics)
SERIES: Final[Mapping[str, tuple[Label, ...]]] = {
    name: labels for metric in METRICS.values() for name, labels in metric.series().items()
}
"""Name of each series that queries may ask for → its labels, without those that scraping adds."""
STORED: Final[Mapping[str, tuple[Label, ...]]] = {
    name: (*labels, *exporter.target_labels)
    for exporter in EXPORTERS
    for metric in exporter.metrics
    for name, labels in metric.series().items()
}
"""The same with those that the exporter's scrape target adds; `job` and `instance` are on every series."""
