"""`hft images`: build, list and copy the container images."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import typer
from rich.console import Console

from ops.images import ImageError, build_all, copy_images, read
from ops.images.build import Step
from ops.images.catalog import ROOT

app = typer.Typer(help="Build, list and copy the container images.", no_args_is_help=True)
_console = Console(highlight=False)


@app.command()
def build(
    edition: Annotated[Literal["apache", "community"], typer.Option(help="Edition of TimescaleDB.")] = "apache",
    fresh: Annotated[bool, typer.Option("--fresh", help="Build everything again, with today's packages.")] = False,
) -> None:
    """Build what has changed and write images/lock.json."""
    with _errors():
        build_all(_tell, edition=edition, fresh=fresh)


@app.command("list")
def show() -> None:
    """Show what images/lock.json names."""
    with _errors():
        for name, entry in read(ROOT / "images" / "lock.json").items():
            _console.print(f"{name:<14}{entry.id[7:19]}  {len(entry.packages):>4} packages  {entry.digest or 'local'}")


@app.command()
def copy(endpoint: Annotated[str, typer.Argument(help="tcp://…, unix://… or ssh://… of the other Docker.")]) -> None:
    """Load the locked images into the Docker of another host."""
    with _errors():
        copy_images(endpoint, _tell)


def _tell(step: Step) -> None:
    image = step.entry.id[7:19] if step.entry else "no registry answers"
    _console.print(f"{step.name:<14}{step.outcome:<9}{step.seconds:>7.1f} s  {image}")


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except ImageError as error:
        Console(stderr=True, highlight=False).print(f"[red]error:[/] {error}", markup=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
