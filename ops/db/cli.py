"""`hft db …`: each command calls one function of a module beside this one."""

from pathlib import Path
from typing import Annotated

import typer

from ops.command import command
from ops.db import rto as rtos
from ops.settings_file import settings_of
from ops.workspace import project_root

ROOT = project_root(Path.cwd())

Stack = Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack: dev or prod.")]

app = typer.Typer(help="Look at the database of a stack, and work on it.", no_args_is_help=True)


@app.command()
def rto(stack: Stack) -> None:
    """Show how long each fault may stop writes, by the timers of the stack, and what drills measured."""
    with command() as screen:
        settings = settings_of(ROOT / f"Pulumi.{stack}.yaml")
        screen.table(rtos.HEADS, rtos.rows(settings, ROOT))
        for note in rtos.notes(settings, ROOT):
            screen.line(note)
