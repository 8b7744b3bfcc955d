"""`make mutation` with a program that stands for mutmut: what is counted, what is said, and what makes it fail."""

from pathlib import Path

import pytest

from tests.toolchain.conftest import Script
from toolchain import mutation, paths

RESULTS = """\
    policies.rules.cpu.x__pinned__mutmut_1: killed
    policies.rules.cpu.x__pinned__mutmut_2: timeout
    policies.rules.cpu.x__pinned__mutmut_3: survived
    policies.rules.cis.xǁItemǁ__str____mutmut_1: no tests
    policies.rules.cis.x__not_root__mutmut_1: not checked
"""
KILLED = "    policies.rules.cpu.x__pinned__mutmut_{}: killed\n"
SURVIVED = "    policies.rules.cpu.x__pinned__mutmut_{}: survived\n"


def results(killed: int, survived: int) -> str:
    return "".join((SURVIVED if number < survived else KILLED).format(number) for number in range(killed + survived))


@pytest.fixture
def checkout(machine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With what an earlier run left."""
    monkeypatch.setattr(paths, "ROOT", machine)
    monkeypatch.setenv("PATH", f"{machine}/bin:/usr/bin:/bin")
    (machine / "mutants").mkdir()
    return machine


def mutmut(script: Script, checkout: Path, printed: str, status: int = 0) -> None:
    (checkout / "printed").write_text(printed)
    script(
        checkout / "bin" / "mutmut",
        f'case "$*" in\n  run) [ ! -e mutants ] && exit {status};;\n  "results --all true") cat printed;;\nesac',
    )


def test_what_a_test_noticed_is_counted_by_module() -> None:
    score = mutation.read(RESULTS)

    assert score.made == {"policies.rules.cpu": 3, "policies.rules.cis": 2}
    assert score.noticed == {"policies.rules.cpu": 2}
    assert score.missed == (
        ("policies.rules.cpu.x__pinned__mutmut_3", "survived"),
        ("policies.rules.cis.xǁItemǁ__str____mutmut_1", "no tests"),
        ("policies.rules.cis.x__not_root__mutmut_1", "not checked"),
    )
    assert score.percent == 40


def test_nothing_changed_is_nothing_noticed() -> None:
    assert mutation.read("").percent == 0


def test_enough_was_noticed(checkout: Path, script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    mutmut(script, checkout, results(killed=9, survived=1))

    assert mutation.run()
    assert capsys.readouterr().out.splitlines() == [
        "survived: policies.rules.cpu.x__pinned__mutmut_0",
        "policies.rules.cpu: 9 of 10",
        "✓ 9 of 10 changes noticed, 90.0 %; at least 90 % have to be",
    ]


def test_too_little_was_noticed(checkout: Path, script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    mutmut(script, checkout, results(killed=899, survived=101))

    assert not mutation.run()
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "policies.rules.cpu: 899 of 1000",
        "✗ 899 of 1000 changes noticed, 89.9 %; at least 90 % have to be",
    ]


def test_a_run_that_could_not_end_fails(checkout: Path, script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    mutmut(script, checkout, results(killed=1, survived=0), status=1)

    assert not mutation.run()
    assert capsys.readouterr().out == ""
