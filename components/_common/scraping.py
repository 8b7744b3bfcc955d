"""What a component tells monitoring: where its metrics are."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Protocol

FREE_SLOT_JOB = "engine-free-slot"
"""Job of slots where an engine is not meant to be (docs/adr/0029-the-free-slot-is-scraped.md): `up` of 0 is right."""


@dataclass(frozen=True, kw_only=True)
class ScrapeTarget:
    """One endpoint that Prometheus scrapes."""

    job: str
    """Kind of target, such as `patroni`; members of one part share it."""
    instance: str
    """The member, such as `tsdb-0`; becomes the label `instance`."""
    host: str
    """Name of the host that it is on; becomes the label `host`, by which one alert stands for a lost host."""
    address: str
    """`address:port`."""
    path: str = "/metrics"
    tls: bool = False
    """Whether it speaks TLS, with a certificate by the stack's authority for its address."""
    interval_seconds: int = 5
    """1 on the order path, slower elsewhere."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Further labels with bounded values."""
    expected: bool = True
    """Whether something has to answer there; false where it matters that nothing does."""

    def as_output(self) -> dict[str, object]:
        """The form in which a component registers it."""
        return asdict(self)


class Drawn(Protocol):
    """A component that brings dashboards for its own metrics and tables."""

    @property
    def dashboards(self) -> Mapping[str, str]:
        """Dashboard name → JSON with a fixed uid."""
        ...


class Watched(Protocol):
    """A component that monitoring can watch."""

    @property
    def scrape_targets(self) -> tuple[ScrapeTarget, ...]:
        """Where its metrics are."""
        ...

    @property
    def alert_rules(self) -> Mapping[str, str]:
        """Rule file name → text."""
        ...
