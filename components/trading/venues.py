"""Simulated venues on a network of their own. For environments without real ones; they hold no state."""

from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components._common.container import ContainerSpec, Plane, arguments, options
from components._common.endpoint import Endpoint
from components._common.placement import Placements
from components._common.ports import member_ports
from components._common.scraping import ScrapeTarget
from components.trading.render import venue_json
from components.trading.settings import VENUE_PORT, VenueSettings, VenueSimulatorsSettings
from components.trading.venue import VenueEndpoint

TOKEN = "hft:trading:VenueSimulators"
_CONFIG = "/etc/hft/venue.json"
# Eight times Docker's default. A venue stands for what is not on the host at all, so the stack beside it should not
# slow it down: on a shared CPU the p90 of the order round trip went from 4.4 to 1.7 ms (median of three pairs of 15 s).
_CPU_SHARES = 8192


@dataclass(frozen=True, kw_only=True)
class VenueSimulatorsArgs:
    """What `VenueSimulators` needs."""

    settings: VenueSimulatorsSettings
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of `workloads`."""
    planes: pulumi.Output[dict[str, str]]
    """Plane → name of its Docker network."""


class VenueSimulators(pulumi.ComponentResource):
    """Exchanges that quote, match, reject and cancel, each at a fixed address of a plane.

    Use it where an engine needs a counterpart that can be made to fail. Prices come from a seed and cross now and then.
    It forgets orders and positions at a restart, and models no venue in particular.
    """

    endpoints: tuple[VenueEndpoint, ...]
    """The venues, in the order of the settings."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """Their own metrics; how soon a venue answers is what engines measure, each second."""

    def __init__(self, name: str, args: VenueSimulatorsArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        venues = args.settings.venues
        ports = member_ports(args.settings.venue_port, [venue.host for venue in venues])
        pairs = list(zip(venues, ports, strict=True))
        self.endpoints = tuple(_endpoint(venue, port, args.placements) for venue, port in pairs)
        self.scrape_targets = tuple(
            ScrapeTarget(job="venue", instance=each.venue, host=each.host, address=str(each.published))
            for each in self.endpoints
        )
        for venue, port in pairs:
            self._make_venue(name, venue, port, args)
        self.register_outputs(
            {
                "endpoints": [each.as_output() for each in self.endpoints],
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
            }
        )

    def _make_venue(self, name: str, venue: VenueSettings, port: int, args: VenueSimulatorsArgs) -> None:
        place = args.placements[venue.host]
        spec = ContainerSpec(
            component="trading",
            role=f"venue-{venue.name}",
            tier="infra",
            image=args.image,
            command=["workloads.venue", "--config", _CONFIG],
            files={_CONFIG: venue_json(args.settings, venue)},
            healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{venue.address}:{VENUE_PORT}/healthz"],
            memory_mib=args.settings.venue_memory_mib,
            cpu_shares=_CPU_SHARES,
            plane=Plane(
                network=args.planes[venue.plane], ipv4_address=str(venue.address), published={VENUE_PORT: port}
            ),
        )
        docker.Container(f"{name}-{venue.name}", arguments(spec, place), opts=options(self, place))


def _endpoint(venue: VenueSettings, port: int, placements: Placements) -> VenueEndpoint:
    return VenueEndpoint(
        venue=venue.name,
        host=venue.host,
        direct=Endpoint(str(venue.address), VENUE_PORT),
        published=Endpoint(placements[venue.host].address, port),
        taker_fee_bps=venue.taker_fee_bps,
    )
