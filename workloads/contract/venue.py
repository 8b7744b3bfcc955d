"""What a simulated venue shows of itself; no real venue has it."""

from typing import Final

from workloads.contract.exporter import Exporter
from workloads.contract.label import Label
from workloads.contract.labels import CHANNEL, SYMBOL
from workloads.contract.metric import Metric

MARKETDATA_MESSAGES: Final = Metric(
    name="hft_venue_sim_marketdata_messages_total",
    kind="counter",
    help="Market data messages made.",
    labels=(SYMBOL,),
    stable=False,
)
ORDERS: Final = Metric(
    name="hft_venue_sim_orders_total",
    kind="counter",
    help="Order entry answers.",
    labels=(
        Label(name="answer", values=("ack", "fill", "canc", "rej", "state", "cancelled_all")),
        Label(name="reason", values=("",), others=32, bound="the reasons of the simulator's refusals and cancels"),
    ),
    stable=False,
)
FORCED_CANCELS: Final = Metric(
    name="hft_venue_sim_forced_cancels_total",
    kind="counter",
    help="Orders cancelled by the venue.",
    labels=(Label(name="reason", values=("disconnect", "dead_man")),),
    stable=False,
)
SLOW_CONSUMERS: Final = Metric(
    name="hft_venue_sim_slow_consumers_total",
    kind="counter",
    help="Feeds closed because they did not read.",
    stable=False,
)
SESSIONS: Final = Metric(
    name="hft_venue_sim_sessions", kind="gauge", help="Open connections.", labels=(CHANNEL,), stable=False
)
OPEN_ORDERS: Final = Metric(name="hft_venue_sim_open_orders", kind="gauge", help="Resting orders.", stable=False)

VENUE_SIMULATOR: Final = Exporter(
    name="Venue simulator",
    what="A simulated venue, where `hft:trading` has some.",
    job="venue",
    metrics=(MARKETDATA_MESSAGES, ORDERS, FORCED_CANCELS, SLOW_CONSUMERS, SESSIONS, OPEN_ORDERS),
)
