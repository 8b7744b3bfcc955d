"""`hft dashboards …`: each command calls one function of a module beside this one."""

import time
from pathlib import Path
from typing import Annotated

import typer

from ops.command import command
from ops.errors import OpsError
from ops.workspace import Workspace, project_root

ROOT = project_root(Path.cwd())

Stack = Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack: dev or prod.")]
GrafanaUrl = Annotated[
    str | None,
    typer.Option("--grafana", metavar="URL", help="Ask this Grafana; else the stack's own where it answers."),
]
Direct = Annotated[bool, typer.Option("--direct", help="Ask Prometheus and the database, and no Grafana.")]
TokenFile = Annotated[
    Path | None,
    typer.Option("--token-file", help="File with the token of a service account, or user:password; else hft up's own."),
]

app = typer.Typer(help="Look whether dashboards show something, without a Grafana too.", no_args_is_help=True)


@app.command()
def check(stack: Stack, *, grafana: GrafanaUrl = None, token_file: TokenFile = None, direct: Direct = False) -> None:
    """Run every query of every panel against the running stack; an empty or refused one is an error."""
    # Only here: these bring the dashboards of all components, which no other command needs.
    from ops.dashboards import check as checks  # noqa: PLC0415
    from ops.dashboards import looks  # noqa: PLC0415

    with command() as screen:
        workspace = Workspace.prepared(stack, ROOT)
        with looks.source(workspace, grafana, token_file, screen, direct=direct) as source:
            pages = looks.pages(stack, source, time.time())
        for line in checks.summary(pages):
            screen.line(line)
        if problems := [problem for page in pages for problem in page.problems]:
            raise OpsError(*problems)


@app.command()
def render(
    stack: Stack,
    *,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Else build/dashboards/STACK.")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="NAME", help="Such as desk; else all.")] = None,
    minutes: Annotated[int | None, typer.Option(min=1, help="Time range; else each dashboard's own.")] = None,
    grafana: GrafanaUrl = None,
    token_file: TokenFile = None,
    direct: Direct = False,
) -> None:
    """Draw each dashboard as a PNG from what its queries are answered now."""
    # Only here: these bring the dashboards of all components, which no other command needs.
    from ops.dashboards import looks  # noqa: PLC0415
    from ops.dashboards.drawing import draw  # noqa: PLC0415

    with command() as screen:
        workspace = Workspace.prepared(stack, ROOT)
        folder = out or ROOT / "build" / "dashboards" / stack
        with looks.source(workspace, grafana, token_file, screen, direct=direct) as source:
            found = looks.pages(stack, source, time.time(), only or (), minutes and 60 * minutes)
        for page in found:
            path = folder / f"{page.dashboard.uid.removeprefix(f'hft-{stack}-')}.png"
            draw(page, path)
            screen.line(str(path))
