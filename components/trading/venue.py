"""A venue as an engine sees it; pure."""

from dataclasses import asdict, dataclass

from components._common.endpoint import Endpoint


@dataclass(frozen=True, kw_only=True)
class VenueEndpoint:
    """Where a venue is, and what it costs."""

    venue: str
    """Name in metrics and tables."""
    host: str
    """Name of the host that it is on."""
    direct: Endpoint
    """Its address in its plane; only its own host reaches it."""
    published: Endpoint
    """Its address for other hosts; one address translation slower."""
    taker_fee_bps: float
    """Fee on a fill, in basis points."""

    def url_from(self, host: str) -> str:
        """The URL for a process on a host's network."""
        return f"http://{self.direct if host == self.host else self.published}"

    def as_output(self) -> dict[str, object]:
        """The form in which a component registers it."""
        return asdict(self)
