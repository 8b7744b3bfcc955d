"""`hft`: the life of a stack from the command line. Each command calls one function of a module beside this one."""

import json
import sys
import warnings
from pathlib import Path
from typing import Annotated, Literal

import typer

import toolchain
from ops import certs as certificates
from ops import docs as pages
from ops import down as downs
from ops import gate as gates
from ops import gate_report, images_cli, parts, rotate, secret_list, settings_diff, settings_file
from ops import status as statuses
from ops import up as ups
from ops.backup import cli as backup_cli
from ops.command import command
from ops.dashboards import cli as dashboards_cli
from ops.db import cli as db_cli
from ops.doctor import run as doctors
from ops.errors import OpsError
from ops.hosts import cli as hosts_cli
from ops.screen import Screen
from ops.timeline import run as timelines
from ops.workspace import Workspace, project_root

ROOT = project_root(Path.cwd())

MonitoringStage = Literal["paging", "cost", "scale"]
"""Those of ops/bench/monitoring/run.py (tested), which brings tools that no other command needs."""
Stack = Annotated[str, typer.Argument(metavar="STACK", help="Name of the stack: dev or prod.")]

app = typer.Typer(help="Bring a trading stack up, look at it, take it down.", no_args_is_help=True)
secrets = typer.Typer(help="List and rotate the secrets of a stack; shows no value.", no_args_is_help=True)
certs = typer.Typer(help="Look at the certificates of a stack, and renew them.", no_args_is_help=True)
settings = typer.Typer(help="Look at the settings of the stacks.", no_args_is_help=True)
app.add_typer(secrets, name="secrets")
app.add_typer(certs, name="certs")
app.add_typer(settings, name="settings")
app.add_typer(images_cli.app, name="images")
app.add_typer(db_cli.app, name="db")
app.add_typer(backup_cli.app, name="backup")
app.add_typer(hosts_cli.app, name="hosts")
app.add_typer(dashboards_cli.app, name="dashboards")


@app.command()
def up(stack: Stack) -> None:
    """Bring the stack up; run it again to mend what was changed by hand or cut off."""
    with command() as screen:
        workspace = _prepared(stack, screen)
        ups.up(workspace, settings_file.read(workspace), screen)


@app.command()
def preview(stack: Stack) -> None:
    """Show what `up` would do, policies included; changes nothing."""
    with command() as screen:
        workspace = _prepared(stack, screen)
        ups.preview(workspace, settings_file.read(workspace), screen)


@app.command()
def gate(
    preview_file: Annotated[
        Path,
        typer.Argument(
            metavar="PREVIEW", help="What pulumi preview --json --show-sames --show-replacement-steps printed."
        ),
    ],
    approval: Annotated[Path | None, typer.Option(help="Approves exactly these changes at this commit.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a comment on a pull request.")] = False,
) -> None:
    """Refuse a preview that takes data or both slots of an engine from production, unless that is approved."""
    with command() as screen:
        verdict = gates.gate(preview_file, approval, ROOT)
        if markdown:
            print(gate_report.markdown(verdict), end="")
        else:
            gate_report.show(verdict, screen)
        if verdict.errors:
            raise OpsError(*verdict.errors)


@app.command()
def down(
    stack: Stack,
    volumes: Annotated[bool, typer.Option("--volumes", help="Delete the data volumes and the secrets too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before data is deleted.")] = False,
) -> None:
    """Remove what `up` made; data volumes and the secrets that open them stay, unless --volumes is given."""
    with command() as screen:
        if volumes and not yes:
            _confirm(stack)
        downs.down(_prepared(stack, screen), screen, volumes=volumes)


@app.command()
def status(
    stack: Stack,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of {part, endpoint, healthy}.")] = False,
) -> None:
    """Show each part, where it is, whether it is healthy, and how to open it."""
    with command() as screen:
        found = statuses.status(Workspace.prepared(stack, ROOT))
        if as_json:
            print(json.dumps([each.as_json() for each in found], indent=2))
        elif found:
            screen.table(ups.HEADS, parts.rows(found))
        else:
            screen.line(f"stack {stack} is not up")


@app.command()
def doctor(
    stack: Stack,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list of {cause, likelihood, subject, …}.")] = False,
    bundle: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write states, logs and settings too, as tar.gz; no secrets.")
    ] = None,
) -> None:
    """Look at all parts and name the likely causes of what is wrong; exit code 0: healthy, 1: causes, 2: no look."""
    with command(failed=2) as screen:
        healthy = doctors.doctor(Workspace.prepared(stack, ROOT), screen, as_json=as_json, bundle_file=bundle)
    if not healthy:
        raise typer.Exit(1)


@app.command()
def timeline(
    stack: Stack,
    since: Annotated[str, typer.Option(metavar="TIME", help="Such as 15m, 2h or 1d ago, or an RFC 3339 time.")] = "2h",
) -> None:
    """Show alerts, deployments, failovers, containers' starts and ends, audit rows and logged errors by their times."""
    with command() as screen:
        timelines.timeline(Workspace.prepared(stack, ROOT), since, screen)


@app.command()
def bench() -> None:
    """Measure what the stack costs against doing the same by hand; takes minutes, and wants `dev` down."""
    # Only here: it brings tools that no other command needs.
    from ops.bench import bench as measure  # noqa: PLC0415

    with command() as screen:
        measure(screen)


@app.command("bench-monitoring")
def bench_monitoring(
    stage: Annotated[
        MonitoringStage | None, typer.Argument(help="What to measure; without it, one after the other.")
    ] = None,
) -> None:
    """Measure how soon a page comes, what being watched costs, and what many hosts take; wants `dev` down.

    Half an hour for the first and a quarter for the others; each is written to docs/benchmarks.md when it is done.
    """
    # Only here: it brings tools that no other command needs.
    from ops.bench.monitoring import bench_monitoring as measure  # noqa: PLC0415

    with command() as screen:
        measure([stage] if stage else [], screen)


@app.command("bench-db")
def bench_db(
    ticks: Annotated[int, typer.Option(min=10_000, help="Rows in the table of ticks.")] = 20_000_000,
    rounds: Annotated[int, typer.Option(min=1, help="How often each thing is measured.")] = 5,
    seconds: Annotated[int, typer.Option(min=1, help="Of one measurement.")] = 10,
) -> None:
    """Measure what the database answers, takes and withstands, in a stack of its own; takes some minutes."""
    # Only here: it brings tools that no other command needs.
    from ops.bench.db import Sizes  # noqa: PLC0415
    from ops.bench.db import bench_db as measure  # noqa: PLC0415

    with command() as screen:
        measure(Sizes(ticks=ticks, rounds=rounds, seconds=seconds), screen)


@secrets.command("list")
def list_secrets(stack: Stack) -> None:
    """Show name, age and consumers of each secret."""
    with command() as screen:
        found = secret_list.secret_uses(Workspace.prepared(stack, ROOT))
        screen.table(("secret", "age", "mounted by"), secret_list.rows(found))


@secrets.command("rotate")
def rotate_secret(
    stack: Stack,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Password of a database role, such as db-writer.")],
) -> None:
    """Give a database role a new password, and everything that logs in with it, by an `up`; no session is cut."""
    with command() as screen:
        workspace = _prepared(stack, screen)
        urn = rotate.to_rotate(workspace.deployed(), name)
        rotate.release(workspace, workspace.select(), urn)
        ups.up(workspace, settings_file.read(workspace), screen, replace=[urn])


@certs.command("list")
def list_certificates(stack: Stack) -> None:
    """Show each certificate, how long it is valid, and from when on `up` renews it."""
    with command() as screen:
        if found := certificates.certificates(Workspace.prepared(stack, ROOT)):
            screen.table(certificates.HEADS, certificates.rows(found))
        else:
            screen.line(f"stack {stack} has no certificates")


@certs.command("renew")
def renew_certificates(
    stack: Stack,
    parts: Annotated[
        list[str] | None, typer.Argument(metavar="[PART]...", help="Whose certificates, such as tsdb-0; else all.")
    ] = None,
) -> None:
    """Make certificates anew now, by an `up`; their servers take them without a restart."""
    with command() as screen:
        workspace = _prepared(stack, screen)
        urns = certificates.to_renew(certificates.certificates(workspace), parts or [])
        ups.up(workspace, settings_file.read(workspace), screen, replace=urns)


@settings.command("diff")
def diff_settings() -> None:
    """Show the settings that differ between dev and prod, defaults filled in."""
    with command() as screen:
        if found := settings_diff.rows(ROOT):
            screen.table(settings_diff.HEADS, found)
        else:
            screen.line("dev and prod do not differ")


@app.command()
def docs() -> None:
    """Write the generated pages: the settings, what differs between dev and prod, the policies, the picture."""
    with command() as screen:
        pages.write(ROOT, screen)


def _prepared(stack: str, screen: Screen) -> Workspace:
    workspace = Workspace.prepared(stack, ROOT)
    if used := toolchain.stand_ins():
        screen.line(f"plugins of this project in use, in place of the official ones: {', '.join(used)}")
    return workspace


def _confirm(stack: str) -> None:
    if not sys.stdin.isatty():
        raise OpsError(f"--volumes deletes all data of stack {stack!r}: confirm with --yes")
    if typer.prompt(f"This deletes all data of stack {stack}. Type its name to go on") != stack:
        raise OpsError("that was not the stack's name: nothing was deleted")


def main() -> None:
    """The entry point."""
    # An engine that is killed breaks off its stream of events, which is told better elsewhere.
    warnings.filterwarnings("ignore", module="pulumi.automation")
    app()
