"""What Prometheus sees of a witness."""

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics, generate_latest


class WitnessMetrics:
    """All metrics in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.round = Gauge(
            "hft_witness_round_timestamp_seconds", "When a round last ended well.", registry=self.registry
        )
        self.silent = Gauge(
            "hft_witness_silent_probes", "Looks in a row that found the primary gone.", registry=self.registry
        )
        self.fenced = Gauge("hft_witness_fenced", "1 while this host fences another one.", registry=self.registry)
        self.votes = Counter("hft_witness_votes", "Votes that a primary is lost.", registry=self.registry)
        self.deposed = Counter("hft_witness_deposed", "Leases that this witness took away.", registry=self.registry)

        self.stalled = Counter(
            "hft_witness_stalled_connections",
            "Connections between members of etcd that were ended, as nobody acknowledged their packets.",
            registry=self.registry,
        )

    def exposition(self) -> bytes:
        """Return the body of `GET /metrics`."""
        return generate_latest(self.registry)
