"""`hft backup …`: each command calls one function of a module beside this one."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ops.backup import actions, listing
from ops.backup import restore as restores
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


@app.command()
def restore(
    stack: Stack,
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Name of the restored server.")],
    to: To = None,
    port: Annotated[int, typer.Option(help="Where it listens.", min=1024, max=65535)] = 17432,
) -> None:
    """Restore the newest state, or a time, into a server of its own; the stack's cluster is not touched."""
    with command() as screen, site(_workspace(stack)) as found:
        with screen.timed(f"restored as {name}"):
            made = restores.restore(found, name, restores_to := actions.utc(to) if to else None, port)
        screen.note(f"from backup {made.backup}, at {restores_to or 'the end of the archive'}; it archives nothing")
        screen.note(f"open it:   docker exec -it {made.container} psql -h /tmp -p {made.port} -U postgres hft")
        screen.note(f"remove it: hft backup forget {stack} {name}")


@app.command()
def forget(stack: Stack, name: Annotated[str, typer.Argument(metavar="NAME", help="What --as said.")]) -> None:
    """Remove a restored server and its data."""
    with command() as screen, site(_workspace(stack)) as found:
        restores.forget(found, name)
        screen.step(f"{name} and its data are removed")


def _workspace(stack: str) -> Workspace:
    return Workspace.prepared(stack, ROOT)
