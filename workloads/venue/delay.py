"""Run callbacks after microseconds: the event loop's own timers have a resolution of 1 ms, a timerfd has 1 ns."""

import asyncio
import ctypes
import os
import random
import time
from collections import deque
from collections.abc import Callable
from typing import Final

_NS: Final = 1_000_000_000
_CLOCK_MONOTONIC: Final = 1
_TFD_NONBLOCK_CLOEXEC: Final = 0o2004000
_TFD_TIMER_ABSTIME: Final = 1

# os.timerfd_create exists from Python 3.13 on; the library call serves 3.11 too.
_libc = ctypes.CDLL(None, use_errno=True)


class _Timerspec(ctypes.Structure):
    """`struct itimerspec`: interval (never used) and first expiry, each in seconds and nanoseconds."""

    _fields_ = [(name, ctypes.c_long) for name in ("interval_s", "interval_ns", "value_s", "value_ns")]


class DelayLine:
    """A first-in first-out line: each callback runs `base` plus a seeded jitter after it was put in, never earlier
    than one put in before it. A delay of nothing runs at once. Needs a running event loop; `close` when done."""

    def __init__(self, base_us: int, jitter_us: int, draw: random.Random) -> None:
        self.extra_us = 0
        self._base_us, self._jitter_us, self._draw = base_us, jitter_us, draw
        self._line: deque[tuple[int, Callable[[], None]]] = deque()
        self._last_ns = 0
        self._fd = _libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_NONBLOCK_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        asyncio.get_running_loop().add_reader(self._fd, self._expired)

    def put(self, callback: Callable[[], None]) -> None:
        """Run `callback` after the delay."""
        delay_us = self._base_us + self.extra_us + (self._draw.uniform(0, self._jitter_us) if self._jitter_us else 0)
        if not delay_us and not self._line:
            callback()
            return
        self._last_ns = max(self._last_ns, time.monotonic_ns() + int(delay_us * 1000))
        self._line.append((self._last_ns, callback))
        if len(self._line) == 1:
            self._arm(self._last_ns)

    def _arm(self, at_ns: int) -> None:
        spec = _Timerspec(0, 0, at_ns // _NS, at_ns % _NS)
        _libc.timerfd_settime(self._fd, _TFD_TIMER_ABSTIME, ctypes.byref(spec), None)

    def _expired(self) -> None:
        os.read(self._fd, 8)
        while self._line and self._line[0][0] <= time.monotonic_ns():
            self._line.popleft()[1]()
        if self._line:
            self._arm(self._line[0][0])

    def close(self) -> None:
        """Forget what still waits and give the timer back."""
        self._line.clear()
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)
