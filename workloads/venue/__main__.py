"""`python3 -m workloads.venue --config FILE`: run one simulated venue until SIGTERM or SIGINT."""

from workloads.serve import arguments, run
from workloads.venue.server import Venue
from workloads.venue.settings import VenueSettings

if __name__ == "__main__":
    settings = arguments("workloads.venue", "Run one simulated venue.", VenueSettings)
    run(lambda: Venue(settings).application(), settings.listen_address, settings.listen_port)
