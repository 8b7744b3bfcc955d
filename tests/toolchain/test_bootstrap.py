"""bootstrap.sh on machines without what it needs, by programs that stand for Python, pip and apt-get."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.toolchain.conftest import Script
from toolchain import paths

VENV_PYTHON = """case "$*" in
  "-m pip "*) echo "$@" >> "$(dirname "$0")/../../pip.log";;
  "-m toolchain "*) echo "toolchain: $*";;
esac"""


@pytest.fixture
def clone(tmp_path: Path, script: Script) -> Path:
    """A checkout with only what bootstrap.sh reads, and a `python3` that makes venvs of fake pythons."""
    (tmp_path / "toolchain").mkdir()
    shutil.copy(paths.ROOT / "toolchain" / "bootstrap.sh", tmp_path / "toolchain")
    (tmp_path / "requirements.txt").write_text("a==1\n")
    (tmp_path / "pyproject.toml").write_text("")
    for program in ("bash", "dirname", "cat", "sha256sum", "rm", "mkdir", "cp", "id"):
        (tmp_path / "bin" / program).parent.mkdir(exist_ok=True)
        (tmp_path / "bin" / program).symlink_to(shutil.which(program) or program)
    fake = script(tmp_path / "fake-python", VENV_PYTHON)
    script(tmp_path / "bin" / "python3", f'[ "$2" = venv ] && mkdir -p "$3/bin" && cp "{fake}" "$3/bin/python"\nexit 0')
    return tmp_path


def bootstrap(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(clone / "bin" / "bash"), str(clone / "toolchain" / "bootstrap.sh"), *arguments]
    return subprocess.run(command, env={"PATH": str(clone / "bin")}, capture_output=True, text=True, check=False)


def test_a_fresh_clone_gets_its_packages_by_hash_and_the_project(clone: Path) -> None:
    result = bootstrap(clone, "setup")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "  installing Python packages into .venv: requirements.txt or pyproject.toml changed",
        "toolchain: -m toolchain setup",
    ]
    pip = "-m pip --quiet --disable-pip-version-check install"
    assert (clone / "pip.log").read_text().splitlines() == [
        f"{pip} --require-hashes --requirement requirements.txt",
        f"{pip} --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .",
    ]


def test_nothing_is_installed_again(clone: Path) -> None:
    bootstrap(clone, "setup")
    before = (clone / "pip.log").read_text()
    assert bootstrap(clone, "setup").stdout == "toolchain: -m toolchain setup\n"
    assert (clone / "pip.log").read_text() == before


def test_changed_requirements_are_installed(clone: Path) -> None:
    bootstrap(clone, "setup")
    (clone / "requirements.txt").write_text("a==2\n")
    bootstrap(clone, "setup")
    assert len((clone / "pip.log").read_text().splitlines()) == 4


def test_an_index_that_refuses_stops_it(clone: Path, script: Script) -> None:
    script(clone / "fake-python", 'case "$*" in "-m pip "*) exit 1;; esac')
    result = bootstrap(clone, "setup")
    assert result.returncode == 1
    assert result.stderr == "✗ pip could not install requirements.txt; check the package index (pip config list)\n"
    assert not (clone / ".venv" / "installed.sha256").exists()


def test_an_old_python_is_refused_with_the_fix(clone: Path, script: Script) -> None:
    script(clone / "bin" / "python3", "exit 1")
    result = bootstrap(clone, "setup")
    assert result.returncode == 1
    assert result.stderr == (
        "✗ no Python 3.11 or newer on PATH; install one (Debian 12 and newer: apt-get install python3)\n"
    )


def test_a_python_without_venv_and_no_apt_names_the_fix(clone: Path, script: Script) -> None:
    script(clone / "bin" / "python3", 'case "$*" in *ensurepip*) exit 1;; esac')
    result = bootstrap(clone, "setup")
    assert result.returncode == 1
    assert result.stderr == "✗ python3 cannot make virtual environments; install its venv module\n"
