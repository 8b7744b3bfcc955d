"""`make test` with programs that stand for linters, tests and Docker: what makes it fail, and what it says last."""

from pathlib import Path

import pytest

from tests.toolchain.conftest import Script
from toolchain import checks, paths, setup

SUITE = '<testsuites><testsuite tests="2" failures="0" errors="0" skipped="{skipped}">{cases}</testsuite></testsuites>'
SKIPPED = SUITE.format(skipped=1, cases='<testcase><skipped message="no IPv6 here"/></testcase>')
PASSED = SUITE.format(skipped=0, cases="")


@pytest.fixture
def tools(machine: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All programs pass; each writes its call to `calls`; set-up lacks nothing and Docker answers."""
    monkeypatch.setattr(paths, "ROOT", machine)
    monkeypatch.setattr(checks, "_REPORTS", machine / "reports")
    monkeypatch.setattr(setup, "run", list)
    monkeypatch.setattr(checks, "daemon_version", lambda: "20.10.24")
    monkeypatch.setenv("PATH", f"{machine}/bin:/usr/bin:/bin")
    script(paths.cached_engine(), "echo v3.259.0")
    (machine / "reports").mkdir()
    for tool in ("ruff", "mypy", "pyright", "hft", "pytest"):
        script(machine / "bin" / tool, program(machine, PASSED))
    return machine / "bin"


def program(machine: Path, report: str, status: int = 0) -> str:
    return (
        f'echo "$(basename "$0") $*" >> "{machine}/calls"\n'
        f"for a; do case $a in --junitxml=*) printf %s '{report}' > \"${{a#*=}}\";; esac; done\nexit {status}"
    )


def calls(machine: Path) -> list[str]:
    return (machine / "calls").read_text().splitlines()


def place(made: list[str], part: str) -> int:
    return next(index for index, call in enumerate(made) if part in call)


def test_everything_runs_fast_things_first(tools: Path, machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checks.test()
    reports = machine / "reports"
    made = calls(machine)
    # Two rows of tiers run side by side, and what judges times after them.
    assert [*made[:6], *sorted(made[6:-1]), made[-1]] == [
        "ruff check .",
        "ruff format --check .",
        "mypy ",
        "pyright --version",
        "pyright ",
        "hft images build",
        f"pytest -m engine --ignore=tests/stacks --junitxml={reports}/engine-parts.xml",
        f"pytest -m engine tests/stacks --junitxml={reports}/engine-dev.xml",
        f"pytest -m images and not engine --junitxml={reports}/images.xml",
        "pytest -m not images and not engine and not drills --cov --cov-report= --cov-fail-under=90 "
        f"--junitxml={reports}/pure-and-graph.xml",
        f"pytest -m drills and smoke -s tests/drills --junitxml={reports}/drills.xml",
    ]
    assert place(made, "not images and") < place(made, "--ignore")
    assert place(made, "-m images") < place(made, "engine tests/stacks")
    assert capsys.readouterr().out.splitlines()[-1] == "10 passed, 0 failed, 0 skipped"


def test_drills_are_left_out_where_one_may_make_no_namespaces(
    tools: Path, machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert checks.test()
    assert not [call for call in calls(machine) if "smoke" in call]
    said = capsys.readouterr().out.splitlines()
    assert "! drills left out: their network namespaces need root" in said
    assert said[-1] == "8 passed, 0 failed, 0 skipped"


@pytest.mark.parametrize("tool", ["ruff", "mypy", "pytest", "hft"])
def test_one_failure_fails_it_and_the_rest_still_runs(tools: Path, machine: Path, script: Script, tool: str) -> None:
    script(tools / tool, program(machine, PASSED, status=1))
    assert not checks.test()
    assert len([call for call in calls(machine) if call.startswith("pytest ")]) == 5


def test_a_pyright_that_finds_something_fails_it(tools: Path, script: Script) -> None:
    script(tools / "pyright", '[ "$1" = --version ]')
    assert not checks.lint()


def test_a_pyright_that_is_not_to_be_had_is_said(
    tools: Path, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    script(tools / "pyright", "exit 1")
    assert checks.lint()
    assert capsys.readouterr().out.splitlines()[-1] == "! pyright left out: its npm package is not to be had here"


def test_a_skip_on_a_whole_machine_fails_it(
    tools: Path, machine: Path, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    script(tools / "pytest", program(machine, SKIPPED))
    assert not checks.test()
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "skipped: no IPv6 here",
        "✗ tests were skipped though Docker and the engine are here: see above",
        "5 passed, 0 failed, 5 skipped",
    ]


def test_a_skip_where_something_is_lacking_does_not(
    tools: Path, machine: Path, script: Script, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script(tools / "pytest", program(machine, SKIPPED))
    monkeypatch.setattr(setup, "run", lambda: ["no Docker: install it"])
    monkeypatch.setattr(checks, "daemon_version", lambda: None)
    assert checks.test()
    assert "hft images build" not in calls(machine)
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "skipped: no IPv6 here",
        "this machine lacks: no Docker: install it",
        "5 passed, 0 failed, 5 skipped",
    ]
