"""How a process that the engine starts behaves: quiet on SIGINT, and never left behind when the engine is gone."""

import os
import select
import signal
import threading
import time


def guard() -> None:
    """Make this process end at once on SIGINT and when its parent ends; call it first, before slow imports.

    The engine ends plugins with SIGINT; uncaught, Python prints a traceback into the user's diagnostics. A killed
    engine signals nobody, so the parent is watched.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True, name="parent-watch").start()


def _end_with(parent: int) -> None:
    # Not PR_SET_PDEATHSIG: it fires when the *thread* that forked ends, and Go moves goroutines between threads.
    try:
        watched = os.pidfd_open(parent)
    except ProcessLookupError:
        os._exit(0)
    except OSError:  # Linux < 5.3, or forbidden by the sandbox
        _poll_parent(parent)
    else:
        if os.getppid() == parent:
            poll = select.poll()
            poll.register(watched, select.POLLIN)
            poll.poll()
    os._exit(0)


def _poll_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
