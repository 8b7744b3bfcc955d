"""What the simulated venue measures of itself."""

from workloads.contract import venue
from workloads.instruments import Instruments


class VenueMetrics(Instruments):
    """All metrics of one simulated venue."""

    def __init__(self) -> None:
        super().__init__()
        self.marketdata_messages = self.counter(venue.MARKETDATA_MESSAGES)
        self.orders = self.counter(venue.ORDERS)
        self.forced_cancels = self.counter(venue.FORCED_CANCELS)
        self.slow_consumers = self.counter(venue.SLOW_CONSUMERS)
        self.sessions = self.gauge(venue.SESSIONS)
        self.open_orders = self.gauge(venue.OPEN_ORDERS)
