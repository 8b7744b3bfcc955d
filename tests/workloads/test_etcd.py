from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from workloads.bench import free_port
from workloads.etcd import Etcd


@pytest.fixture
async def members() -> AsyncIterator[list[str]]:
    """Members that answer with status 200, 404 and 503, and one that is gone."""
    runners, found = [], []
    for status in (200, 404, 503):

        async def answer(_: web.Request, status: int = status) -> web.Response:
            return web.json_response({"status": status}, status=status)

        application = web.Application()
        application.router.add_post("/v3/kv/range", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        runners.append(runner)
        found.append(f"http://127.0.0.1:{port}")
    yield [*found, f"http://127.0.0.1:{free_port()}"]
    for runner in runners:
        await runner.cleanup()


async def asked(*endpoints: str) -> int:
    async with Etcd(endpoints, 5) as etcd:
        return int((await etcd.call("kv/range", {}))["status"])


async def test_the_next_member_is_asked_where_one_is_gone_or_cannot_serve(members: list[str]) -> None:
    good, _, overwhelmed, gone = members

    assert await asked(gone, overwhelmed, good) == 200


async def test_a_refusal_is_an_answer_whatever_becomes_of_the_others(members: list[str]) -> None:
    good, refusing, _, gone = members

    for others in ([good], [gone]):
        with pytest.raises(aiohttp.ClientResponseError) as raised:
            await asked(refusing, *others)
        assert raised.value.status == 404


async def test_what_the_last_member_did_is_told_where_none_answers(members: list[str]) -> None:
    _, _, overwhelmed, gone = members

    with pytest.raises(aiohttp.ClientConnectorError):
        await asked(overwhelmed, gone)
    with pytest.raises(aiohttp.ClientResponseError) as raised:
        await asked(gone, overwhelmed)
    assert raised.value.status == 503
