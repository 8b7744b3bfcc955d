"""The delay line: microseconds, first in, first out."""

import asyncio
import random
import time

from workloads.venue.delay import DelayLine


async def delays_us(line: DelayLine, count: int) -> list[float]:
    done: asyncio.Queue[float] = asyncio.Queue()
    found = []
    for _ in range(count):
        started = time.perf_counter()
        line.put(lambda: done.put_nowait(time.perf_counter()))
        found.append((await done.get() - started) * 1e6)
    return found


async def test_a_delay_below_a_millisecond_is_kept() -> None:
    line = DelayLine(300, 0, random.Random(1))

    found = sorted(await delays_us(line, 21))

    assert found[0] >= 300
    assert found[5] < 1000
    line.close()


async def test_jitter_keeps_the_order() -> None:
    line = DelayLine(0, 2000, random.Random(1))
    seen: list[int] = []
    done = asyncio.Event()

    for number in range(50):
        line.put(lambda number=number: seen.append(number))  # type: ignore[misc]
    line.put(done.set)
    await asyncio.wait_for(done.wait(), 5)

    assert seen == list(range(50))
    line.close()


async def test_no_delay_runs_at_once_and_a_fault_adds_to_it() -> None:
    line = DelayLine(0, 0, random.Random(1))
    seen: list[str] = []

    line.put(lambda: seen.append("now"))
    assert seen == ["now"]

    line.extra_us = 500
    line.put(lambda: seen.append("later"))
    assert seen == ["now"]
    await asyncio.sleep(0.05)
    assert seen == ["now", "later"]
    line.close()
