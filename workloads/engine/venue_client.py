"""One venue's two connections: they are made anew for ever, and their messages handed to the engine."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Final, Literal, Protocol

import aiohttp

from workloads import wire
from workloads.config import read_secret
from workloads.engine.settings import VenueSettings
from workloads.log import Log
from workloads.metrics import EngineMetrics

log = Log("engine.venue")
_BACKOFF_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=2)
_HEARTBEAT_SECONDS: Final = 5.0
_BANNED: Final = HTTPStatus.IM_A_TEAPOT
"""What Binance answers an address that went on after 429, for two minutes to three days."""

Channel = Literal["md", "orders"]


class Listener(Protocol):
    """Who gets a venue's messages; times are ns of the monotonic and of the wall clock."""

    async def on_market_data(self, client: "VenueClient", message: wire.Message, mono_ns: int, wall_ns: int) -> None:
        """Take a `snap` or `delta`."""
        ...

    def on_order_entry(self, client: "VenueClient", message: wire.Message, mono_ns: int) -> None:
        """Take an answer to order entry."""
        ...

    async def on_connected(self, client: "VenueClient", channel: Channel) -> None:
        """A connection stands; nothing was sent on it."""
        ...

    def on_disconnected(self, client: "VenueClient", channel: Channel) -> None:
        """A connection broke."""
        ...


class VenueClient:
    """Connections to one venue; raises ConfigError when the key file cannot be read."""

    def __init__(self, settings: VenueSettings, metrics: EngineMetrics, listener: Listener) -> None:
        self.name = settings.venue
        self._settings, self._metrics, self._listener = settings, metrics, listener
        key = None if settings.api_key_file is None else read_secret(settings.api_key_file)
        self._headers = {"X-Api-Key": key} if key else {}
        self._sockets: dict[Channel, aiohttp.ClientWebSocketResponse] = {}
        for channel in ("md", "orders"):
            metrics.venue_up.labels(self.name, channel).set(0)

    def connected(self, channel: Channel) -> bool:
        """Say whether messages can be sent."""
        return channel in self._sockets

    async def send(self, channel: Channel, message: wire.Message) -> None:
        """Send a message; raises ConnectionError without a connection. The write happens before the first await."""
        socket = self._sockets.get(channel)
        if socket is None:
            raise ConnectionError(f"{self.name} {channel}: not connected")
        await socket.send_str(wire.encode(message))

    async def run(self) -> None:
        """Keep both connections until cancelled."""
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, asyncio.TaskGroup() as group:
            group.create_task(self._keep(session, "md", self._market_data))
            group.create_task(self._keep(session, "orders", self._order_entry))

    async def _keep(self, session: aiohttp.ClientSession, channel: Channel, read: "Reader") -> None:
        failures = 0
        while True:
            try:
                url = f"{self._settings.url}/{channel}"
                async with session.ws_connect(url, headers=self._headers, heartbeat=_HEARTBEAT_SECONDS) as socket:
                    failures = 0
                    await self._session(channel, socket, read)
            except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
                self._count_refusal(error)
                if not failures:
                    log.warning("venue not reached", venue=self.name, channel=channel, error=str(error))
            await asyncio.sleep(_BACKOFF_SECONDS[min(failures, len(_BACKOFF_SECONDS) - 1)])
            failures += 1
            self._metrics.venue_reconnects.labels(self.name, channel).inc()

    def _count_refusal(self, error: Exception) -> None:
        status = error.status if isinstance(error, aiohttp.WSServerHandshakeError) else None
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self._metrics.venue_429.labels(self.name).inc()
        elif status == _BANNED:
            self._metrics.venue_ban.labels(self.name).inc()

    async def _session(self, channel: Channel, socket: aiohttp.ClientWebSocketResponse, read: "Reader") -> None:
        started = time.monotonic()
        self._sockets[channel] = socket
        self._metrics.venue_up.labels(self.name, channel).set(1)
        log.info("venue connected", venue=self.name, channel=channel)
        try:
            await self._listener.on_connected(self, channel)
            await read(socket)
        finally:
            del self._sockets[channel]
            self._metrics.venue_up.labels(self.name, channel).set(0)
            self._metrics.venue_session.labels(self.name, channel).observe(time.monotonic() - started)
            log.warning("venue disconnected", venue=self.name, channel=channel)
            self._listener.on_disconnected(self, channel)

    async def _market_data(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for data in _texts(socket):
            mono_ns, wall_ns = time.perf_counter_ns(), time.time_ns()
            await self._listener.on_market_data(self, wire.decode(data), mono_ns, wall_ns)

    async def _order_entry(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for data in _texts(socket):
            mono_ns = time.perf_counter_ns()
            self._listener.on_order_entry(self, wire.decode(data), mono_ns)


Reader = Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]]


async def _texts(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[str]:
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT:
            yield message.data
