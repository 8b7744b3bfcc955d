"""`hft hosts …`: what a plan cannot show of the hosts."""

from pathlib import Path
from typing import Annotated

import typer

from ops import settings_file
from ops.command import command
from ops.errors import OpsError
from ops.hosts import asks, checks, report
from ops.hosts.checks import RegimeName
from ops.wanted import LOCK
from ops.workspace import Workspace, project_root

ROOT = project_root(Path.cwd())

Stack = Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack: dev or prod.")]

app = typer.Typer(help="Look at the hosts of a stack.", no_args_is_help=True)


@app.command()
def check(
    stack: Stack,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of {host, check, rule, state, …}.")] = False,
    regime: Annotated[RegimeName, typer.Option(help="Whose bound of the clock's error holds.")] = "none",
) -> None:
    """Show what costs latency or safety on each host, why, and how to set it; changes nothing."""
    with command() as screen:
        workspace = Workspace(stack, ROOT)
        settings = settings_file.settings_of(workspace.settings_file)
        image = settings_file.read(workspace).images.get(asks.IMAGE)
        if image is None:
            raise OpsError(f"{LOCK} has no image {asks.IMAGE!r}: run hft images build")
        answers = asks.ask_all(settings.hosts, settings.engine_cpus(), image, stack)
        limit = checks.LIMITS[regime]
        results = [
            each for subject in checks.subjects(settings, answers.facts) for each in checks.judge(subject, limit)
        ]
        if as_json:
            print(report.as_json(results))
        else:
            report.show(results, screen)
        if errors := (*answers.errors, *report.failures(results)):
            raise OpsError(*errors)


@app.callback()
def _group() -> None:
    """Keep `check` a command of its own, though it is the only one."""
