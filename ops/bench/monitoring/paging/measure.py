"""How long after a fault its page comes, measured end to end: fault, scrape, rule, Alertmanager, webhook."""

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
from docker import DockerClient

from ops.bench.measure import Measure
from ops.bench.monitoring.paging.faults import FAULTS, Fault
from ops.bench.monitoring.paging.pager import ADDRESS, PORT, Pager, listening
from ops.bench.monitoring.paging.site import Site
from ops.bench.monitoring.paging.trades import flatten
from ops.bench.timing import deployed, timed
from ops.errors import OpsError
from ops.sandbox import Sandbox
from ops.screen import Screen

GOAL_SECONDS = 5.0
"""RTS 6 (2017/589) Art. 16(5): alerts within five seconds of the event."""
WEBHOOK = f"http://{ADDRESS}:{PORT}/"

_TIMES = 10
_PAGE_SECONDS = 30
_QUIET_SECONDS = 180
_POLL_SECONDS = 0.5
# Alertmanager tells of what has ended at its next look at a group, up to a second later.
_SETTLE_SECONDS = 3
_METHOD = """\
95th percentile (nearest rank) of {times} faults, each after the alert about the one before was over; median
{median:.1f} s, most {most:.1f} s. From before the fault until a webhook on the same machine has the page. {fault}"""


def measures(box: Sandbox, settings: dict[str, Any], client: DockerClient, screen: Screen) -> Iterator[Measure]:
    """A figure for each alert; `settings` by area, as the sandbox has them; leaves the stack up."""
    with listening() as pager:
        box.write(paged(settings))
        timed(box.argv("up"))
        site = Site.of(deployed(box), settings, client)
        for alert, fault in FAULTS.items():
            took = [once(site, pager, alert, fault) for _ in range(_TIMES)]
            screen.step(f"fault to page, {alert}", percentile(took))
            yield _measure(alert, fault, took)


def paged(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with the pager as the one receiver."""
    pager = {"name": "bench", "gets": ["page", "ticket"], "webhook": {"url": WEBHOOK}}
    return {**settings, "monitoring": {**settings["monitoring"], "receivers": [pager]}}


def once(site: Site, pager: Pager, alert: str, fault: Fault) -> float:
    """Seconds from one fault to its page. Raises OpsError where no page comes, or the alert before does not end."""
    flatten(site)
    _await_quiet(site, alert)
    with fault(site) as began:
        return pager.firing_after(began, alert, _PAGE_SECONDS) - began


def percentile(took: Sequence[float]) -> float:
    """The 95th percentile by nearest rank: with fewer than twenty the largest."""
    return sorted(took)[math.ceil(0.95 * len(took)) - 1]


def _await_quiet(site: Site, alert: str) -> None:
    """Wait until neither the alert nor what comes before it is there, and the engine trades."""
    until = time.monotonic() + _QUIET_SECONDS
    while lasting := _lasting(site, alert):
        if time.monotonic() > until:
            raise OpsError(f"{lasting}, {_QUIET_SECONDS} s after its fault")
        time.sleep(_POLL_SECONDS)
    time.sleep(_SETTLE_SECONDS)


def _lasting(site: Site, alert: str) -> str:
    """What is left of the fault before, if anything."""
    if alert in _active(site):
        return f"{alert} does not end"
    return "" if site.activated() else "the engine trades no more"


def _active(site: Site) -> set[str]:
    """Alerts that fire or are about to."""
    told = httpx.get(f"{site.prometheus}/api/v1/alerts").raise_for_status().json()
    return {each["labels"]["alertname"] for each in told["data"]["alerts"]}


def _measure(alert: str, fault: Fault, took: Sequence[float]) -> Measure:
    told = {"median": sorted(took)[len(took) // 2], "most": max(took), "fault": str(fault.__doc__)}
    return Measure(
        f"fault to page, {alert}, seconds", percentile(took), GOAL_SECONDS, _METHOD.format(times=len(took), **told)
    )
