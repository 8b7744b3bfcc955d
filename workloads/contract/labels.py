"""The labels that several metrics share, with their bounds."""

from typing import Final

from workloads.contract.label import Label

VENUE: Final = Label(name="venue", others=16, bound="the venues of the stack")
SYMBOL: Final = Label(name="symbol", others=64, bound="the symbols of the engine")
CHANNEL: Final = Label(name="channel", values=("md", "orders"))
COLOUR: Final = Label(name="colour", values=("blue", "green"))
