"""What a stack wants of its hosts, known before the engine runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from components._common.ports import PortUse
from components.grafana import GrafanaSettings
from components.hosts import HostSettings

LOCK = Path("images/lock.json")


@dataclass(frozen=True)
class Wanted:
    """Hosts, what has to be there on them, and a Grafana that is there already."""

    hosts: tuple[HostSettings, ...]
    """The Docker hosts, in the order of the settings."""
    ports: tuple[PortUse, ...] = ()
    """Every port that the stack listens on."""
    images: Mapping[str, str] = field(default_factory=dict)
    """Image name → id in the lock."""
    grafana: GrafanaSettings | None = None
    """The firm's Grafana, which has to let the deployment in; None where the stack has its own."""
    notices: tuple[str, ...] = ()
    """What to say of the settings that is no mistake."""
