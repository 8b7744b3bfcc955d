"""The command line as a shell sees it: exit codes, what goes to which stream, and what is asked before data goes.

What the commands do is tested with the modules that they call, and as a whole in test_life.py.
"""

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ops import cli, images_cli
from ops.images import Entry, lock

CHECKOUT = Path(__file__).parents[2]
UNKNOWN = "error: stack 'opstets': Pulumi.opstets.yaml is not there (stacks: dev, prod)\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the two stack files and no lock."""
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    (tmp_path / "images").mkdir()
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(images_cli, "ROOT", tmp_path)
    return tmp_path


def hft(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def on_terminal(typed: str, *arguments: str) -> tuple[int, str]:
    """Exit code and everything that a person sees who types a line."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ops", *arguments], cwd=CHECKOUT, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        os.write(ours, f"{typed}\n".encode())
        shown = b""
        try:
            while data := os.read(ours, 4096):
                shown += data
        except OSError:  # Linux says so when the other side is closed.
            pass
        os.close(ours)
    return process.returncode, shown.decode()


@pytest.mark.parametrize(
    "command", [["up"], ["preview"], ["down"], ["status"], ["status", "--json"], ["secrets", "list"]], ids=" ".join
)
def test_a_stack_without_settings_is_one_error(root: Path, command: list[str]) -> None:
    found = hft(*command, "opstets")
    assert (found.exit_code, found.stdout, found.stderr) == (1, "", UNKNOWN)


@pytest.mark.parametrize("arguments", [["uq", "dev"], ["up"], ["up", "dev", "prod"], ["down", "dev", "--volume=1"]])
def test_what_is_no_command_is_a_usage_error(root: Path, arguments: list[str]) -> None:
    found = hft(*arguments)
    assert (found.exit_code, found.stdout) == (2, "")
    assert "Usage: " in found.stderr


@pytest.mark.parametrize("group", [[], ["secrets"], ["settings"], ["images"]])
def test_a_group_alone_shows_its_commands(group: list[str]) -> None:
    found = hft(*group, "--help")
    assert (found.exit_code, found.stderr) == (0, "")
    assert "Commands" in found.stdout


def test_volumes_are_not_deleted_without_a_yes(root: Path) -> None:
    found = hft("down", "dev", "--volumes")
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr == "error: --volumes deletes all data of stack 'dev': confirm with --yes\n"


def test_a_yes_is_a_confirmation(root: Path) -> None:
    assert hft("down", "opstets", "--volumes", "--yes").stderr == UNKNOWN


def test_a_yes_alone_deletes_no_volumes(root: Path) -> None:
    assert hft("down", "opstets", "--yes").stderr == UNKNOWN


@pytest.mark.parametrize("typed", ["", "yes", "opstet"])
def test_another_answer_than_the_name_deletes_nothing(typed: str) -> None:
    # An empty answer is asked again; the end of the input ends it.
    code, shown = on_terminal(typed or "\n\x04", "down", "opstets", "--volumes")
    assert code == 1
    assert "This deletes all data of stack opstets. Type its name to go on: " in shown
    assert ("that was not the stack's name: nothing was deleted" in shown) == bool(typed)
    assert "Pulumi.opstets.yaml is not there" not in shown


def test_the_name_goes_on() -> None:
    code, shown = on_terminal("opstets", "down", "opstets", "--volumes")
    assert code == 1
    assert "Pulumi.opstets.yaml is not there" in shown


def test_wrong_settings_are_one_error_with_path_value_and_bound(root: Path) -> None:
    stack = root / "Pulumi.dev.yaml"
    stack.write_text(stack.read_text().replace("retention_days: 2", "retention_days: 0"))
    found = hft("settings", "diff")
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr.splitlines() == [
        "error: Pulumi.dev.yaml: monitoring.retention_days=0: input should be greater than or equal to 1",
        "Every key with its unit and bounds: docs/reference/settings.md",
    ]


def test_differing_settings_are_a_table(root: Path) -> None:
    shutil.copy(root / "Pulumi.dev.yaml", root / "Pulumi.prod.yaml")
    stack = root / "Pulumi.prod.yaml"
    stack.write_text(stack.read_text().replace("retention_days: 2", "retention_days: 30"))
    found = hft("settings", "diff")
    assert (found.exit_code, found.stderr) == (0, "")
    assert found.stdout == "setting                    dev  prod\nmonitoring.retention_days  2    30\n"


def test_stacks_that_do_not_differ_say_so(root: Path) -> None:
    shutil.copy(root / "Pulumi.dev.yaml", root / "Pulumi.prod.yaml")
    assert hft("settings", "diff").stdout == "dev and prod do not differ\n"


def test_pages_are_written(root: Path) -> None:
    (root / "docs").mkdir()
    shutil.copy(CHECKOUT / "docs/diagram.py", root / "docs")
    for name in ("architecture.dot", "architecture.svg"):
        shutil.copy(CHECKOUT / "docs" / name, root / "docs")
    found = hft("docs")
    assert (found.exit_code, found.stderr) == (0, "")
    assert found.stdout.splitlines() == [
        "✓ wrote docs/reference/settings.md",
        "✓ wrote docs/reference/environments.md",
        "✓ wrote docs/reference/tuning.md",
        "✓ wrote docs/reference/metrics.md",
        "✓ wrote policies/README.md",
        "all pages are up to date",
    ]


def test_locked_images_are_listed(root: Path) -> None:
    entries = {
        "base": Entry(id="sha256:0123456789abcdef", digest=None, inputs="i", packages={"bash": "5"}),
        "grafana": Entry(id="sha256:fedcba9876543210", digest="sha256:d", inputs="j"),
    }
    lock.write(root / "images/lock.json", entries)
    found = hft("images", "list")
    assert (found.exit_code, found.stderr) == (0, "")
    assert found.stdout == (
        "base          0123456789ab     1 packages  local\ngrafana       fedcba987654     0 packages  sha256:d\n"
    )


def test_no_lock_says_how_to_get_one(root: Path) -> None:
    assert hft("images", "list").stdout == "images/lock.json names no image: run `hft images build`\n"


@pytest.mark.parametrize("command", [["list"], ["copy", "tcp://127.0.0.1:1"]], ids=" ".join)
def test_a_broken_lock_is_one_error(root: Path, command: list[str]) -> None:
    (root / "images/lock.json").write_text('["[/x]"]')
    found = hft("images", *command)
    assert (found.exit_code, found.stdout) == (1, "")
    assert found.stderr == (
        f"error: {root}/images/lock.json: not an image lock (TypeError('list indices must be integers or slices, "
        "not str')): delete it and run `hft images build`\n"
    )


def test_an_edition_that_is_none_is_a_usage_error(root: Path) -> None:
    found = hft("images", "build", "--edition", "enterprise")
    assert found.exit_code == 2
    assert "'enterprise' is not one of" in found.stderr
