import asyncio
import socket
import time
from collections.abc import Iterator

import pytest

from workloads.witness.probe import accepts
from workloads.witness.settings import Member


def member(postgres_port: int, patroni_port: int, address: str = "127.0.0.1") -> Member:
    return Member(name="tsdb-0", host="alpha", address=address, postgres_port=postgres_port, patroni_port=patroni_port)


@pytest.fixture
def listening() -> Iterator[int]:
    """A port whose process never takes what the kernel accepted for it, as a frozen one would not."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


async def test_a_process_that_does_nothing_is_not_gone(listening: int, closed: int) -> None:
    assert await accepts(member(listening, listening), 0.4)
    assert await accepts(member(listening, closed), 0.4)
    assert await accepts(member(closed, listening), 0.4)


async def test_patroni_is_left_alone_where_postgresql_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as postgres, socket.create_server(("127.0.0.1", 0)) as patroni:
        patroni.settimeout(0.2)
        assert await accepts(member(postgres.getsockname()[1], patroni.getsockname()[1]), 0.4)
        with pytest.raises(TimeoutError):
            patroni.accept()


async def test_two_ports_that_refuse_are_gone_at_once(closed: int) -> None:
    begun = time.monotonic()

    assert not await accepts(member(closed, closed), 60)
    assert time.monotonic() - begun < 30


async def test_a_host_that_is_silent_is_gone_after_the_time_out() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        port = server.getsockname()[1]
        # A full queue: the kernel drops what comes then, as the network of a lost host would.
        with socket.create_connection(("127.0.0.1", port)):
            assert not await accepts(member(port, port), 0.2)


async def test_an_answer_that_came_while_the_witness_was_starved_counts(listening: int) -> None:
    asked = asyncio.create_task(accepts(member(listening, listening), 0.05))
    await asyncio.sleep(0)
    time.sleep(0.2)

    assert await asked
