"""The steps as the user sees them."""

import re
from pathlib import Path

import pytest

from toolchain import ToolchainError, __main__, setup


def fail() -> str:
    raise ToolchainError("no [docker] here; install it")


@pytest.fixture
def output(machine: Path, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    return capsys


def test_each_step_is_one_line_with_its_time(
    output: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "_STEPS", {"docker": lambda: "20.10 at unix:///x", "engine": lambda: "pulumi [1]"})
    assert setup.run() == []
    lines = [re.sub(r"\d+\.\d s$", "TIME", line) for line in output.readouterr().out.splitlines()]
    assert lines == ["✓ docker     20.10 at unix:///x  TIME", "✓ engine     pulumi [1]  TIME"]


def test_a_step_that_cannot_be_done_does_not_keep_the_others(
    output: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "_STEPS", {"docker": fail, "engine": lambda: "pulumi"})
    assert setup.run() == ["no [docker] here; install it"]
    lines = [re.sub(r"\d+\.\d s$", "TIME", line) for line in output.readouterr().out.splitlines()]
    assert lines == ["✗ docker     no [docker] here; install it  TIME", "✓ engine     pulumi  TIME"]


@pytest.mark.parametrize(("problems", "status"), [([], 0), (["no engine"], 1)])
def test_a_problem_is_the_exit_status(monkeypatch: pytest.MonkeyPatch, problems: list[str], status: int) -> None:
    monkeypatch.setattr(setup, "run", lambda: problems)
    assert __main__.main(["setup"]) == status


@pytest.mark.parametrize("arguments", [[], ["instal"], ["setup", "now"]])
def test_another_command_line_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(arguments) == 2
    assert capsys.readouterr().out == "usage: toolchain/bootstrap.sh setup | lint | test\n"


def test_lint_says_whether_it_found_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__main__._COMMANDS, "lint", lambda: False)
    assert __main__.main(["lint"]) == 1
