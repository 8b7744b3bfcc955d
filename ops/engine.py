"""Runs one engine operation: events become progress, a failure becomes clear errors, each shown once."""

from collections.abc import Callable
from typing import Any

from pulumi import automation as auto

from ops.errors import OpsError
from ops.messages import command_failure
from ops.progress import Progress, Screen

_PARALLEL = 64
"""Resources at once. Most of a start is waiting for health; the engine's default of 4 x CPUs keeps the database waiting
behind exporters. What must not run at once says so by `depends_on`."""
_LAST_EVENTS_SECONDS = 5
"""The engine's last events may come after its exit; longer than that, they were lost with it."""


def operate(operation: Callable[..., Any], screen: Screen, **options: Any) -> Progress:
    """Run `operation` (a method of auto.Stack) and follow it.

    Raises:
        OpsError: it failed; the problems are what the engine and the policies said.
    """
    progress = Progress(screen)
    try:
        operation(on_event=progress, color="never", suppress_outputs=True, parallel=_PARALLEL, **options)
    except auto.ConcurrentUpdateError as error:
        raise OpsError(command_failure(str(error))) from error
    except auto.CommandError as error:
        progress.ended.wait(_LAST_EVENTS_SECONDS if progress.began.is_set() else 0)
        raise OpsError(*(progress.problems or [command_failure(str(error))])) from error
    progress.ended.wait(_LAST_EVENTS_SECONDS)
    return progress
