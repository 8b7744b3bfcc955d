from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from ops.bench.monitoring.scale.pages import application


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(2):
        page = tmp_path / "engine" / str(number)
        page.parent.mkdir(exist_ok=True)
        page.write_text(f"up {number}\n")
    return tmp_path


async def test_pages_of_a_job_come_in_turn(folder: Path) -> None:
    async with TestClient(TestServer(application(folder))) as client:
        assert [await (await client.get("/engine")).text() for _ in range(3)] == ["up 0\n", "up 1\n", "up 0\n"]


async def test_a_job_without_a_page_is_down(folder: Path) -> None:
    async with TestClient(TestServer(application(folder))) as client:
        assert (await client.get("/engine-free-slot")).status == 503
