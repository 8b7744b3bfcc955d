"""The simulated venue as a web application: feed, order entry, health, metrics and faults."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator

from aiohttp import web

from workloads.config import read_secret
from workloads.venue.exchange import Exchange
from workloads.venue.feed import Feed
from workloads.venue.market import Market
from workloads.venue.metrics import VenueMetrics
from workloads.venue.sessions import OrderEntry
from workloads.venue.settings import VenueSettings

FAULTS = """\
POST /control/drop-feed {"seconds": 5}      close the feeds, refuse new ones for so long
POST /control/drop-orders {}                close the order entry connections
POST /control/refuse {"seconds": 5, "status": 418}  close everything, answer new connections so for so long
POST /control/gap {"symbol": "BTC-USD"}     leave one sequence number out
POST /control/reject-all {"on": true}       reject every new order
POST /control/slow {"extra_us": 5000}       add to the order latency
GET  /control/state                         accounts, positions, open orders, faults
"""


class Venue:
    """One simulated venue. `application` starts its price process and ends it with the server."""

    def __init__(self, settings: VenueSettings) -> None:
        self._settings = settings
        self._api_key = None if settings.api_key_file is None else read_secret(settings.api_key_file)
        self._metrics = VenueMetrics()
        draw = random.Random(f"{settings.seed}:{settings.venue}:sizes")
        markets = {each.symbol: Market(each, settings.prices, draw) for each in settings.symbols}
        self._exchange = Exchange(markets, settings.taker_fee_bps)
        self._refused_until, self._refusal_status = 0.0, 0

    def application(self) -> web.Application:
        """Return the web application; raises ConfigError when the key file cannot be read."""
        application = web.Application()
        application.cleanup_ctx.append(self._running)
        application.on_shutdown.append(self._hang_up)
        application.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/metrics", self._metrics_page),
                web.get("/md", self._serve_feed),
                web.get("/orders", self._serve_orders),
                web.get("/control/state", self._state),
                web.post("/control/{fault}", self._fault),
            ]
        )
        return application

    async def _running(self, _application: web.Application) -> AsyncIterator[None]:
        settings = self._settings
        self._feed = Feed(settings, self._exchange, self._metrics)
        self._entry = OrderEntry(self._exchange, settings, self._metrics, self._feed.publish, self._api_key)
        task = asyncio.create_task(self._feed.run(self._entry.deliver))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        self._feed.close()
        self._entry.close()

    async def _hang_up(self, _application: web.Application) -> None:
        await self._entry.disconnect_all()
        await self._feed.drop(seconds=60)

    async def _serve_feed(self, request: web.Request) -> web.StreamResponse:
        return await self._feed.serve(request) if self._welcomes() else self._refusal()

    async def _serve_orders(self, request: web.Request) -> web.StreamResponse:
        return await self._entry.serve(request) if self._welcomes() else self._refusal()

    def _welcomes(self) -> bool:
        return time.monotonic() >= self._refused_until

    def _refusal(self) -> web.Response:
        return web.Response(status=self._refusal_status, text="connections are refused by /control/refuse\n")

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _metrics_page(self, _request: web.Request) -> web.Response:
        body = await self._metrics.exposition()
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4"})

    async def _state(self, _request: web.Request) -> web.Response:
        accounts = {}
        for name, account in self._exchange.accounts.items():
            mine = sorted(order.id for order in self._exchange.open.values() if order.account == name)
            accounts[name] = {"epoch": account.epoch, "positions": account.positions, "open_orders": mine}
        faults = {"reject_all": self._exchange.reject_all, "slow_us": self._entry.line.extra_us}
        return web.json_response({"venue": self._settings.venue, "accounts": accounts, "faults": faults})

    async def _fault(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else {}
        match request.match_info["fault"]:
            case "drop-feed":
                await self._feed.drop(float(body["seconds"]))
            case "refuse":
                self._refused_until = time.monotonic() + float(body["seconds"])
                self._refusal_status = int(body["status"])
                await self._entry.disconnect_all()
                await self._feed.drop(seconds=0)
            case "drop-orders":
                await self._entry.disconnect_all()
            case "gap":
                self._exchange.markets[body["symbol"]].sequence += 1
            case "reject-all":
                self._exchange.reject_all = bool(body["on"])
            case "slow":
                self._entry.line.extra_us = int(body["extra_us"])
            case _:
                raise web.HTTPNotFound(text=FAULTS)
        return web.json_response({"done": request.match_info["fault"]})
