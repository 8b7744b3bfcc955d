"""How a Grafana of ours is watched; pure, as monitoring is made before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from components._common.endpoint import Endpoint
from components._common.placement import Placements
from components._common.scraping import ScrapeTarget
from components.grafana.settings import GrafanaSettings

_ALERTS = Path(__file__).with_name("alerts.yaml")


@dataclass(frozen=True, kw_only=True)
class GrafanaWatch:
    """What there is to watch; nothing of a Grafana that the firm runs, or that is skipped."""

    scrape_targets: tuple[ScrapeTarget, ...] = ()
    """Our container."""
    alert_rules: Mapping[str, str] = field(default_factory=dict)
    """Rule file name → text."""


def watch(settings: GrafanaSettings, placements: Placements, image: str | None) -> GrafanaWatch:
    """Targets and rules of the Grafana that these settings make; `image` is its image id, where the lock has one."""
    if settings.host is None or image is None:
        return GrafanaWatch()
    listen = Endpoint(placements[settings.host].address, settings.grafana_port)
    target = ScrapeTarget(job="grafana", instance="grafana", host=settings.host, address=str(listen))
    return GrafanaWatch(scrape_targets=(target,), alert_rules={"grafana.yaml": _ALERTS.read_text()})
