"""Waits for something that others do."""

import time
from collections.abc import Callable

from ops.errors import OpsError

_PAUSE_SECONDS = 1


def wait_until(holds: Callable[[], bool], seconds: float, problem: str) -> None:
    """Look once a second until it holds. Raises OpsError with the problem where it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise OpsError(problem)
        time.sleep(_PAUSE_SECONDS)
