"""`hft images`: build, list and copy the container images."""

from functools import partial
from typing import Annotated, Literal

import typer

from ops.command import command
from ops.images import build_all, copy_images, read
from ops.images.build import Step
from ops.images.catalog import ROOT
from ops.screen import Screen

app = typer.Typer(help="Build, list and copy the container images.", no_args_is_help=True)


@app.command()
def build(
    edition: Annotated[Literal["apache", "community"], typer.Option(help="Edition of TimescaleDB.")] = "apache",
    fresh: Annotated[bool, typer.Option("--fresh", help="Build everything again, with today's packages.")] = False,
) -> None:
    """Build what has changed and write images/lock.json."""
    with command() as screen:
        build_all(partial(_tell, screen), edition=edition, fresh=fresh, root=ROOT)


@app.command("list")
def show() -> None:
    """Show what images/lock.json names."""
    with command() as screen:
        entries = read(ROOT / "images" / "lock.json")
        if not entries:
            screen.line("images/lock.json names no image: run `hft images build`")
        for name, entry in entries.items():
            screen.line(f"{name:<14}{entry.id[7:19]}  {len(entry.packages):>4} packages  {entry.digest or 'local'}")


@app.command()
def copy(endpoint: Annotated[str, typer.Argument(help="tcp://…, unix://… or ssh://… of the other Docker.")]) -> None:
    """Load the locked images into the Docker of another host."""
    with command() as screen:
        copy_images(endpoint, partial(_tell, screen), root=ROOT)


def _tell(screen: Screen, step: Step) -> None:
    image = step.entry.id[7:19] if step.entry else "no registry answers"
    screen.line(f"{step.name:<14}{step.outcome:<9}{step.seconds:>7.1f} s  {image}")
