"""A witness as a process: its rounds, its health and its metrics."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web

from workloads.etcd import Etcd
from workloads.log import Log
from workloads.metrics import CONTENT_TYPE
from workloads.serve import fail
from workloads.tls import ClientTls
from workloads.witness.fence import Fence
from workloads.witness.leadership import EtcdLeadership
from workloads.witness.node import Nodes
from workloads.witness.settings import WitnessSettings
from workloads.witness.stalled import PeerConnections
from workloads.witness.store import Store
from workloads.witness.watch import Watch

log = Log("witness")
# An election of etcd takes a second or two, and a member that is gone as long as it may take to answer.
_ETCD_SECONDS = 1.0
_NODE_SECONDS = 1.0
_LATE_SECONDS = 10
_STALLED_PAUSE_SECONDS = 1.0


class Witness:
    """Runs until the application is cleaned up."""

    def __init__(self, settings: WitnessSettings) -> None:
        self._settings = settings
        ports = [port for each in settings.members for port in (each.postgres_port, each.patroni_port)]
        self._fence = Fence(settings.table, ports)
        tls = ClientTls(settings.tls)
        self._etcd = Etcd(settings.etcd_endpoints, tls, _ETCD_SECONDS)
        here = tuple(member for member in settings.members if member.host == settings.host)
        self._nodes = Nodes(here, tls, _NODE_SECONDS)
        own = [each for each in settings.etcd_endpoints if each.startswith(f"https://{settings.listen_address}:")]
        self._own_etcd = Etcd(own, tls, _ETCD_SECONDS) if own else None
        leadership = EtcdLeadership(self._own_etcd)
        self._watch = Watch(settings, Store(self._etcd, settings.prefix), self._nodes, self._fence, leadership)
        self._peers = PeerConnections(settings.etcd_peer_ports)
        self._last_round = time.monotonic()

    def application(self) -> web.Application:
        """Return what is served, with the rounds beside it."""
        application = web.Application()
        application.router.add_get("/metrics", self._metrics)
        application.router.add_get("/healthz", self._health)
        application.cleanup_ctx.append(self._life)
        return application

    async def _life(self, application: web.Application) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._end_stalled())]
        for task in tasks:
            task.add_done_callback(partial(fail, application))
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # With a fence in it the table stays: the fence ends by itself, after the vote that it stands for.
        if not await self._fence.fenced():
            await self._fence.remove()

    async def _run(self) -> None:
        await self._fence.set_up()
        # One of an earlier life has to end first: behind it every primary looks gone.
        while await self._fence.fenced():
            await asyncio.sleep(0.5)
        async with self._etcd, self._nodes, self._own_etcd or contextlib.nullcontext():
            while True:
                await self._watch.round()
                self._last_round = time.monotonic()
                await asyncio.sleep(self._watch.pause_seconds)

    async def _end_stalled(self) -> None:
        while True:
            if ended := await self._peers.end_stalled():
                log.warning("connections of etcd ended that nobody answered", connections=ended)
                self._watch.metrics.stalled.inc(ended)
            await asyncio.sleep(_STALLED_PAUSE_SECONDS)

    async def _metrics(self, _: web.Request) -> web.Response:
        body = await self._watch.metrics.exposition()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    async def _health(self, _: web.Request) -> web.Response:
        late = time.monotonic() - self._last_round > _LATE_SECONDS
        return web.Response(status=503 if late else 200)
