"""A program of ours that has metrics."""

from dataclasses import dataclass

from workloads.contract.label import Label
from workloads.contract.metric import Metric


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """What one program shows; a metric belongs to one program."""

    name: str
    what: str
    """What it is, as one sentence."""
    job: str
    """The scrape job that brings its metrics to Prometheus."""
    metrics: tuple[Metric, ...]
    target_labels: tuple[Label, ...] = ()
    """Labels that its scrape target gives every series of it; the program itself does not know them."""
