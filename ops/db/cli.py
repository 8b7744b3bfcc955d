"""`hft db …`: each command calls one function of a module beside this one."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ops.caused import by_restarting
from ops.command import command
from ops.db import advise as advisers
from ops.db import held
from ops.db import restart as restarts
from ops.db import rto as rtos
from ops.db import switchover as moves
from ops.db.ask import Patronis
from ops.db.layout import Layout, layout
from ops.errors import OpsError
from ops.settings_file import settings_of
from ops.silences import silenced
from ops.state import State
from ops.workspace import Workspace, project_root

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


@app.command()
def switchover(
    stack: Stack,
    to: Annotated[
        str | None, typer.Option("--to", metavar="MEMBER", help="Node that leads next; else the one least behind.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let a synchronous standby lead; clients of the poolers see one short pause and no error."""
    with command() as screen:
        state, found = _deployed(stack)
        with held.hosts(found) as docker:
            chosen = moves.plan(Patronis(found, docker).cluster(), to)
            screen.line(f"{chosen.candidate} takes over from {chosen.leader}")
            if not yes:
                _confirm()
            with silenced(state, stack, by_restarting([chosen.leader]), "hft db switchover", screen):
                outcome = moves.carry_out(found, docker, chosen, screen)
        for each in outcome.problems:
            screen.warning(each)


@app.command()
def restart(
    stack: Stack,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Restart the nodes on which changed parameters wait for it, in PostgreSQL's order; clients see one short pause."""
    with command() as screen:
        state, found = _deployed(stack)
        with held.hosts(found) as docker:
            waiting = Patronis(found, docker).pending()
            for name, changes in waiting.items():
                told = ", ".join(f"{parameter} {old} → {new}" for parameter, (old, new) in changes.items())
                screen.line(f"{name}: {told}")
            if not waiting:
                screen.line("no parameter waits for a restart")
                return
            if not yes:
                _confirm()
            with silenced(state, stack, by_restarting(waiting), "hft db restart", screen):
                problems = restarts.restart(found, docker, screen)
        for each in problems:
            screen.warning(each)


@app.command()
def advise(stack: Stack) -> None:
    """Show which index or setting would help the queries that the database is asked, with the evidence."""
    with command() as screen:
        _, found = _deployed(stack)
        with held.hosts(found) as docker:
            facts, advice = advisers.advise(found, docker)
        for each in advice:
            screen.line(each.what)
            screen.note(f"why: {each.evidence}")
            screen.note(f"how: {each.change}")
        counted = f"{len(facts.statements)} statements on {len(found.nodes)} nodes in {facts.seconds / 3600:.1f} h"
        screen.line(f"{len(advice) or 'no'} advice, from what was counted: {counted}")


def _deployed(stack: str) -> tuple[State, Layout]:
    state = Workspace.prepared(stack, ROOT).deployed()
    return state, layout(state, stack)


def _confirm() -> None:
    if not sys.stdin.isatty():
        raise OpsError("it holds all clients back for a moment: confirm with --yes")
    if not typer.confirm("Go on?"):
        raise OpsError("nothing was changed")
