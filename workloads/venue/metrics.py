"""What the simulated venue reports of itself; it is not part of the engine contract."""

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics, generate_latest


class VenueMetrics:
    """All metrics of one simulated venue in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.marketdata_messages = self._counter("messages_total", "Market data messages made.", "symbol")
        self.orders = self._counter("orders_total", "Order entry answers.", "answer", "reason")
        self.forced_cancels = self._counter("forced_cancels_total", "Orders cancelled by the venue.", "reason")
        self.slow_consumers = self._counter("slow_consumers_total", "Feeds closed because they did not read.")
        self.sessions = self._gauge("sessions", "Open connections.", "channel")
        self.open_orders = self._gauge("open_orders", "Resting orders.")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"hft_venue_sim_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"hft_venue_sim_{name}", text, labels, registry=self.registry)

    def exposition(self) -> bytes:
        """Return the Prometheus text of all metrics."""
        return generate_latest(self.registry)
