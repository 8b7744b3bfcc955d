"""Network: Docker networks with an address plan."""

from components.network.network import Network, NetworkArgs
from components.network.settings import NetworkSettings, PlaneSettings

__all__ = ["Network", "NetworkArgs", "NetworkSettings", "PlaneSettings"]
