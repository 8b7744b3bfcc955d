"""A stack's life through the real engine and the real Docker: up, again, by hand, killed, down.

The project is a small one of its own; that the whole `dev` stack lives so is tested with the stacks.
"""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from docker import DockerClient
from docker.errors import NotFound
from rich.console import Console
from typer.testing import CliRunner

import toolchain
from ops import cli
from ops.errors import OpsError
from ops.screen import Screen
from ops.workspace import Workspace
from tests.ops import project
from tests.ops.conftest import STACK
from tests.ops.drive import drive

pytestmark = pytest.mark.engine

CHECKOUT = Path(__file__).parents[2]
TABLE = [
    "part    endpoint     health   open it with",
    "first   127.0.0.1:1  healthy  sh",
    "second  127.0.0.1:1  healthy  sh",
]


@pytest.fixture
def root(tmp_path: Path, clean_host: DockerClient, image: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a file backend of its own."""
    try:
        environment = toolchain.environment()
    except toolchain.ToolchainError as error:
        pytest.skip(str(error))
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = project.write(tmp_path / "project", image)
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{found}/state")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "one")
    return found


def run(root: Path, command: str) -> list[str]:
    """The lines that the command prints, times and padding cut off."""
    out = io.StringIO()
    console = Console(file=out, highlight=False, soft_wrap=True)
    drive(root, command, Screen(out=console, err=console))
    return [re.sub(r" +\d+\.\d s$", "", line) for line in out.getvalue().splitlines()]


def problems(root: Path, command: str) -> tuple[str, ...]:
    with pytest.raises(OpsError) as refused:
        run(root, command)
    return refused.value.problems


def ours(client: DockerClient) -> list[str]:
    """Names of what the stack has on the host."""
    chosen = {"label": f"hft.stack={STACK}"}
    found = [
        *(str(each.name) for each in client.containers.list(all=True, filters=chosen)),
        *(str(each.name) for each in client.networks.list(filters=chosen)),
        *(str(each.name) for each in client.volumes.list(filters=chosen)),
    ]
    return sorted(found)


def mark(client: DockerClient) -> str:
    """What the first container wrote to the data volume when the volume was new."""
    found = client.containers.get(f"hft-{STACK}-first").exec_run(["cat", "/data/mark"])
    return str(found.output.decode())


def hft(*arguments: str) -> str:
    """What the command line prints, which must be all that it has to say."""
    found = CliRunner().invoke(cli.app, list(arguments))
    assert (found.exit_code, found.stderr) == (0, "")
    return found.stdout


def test_a_stack_lives(root: Path, clean_host: DockerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = run(root, "preview")
    assert ours(clean_host) == []
    assert planned[-1] == "5 changes"
    assert "✓ would create container first" in planned

    lines = run(root, "up")
    assert {line for line in lines if "created" in line} == {
        "✓ created container first",
        "✓ created container second",
        "✓ created network plane",
        "✓ created random password secrets-db-owner",
        "✓ created volume data",
    }
    assert lines[-3:] == TABLE
    written = mark(clean_host)
    pgpass = root / ".hft" / f"pgpass-{STACK}"
    assert pgpass.stat().st_mode & 0o777 == 0o600
    assert pgpass.read_text().startswith("127.0.0.1:1:hft:hft_owner:")

    told = pgpass.read_text()
    pgpass.unlink()
    assert run(root, "up")[-4:] == ["no changes", *TABLE]
    assert pgpass.read_text() == told
    monkeypatch.setattr(cli, "ROOT", root)
    assert hft("status", STACK).splitlines() == TABLE
    assert json.loads(hft("status", STACK, "--json")) == [
        {"part": "first", "endpoint": "127.0.0.1:1", "healthy": True},
        {"part": "second", "endpoint": "127.0.0.1:1", "healthy": True},
    ]

    clean_host.containers.get(f"hft-{STACK}-first").remove(force=True, v=True)
    clean_host.containers.get(f"hft-{STACK}-second").stop(timeout=0)
    assert [part["healthy"] for part in json.loads(hft("status", STACK, "--json"))] == [False, False]
    mended = run(root, "up")
    assert "  container first is gone or stopped" in mended
    assert "✓ created container first" in mended
    assert "✓ updated container second" in mended
    assert mended[-3:] == TABLE

    assert run(root, "down")[-2:] == ["3 removed", "kept for the next up: 2 volumes, secrets and database objects"]
    assert ours(clean_host) == [f"hft-{STACK}-data"]
    assert run(root, "down")[0] == "no changes"

    again = run(root, "up")
    assert [line for line in again if "created" in line] != []
    assert mark(clean_host) == written

    assert run(root, "purge")[-1] == "everything is removed, data included"
    assert ours(clean_host) == []
    assert (root / f"Pulumi.{STACK}.yaml").exists()
    assert run(root, "down") == [f"stack {STACK} is not up"]


@pytest.mark.parametrize("victim", ["engine", "command"])
def test_a_killed_up_is_picked_up_by_the_next(root: Path, clean_host: DockerClient, image: str, victim: str) -> None:
    # Long enough to be killed within, on a machine that is busy.
    project.write(root, image, seconds=8)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ops.drive", str(root), "up"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as command:
        try:
            second = running(clean_host, f"hft-{STACK}-second")
            written = mark(clean_host)
            os.kill(engine_of(command.pid) if victim == "engine" else command.pid, signal.SIGKILL)
            told = command.communicate()[0]
        finally:
            command.kill()
    if victim == "engine":
        assert "error: the engine was ended by signal 9: run the command again, it goes on from there" in told
        # As where the kill came while the engine wrote this file.
        (attributes,) = root.rglob(f"stacks/*/{STACK}.json.attrs")
        attributes.write_text("")
    lines = run(root, "up")
    assert lines[-3:] == TABLE
    assert mark(clean_host) == written
    assert running(clean_host, f"hft-{STACK}-second") == second
    assert run(root, "up")[-4] == "no changes"
    if victim == "engine":
        assert "  an earlier run was cut off while creating container second" in lines
        assert [line for line in lines if "created container" in line] == []


def running(client: DockerClient, name: str) -> str:
    """The id of a container, once it runs."""
    end = time.monotonic() + 180
    while time.monotonic() < end:
        with suppress(NotFound):
            found = client.containers.get(name)
            if found.status == "running":
                return str(found.id)
        time.sleep(0.2)
    raise TimeoutError(name)


def engine_of(pid: int) -> int:
    """The engine that a process started."""
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for found in child.read_text().split():
            if Path(f"/proc/{found}/comm").read_text().strip() == "pulumi":
                return int(found)
    raise LookupError(pid)


BAD = """
docker.Container("bad", name="hft-{stack}-bad", image="x", command=["bad"],
    opts=pulumi.ResourceOptions(provider=host))
"""


def test_a_policy_blocks_with_the_rules_message(root: Path, clean_host: DockerClient, image: str) -> None:
    project.write(root, image, also=BAD.format(stack=STACK))
    expected = ("policy nothing-bad (mandatory)\n  Nothing is bad.\n  - container bad: 'bad' is bad",)
    assert problems(root, "preview") == expected
    assert ours(clean_host) == []


def test_a_wrong_passphrase_is_one_error(root: Path, clean_host: DockerClient, monkeypatch: pytest.MonkeyPatch) -> None:
    run(root, "preview")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "two")
    assert problems(root, "up") == (
        "the passphrase does not open this stack: PULUMI_CONFIG_PASSPHRASE or the file named by "
        "PULUMI_CONFIG_PASSPHRASE_FILE (default .hft/passphrase) is not the one that the stack was created with; "
        "put that one back",
    )
    assert ours(clean_host) == []


def test_a_failing_program_is_one_error(root: Path, clean_host: DockerClient, image: str) -> None:
    project.write(root, image)
    (root / "__main__.py").write_text("raise LookupError(\"image 'etcd' is not in images/lock.json\")\n")
    assert problems(root, "up") == ("image 'etcd' is not in images/lock.json",)
    assert ours(clean_host) == []


JOB = f"""
job = docker.Container(
    "job", name="hft-{STACK}-job", image=first.container.image, labels=labelled(docker.ContainerLabelArgs),
    entrypoints=["sh", "-c"], command=["test -e /data/go"], attach=True, must_run=False, restart="no",
    volumes=[docker.ContainerVolumeArgs(container_path="/data", volume_name=data.name)],
    opts=pulumi.ResourceOptions(provider=host, depends_on=[first.container], delete_before_replace=True))


def fail_unless_well(status):
    if status != 0:
        raise RuntimeError(f"ended with {{status:.0f}}")


job.exit_code.apply(fail_unless_well)
"""


def test_a_job_that_failed_is_done_anew(root: Path, clean_host: DockerClient, image: str) -> None:
    project.write(root, image, also=JOB)
    assert problems(root, "up") == ("ended with 1",)

    assert clean_host.containers.get(f"hft-{STACK}-first").exec_run(["touch", "/data/go"], user="root") == (0, b"")
    assert "✓ created anew container job" in run(root, "up")
    assert "no changes" in run(root, "up")


def test_a_job_that_failed_and_was_removed_is_done_anew(root: Path, clean_host: DockerClient, image: str) -> None:
    project.write(root, image, also=JOB)
    assert problems(root, "up") == ("ended with 1",)

    assert clean_host.containers.get(f"hft-{STACK}-first").exec_run(["touch", "/data/go"], user="root") == (0, b"")
    clean_host.containers.get(f"hft-{STACK}-job").remove(v=True)
    assert "✓ created container job" in run(root, "up")


def test_a_name_that_is_taken_is_one_error_and_the_next_up_goes_on(
    root: Path, clean_host: DockerClient, image: str
) -> None:
    blocking = clean_host.containers.create(image, name=f"hft-{STACK}-second")
    try:
        (problem,) = problems(root, "up")
        assert problem.startswith("container second: ")
        # The providers' own words differ.
        assert re.search(rf"hft-{STACK}-second\W+(is )?already (exists|in use)", problem)
    finally:
        blocking.remove(v=True)
    assert run(root, "up")[-3:] == TABLE


def test_a_misspelt_stack_is_refused(root: Path) -> None:
    with pytest.raises(OpsError) as refused:
        Workspace.prepared("opstets", root)
    assert refused.value.problems == (f"stack 'opstets': Pulumi.opstets.yaml is not there (stacks: {STACK})",)
