from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.components.authority import Authority
from tests.workloads.parts import own, serving
from workloads.bench import free_port
from workloads.etcd import FAILURES, Etcd
from workloads.tls import ClientTls

AUTHORITY = Authority()


@pytest.fixture
async def members(tmp_path: Path) -> AsyncIterator[list[str]]:
    """Members that answer with status 200, 404 and 503, and one that is gone."""
    runners, found = [], []
    door = serving(tmp_path / "member", AUTHORITY)
    for status in (200, 404, 503):

        async def answer(_: web.Request, status: int = status) -> web.Response:
            return web.json_response({"status": status}, status=status)

        application = web.Application()
        application.router.add_post("/v3/kv/range", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=door).start()
        runners.append(runner)
        found.append(f"https://127.0.0.1:{port}")
    yield [*found, f"https://127.0.0.1:{free_port()}"]
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def tls(tmp_path: Path) -> ClientTls:
    return ClientTls(own(tmp_path, AUTHORITY.server_files("127.0.0.1")))


async def asked(tls: ClientTls, *endpoints: str) -> int:
    async with Etcd(endpoints, tls, 5) as etcd:
        return int((await etcd.call("kv/range", {}))["status"])


async def test_the_next_member_is_asked_where_one_is_gone_or_cannot_serve(members: list[str], tls: ClientTls) -> None:
    good, _, overwhelmed, gone = members

    assert await asked(tls, gone, overwhelmed, good) == 200


async def test_a_refusal_is_an_answer_whatever_becomes_of_the_others(members: list[str], tls: ClientTls) -> None:
    good, refusing, _, gone = members

    for others in ([good], [gone]):
        with pytest.raises(aiohttp.ClientResponseError) as raised:
            await asked(tls, refusing, *others)
        assert raised.value.status == 404


async def test_what_the_last_member_did_is_told_where_none_answers(members: list[str], tls: ClientTls) -> None:
    _, _, overwhelmed, gone = members

    with pytest.raises(aiohttp.ClientConnectorError):
        await asked(tls, overwhelmed, gone)
    with pytest.raises(aiohttp.ClientResponseError) as raised:
        await asked(tls, gone, overwhelmed)
    assert raised.value.status == 503


async def test_a_certificate_that_cannot_be_read_is_one_of_the_failures(
    members: list[str], tls: ClientTls, tmp_path: Path
) -> None:
    good, *_ = members
    (tmp_path / "tls.crt").unlink()

    with pytest.raises(FAILURES):
        await asked(tls, good)
