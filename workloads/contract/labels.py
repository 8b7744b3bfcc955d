"""The labels that several metrics share, with their bounds."""

from typing import Final

from workloads.contract.label import Label

VENUE: Final = Label(name="venue", others=16, bound="the venues of the stack")
SYMBOL: Final = Label(name="symbol", others=64, bound="the symbols of the engine")
CHANNEL: Final = Label(name="channel", values=("md", "orders"))
STRATEGY: Final = Label(name="strategy", others=1, bound="the strategy that the engine is deployed for")
"""Of the scrape target, so that both slots of a strategy have the same, whatever runs in them."""
COLOUR: Final = Label(name="colour", values=("blue", "green"))
