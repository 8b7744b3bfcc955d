"""Makes what a program measures with from the metric contract: no name, label or bucket is written a second time."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from workloads.contract import Metric
from workloads.contract.metric import Kind


class Instruments:
    """The metrics of one program in a registry of their own; raises ValueError where a metric is of another kind."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()

    def counter(self, metric: Metric) -> Counter:
        """What only grows."""
        _check(metric, "counter")
        return Counter(metric.name, metric.help, metric.label_names, registry=self.registry)

    def gauge(self, metric: Metric) -> Gauge:
        """What goes up and down."""
        _check(metric, "gauge")
        return Gauge(metric.name, metric.help, metric.label_names, registry=self.registry)

    def histogram(self, metric: Metric) -> Histogram:
        """How often something fell below each bound."""
        _check(metric, "histogram")
        return Histogram(metric.name, metric.help, metric.label_names, buckets=metric.buckets, registry=self.registry)

    def exposition(self) -> bytes:
        """The body of `GET /metrics`."""
        return generate_latest(self.registry)


def _check(metric: Metric, kind: Kind) -> None:
    if metric.kind != kind:
        raise ValueError(f"metric {metric.name}: is a {metric.kind}, not a {kind}")
