"""One fault for each alert of the class `reg=rts6`, undone when its block ends."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Literal

import httpx

from ops.bench.monitoring.paging.hand import Trade, send
from ops.bench.monitoring.paging.site import Site, put
from ops.errors import OpsError

Fault = Callable[[Site], AbstractContextManager[float]]
"""Gives the last moment before it was there, as `time.monotonic` counts."""

_SECONDS = 15
"""How long a feed is away: longer than any page may take."""
_BEYOND = 2.2
"""Of a position limit: beyond it whatever the engine holds already, which is at most the limit the other way."""
_BOOT_SECONDS, _LOOK_SECONDS = 20, 0.02
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
    """Someone starts a copy of the engine in the free slot, without the lease that would keep it waiting."""
    settings = {**site.settings, "listen_port": site.free_port, "lease": None, "database": None}
    copy = site.client.containers.create(
        site.image,
        ["workloads.engine", "--config", "/etc/hft/engine.json"],
        name=_STRANGER,
        network_mode="host",
        cpuset_cpus="0",
    )
    try:
        put(copy, json.dumps({**settings, "state_on_leadership": "halted"}))
        copy.start()
        yield _leading(f"http://{settings['listen_address']}:{site.free_port}/metrics")
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
    """A venue rejects each new order."""
    began = time.monotonic()
    site.order(_first(site), "reject-all", on=True)
    try:
        yield began
    finally:
        site.order(_first(site), "reject-all", on=False)


@contextmanager
def position_too_large(site: Site) -> Iterator[float]:
    """Someone trades on the engine's account by hand; it learns of it when it is connected anew."""
    first, limit = site.settings["symbols"][0], site.settings["risk"]["max_position_usd"]
    size = round(round(_BEYOND * limit / site.price / first["lot_size"]) * first["lot_size"], 9)
    began = time.monotonic()
    _traded(site, "buy", size)
    try:
        yield began
    finally:
        _traded(site, "sell", size)


FAULTS: dict[str, Fault] = {
    "EngineDown": engine_hangs,
    "TradingLeadersTwo": second_leader,
    "VenueDown": feed_lost,
    "MarketDataGap": message_lost,
    "MarketDataStale": venue_silent,
    "OrderRejectsHigh": orders_rejected,
    "RiskLimitReached": position_too_large,
}
"""Alert → fault."""


def _first(site: Site) -> str:
    return min(site.venues)


def _leading(page: str) -> float:
    """Wait until an engine says that it leads; gives the moment of the last look that did not show it."""
    until = time.monotonic() + _BOOT_SECONDS
    before = time.monotonic()
    while (looked := time.monotonic()) < until:
        with suppress(httpx.TransportError):
            lines = httpx.get(page).text.splitlines()
            if any(line.startswith("hft_leader{") and line.endswith(" 1.0") for line in lines):
                return before
        before = looked
        time.sleep(_LOOK_SECONDS)
    raise OpsError(f"{page}: it does not lead within {_BOOT_SECONDS} s")


def _traded(site: Site, side: Literal["buy", "sell"], size: float) -> None:
    venue = _first(site)
    trade = Trade(
        account=f"{site.settings['stack']}-{site.settings['strategy']}",
        epoch=site.epoch(),
        symbol=site.settings["symbols"][0]["symbol"],
        side=side,
        size=size,
        price=site.price * (2 if side == "buy" else 0.5),
    )
    asyncio.run(send(site.venues[venue], trade))
    site.order(venue, "drop-orders")
