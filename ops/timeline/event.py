"""Something that happened at a moment."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, order=True)
class Event:
    """One line of the view."""

    at: datetime
    kind: str
    """alert, deploy, failover, container, log or audit."""
    what: str
