"""The engine contract over HTTP: health, readiness, metrics, control with the current epoch."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web
from pydantic import Field, ValidationError

from workloads.config import Settings
from workloads.engine.engine import Engine
from workloads.engine.settings import EngineSettings
from workloads.metrics import TradingState
from workloads.serve import fail

_STATES: Final[dict[str, TradingState]] = {"activate": "active", "reduce": "reducing", "halt": "halted"}


class Command(Settings):
    """The body of a control request."""

    epoch: int = Field(ge=0, description="the epoch that hft_leader_epoch shows now")
    actor: str = Field(default="unnamed", min_length=1, max_length=100, description="who orders it, for the audit log")


class ControlApi:
    """The web application of one engine; it starts the engine and drains it at the end."""

    def __init__(self, settings: EngineSettings) -> None:
        self._engine = Engine(settings)

    def application(self) -> web.Application:
        """Return the web application."""
        application = web.Application()
        application.cleanup_ctx.append(self._running)
        application.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
                web.get("/debug/roundtrip", self._roundtrip),
                web.post("/control/{command}", self._control),
            ]
        )
        return application

    async def _running(self, application: web.Application) -> AsyncIterator[None]:
        engine = self._engine
        task = asyncio.create_task(engine.run())
        task.add_done_callback(lambda ended: fail(application, ended))
        yield
        if not task.done():
            await engine.drain()
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
        await engine.lease.release()

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _request: web.Request) -> web.Response:
        missing = self._engine.missing()
        return web.json_response({"ready": not missing, "missing": missing}, status=503 if missing else 200)

    async def _metrics(self, _request: web.Request) -> web.Response:
        body = await self._engine.exposition()
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _roundtrip(self, _request: web.Request) -> web.Response:
        """Return exact round trips since the last call; there can be one reader."""
        return web.json_response(self._engine.desk.roundtrips.drain())

    async def _control(self, request: web.Request) -> web.Response:
        state = _STATES.get(request.match_info["command"])
        if state is None:
            raise web.HTTPNotFound(text=f"control={request.match_info['command']!r}: must be one of {list(_STATES)}\n")
        try:
            command = Command.model_validate_json(await request.read())
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "body"
            return self._answer(400, error=f'{place}: {first["msg"]}; send {{"epoch": N, "actor": "name"}}')
        epoch = self._engine.lease.epoch
        if command.epoch != epoch:
            return self._answer(409, error=f"epoch={command.epoch}: the current epoch is {epoch}")
        if state == "active" and not self._engine.lease.held():
            return self._answer(409, error="activate: this slot does not hold the lease")
        return await self._ordered(state, command.actor)

    async def _ordered(self, state: TradingState, actor: str) -> web.Response:
        self._engine.order(state, actor)
        if state == "halted" and await self._engine.desk.cancel_all(self._engine.settings.stop_timeout_seconds):
            return self._answer(504, error="halted, but the venues have not confirmed every cancel")
        return self._answer(200)

    def _answer(self, status: int, **more: str) -> web.Response:
        engine = self._engine
        body = {
            "state": engine.gate.state, "wanted": engine.gate.wanted, "caps": engine.gate.caps,
            "epoch": engine.lease.epoch, "open_orders": len(engine.desk.orders),
        }  # fmt: skip
        return web.json_response(body | more, status=status)
