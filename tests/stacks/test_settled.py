"""Waiting for a program's outputs: for all of them, those of later too, and not on after a failure."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pulumi
import pytest
from pulumi.runtime.settings import SETTINGS

from stacks.settled import settled


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Nothing is left of other tests, and nothing is left to them."""
    SETTINGS.outputs.clear()
    yield
    SETTINGS.outputs.clear()


async def test_it_waits_for_the_last_output() -> None:
    first, last = later(), later()
    waiting = asyncio.create_task(settled())

    first.set_result("a")
    assert not await _ends(waiting)
    last.set_result("b")
    assert await _ends(waiting)


async def test_what_an_output_leads_to_is_waited_for_too() -> None:
    inner = later()
    outer = asyncio.get_running_loop().create_future()
    pulumi.Output.from_input(outer).apply(lambda _: pulumi.Output.from_input(inner))
    waiting = asyncio.create_task(settled())

    outer.set_result("a")
    assert not await _ends(waiting)
    inner.set_result("b")
    assert await _ends(waiting)


async def test_a_failure_ends_the_wait_whatever_is_left_and_is_kept_for_who_tells_of_it() -> None:
    failing, left = later(), later()
    waiting = asyncio.create_task(settled())

    failing.set_exception(ValueError("refused"))
    assert await _ends(waiting)
    assert waiting.exception() is None
    assert not left.done()
    assert {str(each.exception()) for each in SETTINGS.outputs if each.done()} == {"refused"}


async def test_a_failed_request_ends_the_wait_too() -> None:
    left = later()

    async def refused() -> None:
        raise ValueError("refused")

    calling = asyncio.ensure_future(SETTINGS.rpc_manager.do_rpc("register", refused)())
    await asyncio.sleep(0)
    try:
        assert await _ends(asyncio.create_task(settled()))
        assert not left.done()
    finally:
        with suppress(ValueError):
            await calling
        SETTINGS.rpc_manager.clear()


async def test_without_outputs_there_is_nothing_to_wait_for() -> None:
    assert await _ends(asyncio.create_task(settled()))


def later() -> "asyncio.Future[str]":
    """A value that an output waits for."""
    value: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    pulumi.Output.from_input(value)
    return value


async def _ends(waiting: "asyncio.Task[None]") -> bool:
    """Whether it does, once all that can go on has gone on."""
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    return bool(done)
