"""The two commands as a shell sees them; on a stack that is up they are tested in tests/stacks/test_doctor.py."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ops import cli
from ops.doctor import run as doctors
from ops.errors import OpsError
from ops.timeline import run as timelines
from ops.workspace import Workspace

CHECKOUT = Path(__file__).parents[3]
UNKNOWN = "error: stack 'opstets': Pulumi.opstets.yaml is not there (stacks: dev)\n"


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one stack file."""
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(CHECKOUT / name, tmp_path / name)
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    return tmp_path


def hft(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def test_a_stack_that_is_not_there_cannot_be_looked_at() -> None:
    found = hft("doctor", "opstets")

    assert (found.exit_code, found.stdout, found.stderr) == (2, "", UNKNOWN)


def test_a_timeline_of_a_stack_that_is_not_there_is_one_error() -> None:
    found = hft("timeline", "opstets")

    assert (found.exit_code, found.stdout, found.stderr) == (1, "", UNKNOWN)


@pytest.mark.parametrize(("healthy", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_says_whether_there_are_causes(monkeypatch: pytest.MonkeyPatch, healthy: bool, code: int) -> None:
    monkeypatch.setattr(Workspace, "prepared", Workspace)
    monkeypatch.setattr(doctors, "doctor", lambda *_, **__: healthy)

    assert hft("doctor", "dev").exit_code == code


def test_what_cannot_be_looked_at_is_two(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> bool:
        raise OpsError("the passphrase is wrong")

    monkeypatch.setattr(Workspace, "prepared", Workspace)
    monkeypatch.setattr(doctors, "doctor", refuse)
    found = hft("doctor", "dev")

    assert (found.exit_code, found.stdout, found.stderr) == (2, "", "error: the passphrase is wrong\n")


def test_a_bad_time_is_told_before_anything_is_asked(root: Path) -> None:
    with pytest.raises(OpsError, match=r"^--since yesterday: want 15m, 2h or 1d"):
        timelines.timeline(Workspace("dev", root), "yesterday", None)  # type: ignore[arg-type]
