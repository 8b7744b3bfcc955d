"""How a process that the engine starts behaves: quiet on SIGINT, and never left behind when the engine is gone."""

import os
import select
import signal
import threading

_POLL_SECONDS = 1
"""How late a parent's end is noticed where the kernel has no pidfd."""


def guard() -> None:
    """Make this process end at once on SIGINT and when its parent ends; call it first, before slow imports.

    The engine ends plugins with SIGINT; uncaught, Python prints a traceback into the user's diagnostics. A killed
    engine signals nobody, so the parent is watched.
    """
    interrupted, wakeup = os.pipe()
    os.set_blocking(wakeup, False)
    # A Python handler runs only when the main thread comes back from whatever C call it is in, a sleep that began just
    # after the signal included; what C writes to this pipe wakes the watching thread in any case.
    signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    threading.Thread(target=_watch, args=(os.getppid(), interrupted), daemon=True, name="end-watch").start()


def _watch(parent: int, interrupted: int) -> None:
    poll = select.poll()
    poll.register(interrupted, select.POLLIN)
    timeout = _watch_parent(poll, parent)
    while os.getppid() == parent:
        if any(fd == interrupted for fd, _ in poll.poll(timeout)) and signal.SIGINT in os.read(interrupted, 512):
            break
    os._exit(0)


def _watch_parent(poll: select.poll, parent: int) -> int | None:
    """Have the poll wake when the parent ends; returns after how many milliseconds to look at it oneself."""
    # Not PR_SET_PDEATHSIG: it fires when the *thread* that forked ends, and Go moves goroutines between threads.
    try:
        poll.register(os.pidfd_open(parent), select.POLLIN)
    except ProcessLookupError:
        os._exit(0)
    except OSError:  # Linux < 5.3, or forbidden by the sandbox
        return _POLL_SECONDS * 1000
    return None
