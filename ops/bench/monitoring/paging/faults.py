"""One fault for each alert of the class `reg=rts6`, undone when its block ends."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from typing import Literal

from ops.bench.monitoring.paging.hand import Trade, send
from ops.bench.monitoring.paging.looks import before, metrics
from ops.bench.monitoring.paging.site import Site, put

Fault = Callable[[Site], AbstractContextManager[float]]
"""Gives the last moment before it was there, as `time.monotonic` counts."""

_SECONDS = 15
"""How long a feed is away: longer than any page may take."""
_BEYOND = 2.2
"""Of a position limit: beyond it whatever the engine holds already, which is at most the limit the other way."""
_REJECTED, _REJECTS = "hft_orders_total rejected", 3
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
    alone = {"listen_port": site.free_port, "lease": None, "database": None, "state_on_leadership": "halted"}
    copy = site.client.containers.create(
        site.image,
        ["workloads.engine", "--config", "/etc/hft/engine.json"],
        name=_STRANGER,
        network_mode="host",
        cpuset_cpus="0",
    )
    try:
        put(copy, json.dumps({**site.settings, **alone}))
        copy.start()
        stranger = f"http://{site.settings['listen_address']}:{site.free_port}"
        yield before(stranger, lambda shown: shown.get("hft_leader") == 1)
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
    """A venue rejects each new order; from the third one on, as fewer are no case."""
    counted = metrics(site.url).get(_REJECTED, 0.0)
    site.order(_first(site), "reject-all", on=True)
    try:
        yield before(site.url, lambda shown: shown.get(_REJECTED, 0.0) >= counted + _REJECTS)
    finally:
        site.order(_first(site), "reject-all", on=False)


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
    "LegUnhedged": leg_open,
    "VenueBanned": banned,
}
"""Alert → fault."""


def _first(site: Site) -> str:
    return min(site.venues)


def _traded(site: Site, side: Literal["buy", "sell"], size: float) -> None:
    venue = _first(site)
    trade = Trade(
        account=f"{site.settings['stack']}-{site.settings['strategy']}",
        epoch=int(metrics(site.url)["hft_leader_epoch"]),
        symbol=site.settings["symbols"][0]["symbol"],
        side=side,
        size=size,
        price=site.price * (2 if side == "buy" else 0.5),
    )
    asyncio.run(send(site.venues[venue], trade))
    site.order(venue, "drop-orders")
