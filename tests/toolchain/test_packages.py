"""Debian packages: asked for only when lacking, and every way that it cannot be done names the fix."""

from pathlib import Path

import pytest

from tests.toolchain.conftest import Script
from toolchain import ToolchainError
from toolchain.packages import ensure_package

LOG_CALLS = 'echo "$DEBIAN_FRONTEND $*" >> "$(dirname "$0")/calls"'


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)


def error_of(name: str, why: str) -> str:
    with pytest.raises(ToolchainError) as error:
        ensure_package(name, why)
    return str(error.value)


def test_a_package_that_is_there_is_left_alone(machine: Path, script: Script) -> None:
    script(machine / "bin" / "dpkg-query", "printf installed")
    ensure_package("mmdebstrap", "no image registry answers")


def test_a_lacking_one_is_installed_after_saying_so(
    machine: Path, script: Script, root: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script(machine / "bin" / "dpkg-query", "exit 1")
    script(machine / "bin" / "apt-get", LOG_CALLS)
    monkeypatch.setenv("PATH", f"{machine}/bin:/usr/bin:/bin")
    ensure_package("mmdebstrap", "no image registry answers")
    assert capsys.readouterr().out == "  installing mmdebstrap: no image registry answers\n"
    assert (machine / "bin" / "calls").read_text().splitlines() == [
        "noninteractive --quiet update",
        "noninteractive --quiet install --yes --no-install-recommends mmdebstrap",
    ]


def test_not_root_names_the_command(machine: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script(machine / "bin" / "apt-get", "exit 0")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert (
        error_of("docker.io", "no daemon") == "docker.io is lacking (no daemon); as root run: apt-get install docker.io"
    )


def test_another_distribution_is_told(machine: Path, root: None) -> None:
    assert error_of("docker.io", "no daemon") == (
        "docker.io is lacking (no daemon) and there is no apt-get here; install it by hand"
    )


def test_a_mirror_that_refuses_is_one_line(machine: Path, script: Script, root: None) -> None:
    script(machine / "bin" / "apt-get", 'echo "Reading lists"; echo "E: Unable to locate" >&2; exit 100')
    assert error_of("docker.io", "no daemon") == (
        "apt-get update for docker.io failed: E: Unable to locate; check /etc/apt and try again"
    )
