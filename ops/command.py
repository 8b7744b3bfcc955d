"""One command of `hft`: what stops it is shown a line a problem, and its exit code is 1."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from ops.errors import OpsError
from ops.screen import Screen


@contextmanager
def command(failed: int = 1) -> Iterator[Screen]:
    """A screen for the command; an OpsError inside ends it with exit code `failed`."""
    screen = Screen()
    try:
        yield screen
    except OpsError as error:
        for problem in error.problems:
            screen.error(problem)
        raise typer.Exit(failed) from None
