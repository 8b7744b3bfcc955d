"""`hft backup …`: each command calls one function of a module beside this one."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ops.backup import actions, listing
from ops.backup.containers import site
from ops.command import command
from ops.workspace import Workspace, project_root

ROOT = project_root(Path.cwd())

Stack = Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack: dev or prod.")]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Such as 2026-11-28T14:03:00, in UTC.")]

app = typer.Typer(help="Make, look at, prove and restore the backups of a stack.", no_args_is_help=True)


@app.command()
def now(
    stack: Stack,
    kind: Annotated[Literal["full", "diff"], typer.Option("--type", help="Everything, or what has changed.")] = "diff",
) -> None:
    """Make a backup at once, beside the primary."""
    with command() as screen, site(_workspace(stack)) as found, screen.timed(f"backup of type {kind}"):
        actions.now(found, kind)


@app.command("list")
def list_backups(stack: Stack) -> None:
    """Show the backups in the repository, and from when on each can be restored."""
    with command() as screen, site(_workspace(stack)) as found:
        if backups := listing.found(found):
            screen.table(listing.HEADS, listing.rows(backups))
        else:
            screen.line("the repository has no backup yet")


@app.command()
def verify(stack: Stack) -> None:
    """Read every file of the repository and compare its checksum; takes as long as reading it does."""
    with command() as screen, site(_workspace(stack)) as found, screen.timed("every file of the repository is good"):
        actions.verify(found)


@app.command()
def drill(stack: Stack, to: To = None) -> None:
    """Restore the newest state, or a time, into a copy; look it over; throw it away."""
    with command() as screen, site(_workspace(stack)) as found:
        result = actions.drill(found, actions.utc(to) if to else None)
        screen.step(f"restored {result['backup']}, replayed to {result['replayed_to']}", result["seconds"])
        for table, count in result["rows"].items():
            screen.note(f"{table}: {count} rows in the minutes before the backup, none missing")


def _workspace(stack: str) -> Workspace:
    return Workspace.prepared(stack, ROOT)
