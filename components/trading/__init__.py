"""Trading: simulated venues, the engine in its slot, and trading containers of any image."""

from components.trading.container import TradingContainer, TradingContainerArgs
from components.trading.engine import TradingEngine, TradingEngineArgs
from components.trading.settings import (
    EngineSettings,
    TradingContainerSettings,
    TradingSettings,
    VenueSimulatorsSettings,
)
from components.trading.venue import VenueEndpoint
from components.trading.venues import VenueSimulators, VenueSimulatorsArgs

__all__ = [
    "EngineSettings",
    "TradingContainer",
    "TradingContainerArgs",
    "TradingContainerSettings",
    "TradingEngine",
    "TradingEngineArgs",
    "TradingSettings",
    "VenueEndpoint",
    "VenueSimulators",
    "VenueSimulatorsArgs",
    "VenueSimulatorsSettings",
]
