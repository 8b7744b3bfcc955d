"""What Prometheus sees of a witness."""

from workloads.contract import witness
from workloads.instruments import Instruments


class WitnessMetrics(Instruments):
    """All metrics of one witness."""

    def __init__(self) -> None:
        super().__init__()
        self.round = self.gauge(witness.ROUND)
        self.silent = self.gauge(witness.SILENT)
        self.fenced = self.gauge(witness.FENCED)
        self.votes = self.counter(witness.VOTES)
        self.deposed = self.counter(witness.DEPOSED)
        self.stalled = self.counter(witness.STALLED)
