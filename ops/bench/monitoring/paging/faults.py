"""One fault for each alert of the class `reg=rts6`, undone when its block ends."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from typing import Any

from docker import DockerClient

from ops.bench.files import put
from ops.bench.monitoring.paging.looks import before, metrics
from ops.bench.monitoring.paging.site import ENGINE_JSON, Site
from ops.bench.monitoring.paging.trades import trade

Fault = Callable[[Site], AbstractContextManager[float]]
"""Gives the last moment before it was there, as `time.monotonic` counts."""

_SECONDS = 15
"""How long a feed is away: longer than any page may take."""
_BEYOND = 2.2
"""Of a position limit: beyond it whatever the engine holds already, which is at most the limit the other way."""
_REJECTED, _REJECTS, _REJECTS_SECONDS = "hft_orders_total rejected", 3, 8
"""As many as the alert wants of ten seconds; two less, as Prometheus looks once a second at both of their ends."""
_STRANGER = "hft-bench-stranger"


@contextmanager
def engine_hangs(site: Site) -> Iterator[float]:
    """The engine is stopped: connections to it open, and nothing answers. Slower to see than one that is gone."""
    began = time.monotonic()
    site.engine.kill("SIGSTOP")
    try:
        yield began
    finally:
        site.engine.kill("SIGCONT")


@contextmanager
def second_leader(site: Site) -> Iterator[float]:
    """Someone starts a copy of the engine in the free slot."""
    with stranger(site.client, site.image, site.settings, site.free_port) as url:
        yield before(url, lambda shown: shown.get("hft_leader") == 1)


@contextmanager
def stranger(client: DockerClient, image: str, settings: Mapping[str, Any], port: int) -> Iterator[str]:
    """A copy of an engine on another port, without the lease that would keep it waiting; gives its URL."""
    alone = {"listen_port": port, "lease": None, "database": None, "state_on_leadership": "halted"}
    copy = client.containers.create(
        image,
        ["workloads.engine", "--config", "/etc/hft/engine.json"],
        name=_STRANGER,
        network_mode="host",
        cpuset_cpus="0",
    )
    try:
        put(copy, "/", {ENGINE_JSON.removeprefix("/"): json.dumps({**settings, **alone})}, mode=0o444)
        copy.start()
        yield f"http://{settings['listen_address']}:{port}"
    finally:
        copy.remove(force=True, v=True)


@contextmanager
def feed_lost(site: Site) -> Iterator[float]:
    """A venue closes its market data connections and takes no new ones."""
    began = time.monotonic()
    site.order(_first(site), "drop-feed", seconds=_SECONDS)
    try:
        yield began
    finally:
        site.order(_first(site), "drop-feed", seconds=0)


@contextmanager
def message_lost(site: Site) -> Iterator[float]:
    """One message of market data never comes."""
    began = time.monotonic()
    site.order(_first(site), "gap", symbol=site.settings["symbols"][0]["symbol"])
    yield began


@contextmanager
def venue_silent(site: Site) -> Iterator[float]:
    """A venue is stopped: its connections stay open, and it says nothing any more."""
    venue = site.venue_containers[_first(site)]
    began = time.monotonic()
    venue.kill("SIGSTOP")
    try:
        yield began
    finally:
        venue.kill("SIGCONT")


@contextmanager
def orders_rejected(site: Site) -> Iterator[float]:
    """The venues reject each new order; from the third one within eight seconds on, as fewer are no case."""
    often = _often(metrics(site.url))
    for venue in site.venues:
        site.order(venue, "reject-all", on=True)
    try:
        yield before(site.url, often)
    finally:
        for venue in site.venues:
            site.order(venue, "reject-all", on=False)


@contextmanager
def leg_open(site: Site) -> Iterator[float]:
    """A venue takes its time with orders, and so one leg of a trade stands alone; from the first such trade on."""
    site.order(_first(site), "slow", extra_us=_SECONDS * 1_000_000)
    try:
        yield before(site.url, lambda shown: shown["hft_unhedged_age_seconds"] > 0)
    finally:
        site.order(_first(site), "slow", extra_us=0)


@contextmanager
def banned(site: Site) -> Iterator[float]:
    """A venue closes all connections, and answers new ones as a banned address is answered."""
    began = time.monotonic()
    site.order(_first(site), "refuse", seconds=_SECONDS, status=HTTPStatus.IM_A_TEAPOT)
    try:
        yield began
    finally:
        site.order(_first(site), "refuse", seconds=0, status=HTTPStatus.IM_A_TEAPOT)


@contextmanager
def position_too_large(site: Site) -> Iterator[float]:
    """Someone trades on the engine's account by hand; it learns of it when it is connected anew."""
    first, limit = site.settings["symbols"][0], site.settings["risk"]["max_position_usd"]
    symbol, lot = first["symbol"], first["lot_size"]
    size = round(round(_BEYOND * limit / site.prices[symbol] / lot) * lot, 9)
    began = time.monotonic()
    trade(site, _first(site), symbol, size)
    try:
        yield began
    finally:
        trade(site, _first(site), symbol, -size)


FAULTS: dict[str, Fault] = {
    "EngineDown": engine_hangs,
    "TradingLeadersTwo": second_leader,
    "VenueDown": feed_lost,
    "MarketDataGap": message_lost,
    "MarketDataStale": venue_silent,
    "OrderRejectsHigh": orders_rejected,
    "RiskLimitReached": position_too_large,
    "LegUnhedged": leg_open,
    "VenueBanned": banned,
}
"""Alert → fault."""


def _often(first: Mapping[str, float]) -> Callable[[Mapping[str, float]], bool]:
    """Says of an engine's metrics, look for look, whether it was refused often enough of late."""
    counts = deque([(time.monotonic(), first.get(_REJECTED, 0.0))])

    def often(shown: Mapping[str, float]) -> bool:
        counts.append((time.monotonic(), shown.get(_REJECTED, 0.0)))
        while counts[0][0] < counts[-1][0] - _REJECTS_SECONDS:
            counts.popleft()
        return counts[-1][1] - counts[0][1] >= _REJECTS

    return often


def _first(site: Site) -> str:
    return min(site.venues)
