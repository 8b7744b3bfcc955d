"""A venue that refuses a connection for too many requests, and one that has banned us, are counted."""

import asyncio

import pytest
from aiohttp import web

from workloads.engine.settings import VenueSettings
from workloads.engine.venue_client import VenueClient
from workloads.metrics import EngineMetrics


def counted(metrics: EngineMetrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, {"venue": "alpha", **labels}) or 0.0


async def refused_with(status: int) -> EngineMetrics:
    """What is counted once a venue has answered both connections with a status."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status)

    application = web.Application()
    application.router.add_get("/{channel}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    metrics = EngineMetrics()
    settings = VenueSettings(venue="alpha", url=f"http://127.0.0.1:{runner.addresses[0][1]}", taker_fee_bps=1.0)
    task = asyncio.create_task(VenueClient(settings, metrics, None).run())  # type: ignore[arg-type]
    try:
        for channel in ("md", "orders"):
            while not counted(metrics, "hft_venue_reconnects_total", channel=channel):
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runner.cleanup()
    return metrics


@pytest.mark.parametrize(("status", "limited", "banned"), [(429, True, False), (418, False, True), (503, False, False)])
async def test_a_refusal_is_counted_by_what_it_means(status: int, limited: bool, banned: bool) -> None:
    metrics = await asyncio.wait_for(refused_with(status), 10)

    assert (counted(metrics, "hft_venue_429_total") > 0) is limited
    assert (counted(metrics, "hft_venue_ban_total") > 0) is banned
