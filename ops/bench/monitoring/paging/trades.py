"""Trades by hand on an engine's account: it learns of them when it is connected anew."""

import asyncio

import httpx

from ops.bench.monitoring.paging.hand import Trade, send
from ops.bench.monitoring.paging.looks import metrics
from ops.bench.monitoring.paging.site import Site


def trade(site: Site, venue: str, symbol: str, size: float) -> None:
    """Buy so much at a venue, or sell where it is negative, whatever it costs."""
    wanted = Trade(
        account=site.account,
        epoch=int(metrics(site.url)["hft_leader_epoch"]),
        symbol=symbol,
        side="buy" if size > 0 else "sell",
        size=abs(size),
        price=site.prices[symbol] * (2 if size > 0 else 0.5),
    )
    asyncio.run(send(site.venues[venue], wanted))
    site.order(venue, "drop-orders")


def flatten(site: Site) -> None:
    """Close all positions.

    An engine that only takes what is cheap comes to its share of the limits after some minutes, and trades little from
    then on.
    """
    for venue, url in site.venues.items():
        accounts = httpx.get(f"{url}/control/state").raise_for_status().json()["accounts"]
        for symbol, size in accounts.get(site.account, {"positions": {}})["positions"].items():
            if size:
                trade(site, venue, symbol, -size)
