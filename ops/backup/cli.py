"""`hft backup …`: each command calls one function of a module beside this one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from ops.backup import actions, listing
from ops.backup import in_place as in_places
from ops.backup import restore as restores
from ops.backup.cluster import Cluster
from ops.backup.containers import site
from ops.command import command
from ops.db.held import hosts
from ops.db.layout import layout
from ops.errors import OpsError
from ops.screen import Screen
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
def restore(  # noqa: PLR0917 - one for each option
    stack: Stack,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Name of the restored server.")] = None,
    to: To = None,
    port: Annotated[int, typer.Option(help="Where it listens.", min=1024, max=65535)] = 17432,
    in_place: Annotated[bool, typer.Option("--in-place", help="The stack's own cluster goes back instead.")] = False,
    yes: Annotated[
        str | None, typer.Option("--yes", metavar="STACK", help="Do not ask whether its cluster may go back.")
    ] = None,
) -> None:
    """Restore the newest state, or a time, into a server of its own, or in place of the stack's cluster."""
    with command() as screen:
        time = actions.utc(to) if to else None
        if in_place == bool(name):
            raise OpsError("--as NAME makes a server beside the cluster, --in-place takes the cluster back: give one")
        if name:
            _restore_beside(screen, stack, name, time, port)
        else:
            _restore_in_place(screen, stack, time, yes)


@app.command()
def forget(
    stack: Stack, name: Annotated[str, typer.Argument(metavar="NAME", help="What --as or --in-place said.")]
) -> None:
    """Remove a restored server and its data, or what a restore in place has kept."""
    with command() as screen:
        if in_places.KEPT.fullmatch(name):
            with _cluster(stack) as cluster:
                in_places.forget(cluster, name)
        else:
            with site(_workspace(stack)) as found:
                restores.forget(found, name)
        screen.step(f"{name} and its data are removed")


def _restore_beside(screen: Screen, stack: str, name: str, to: datetime | None, port: int) -> None:
    with site(_workspace(stack)) as found:
        with screen.timed(f"restored as {name}"):
            made = restores.restore(found, name, to, port)
        screen.note(f"from backup {made.backup}, at {to or 'the end of the archive'}; it archives nothing")
        screen.note(f"open it:   docker exec -it {made.container} psql -h /tmp -p {made.port} -U postgres hft")
        screen.note(f"remove it: hft backup forget {stack} {name}")


def _restore_in_place(screen: Screen, stack: str, to: datetime | None, yes: str | None) -> None:
    with _cluster(stack) as cluster:
        chosen = in_places.plan(cluster, to, datetime.now(UTC))
        for line in in_places.warning(cluster, chosen):
            screen.line(line)
        if not chosen.begun:
            _confirm(stack, yes)
        in_places.carry_out(cluster, chosen, screen)
        screen.note(f"remove what was before: hft backup forget {stack} {chosen.kept}")


def _confirm(stack: str, yes: str | None) -> None:
    if yes is None and not sys.stdin.isatty():
        raise OpsError(f"the cluster of stack {stack!r} would lose rows: confirm with --yes {stack}")
    told = typer.prompt("Type the stack's name to go on") if yes is None else yes
    if told != stack:
        raise OpsError(f"{told!r} is not {stack!r}: nothing was changed")


@contextmanager
def _cluster(stack: str) -> Iterator[Cluster]:
    found = layout(_workspace(stack).deployed(), stack)
    with hosts(found) as docker:
        yield Cluster(stack, found, docker)


def _workspace(stack: str) -> Workspace:
    return Workspace.prepared(stack, ROOT)
