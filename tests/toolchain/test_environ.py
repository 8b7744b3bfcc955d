"""What an engine run sees of its environment."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.toolchain.conftest import Script
from toolchain import ToolchainError, environment, paths, versions
from toolchain.environ import env_text


@pytest.fixture
def engine(machine: Path, script: Script) -> Path:
    return script(paths.cached_engine(), f"echo v{versions.PULUMI}")


def test_every_variable(machine: Path, engine: Path) -> None:
    assert environment() == {
        "PATH": f"{machine}/venv:{engine.parent}:{machine}/bin:{machine}/.hft/bin",
        "PULUMI_PYTHON_CMD": f"{machine}/venv/python",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "false",
        "PULUMI_BACKEND_URL": f"file://{machine}/.hft/state",
        "PULUMI_CONFIG_PASSPHRASE_FILE": f"{machine}/.hft/passphrase",
    }


def test_the_launchers_are_there_afterwards(machine: Path, engine: Path) -> None:
    environment()
    assert (paths.LAUNCHERS / "pulumi-language-python").exists()


def test_a_backend_that_the_caller_chose_is_kept(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://states")
    assert "PULUMI_BACKEND_URL" not in environment()


def test_another_checkout_s_settings_are_no_choice(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///other/.hft/state")
    monkeypatch.setenv("PATH", f"/other/.hft/bin:{os.environ['PATH']}")
    assert environment()["PULUMI_BACKEND_URL"] == paths.BACKEND.as_uri()
    assert "/other/.hft/bin" not in environment()["PATH"]


def test_no_engine_is_an_error_with_the_fix(machine: Path) -> None:
    with pytest.raises(ToolchainError) as error:
        environment()
    assert str(error.value) == "no Pulumi engine: neither `pulumi` on PATH nor in the cache; run: make up"


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_can_source_it(machine: Path, shell: str) -> None:
    file = machine / "env"
    file.write_text(env_text(Path("/a folder/bin/pulumi")))
    command = f'. "{file}"; printf "%s\\n" "$PATH" "$PULUMI_BACKEND_URL" "$PULUMI_CONFIG_PASSPHRASE_FILE"'
    chosen = {
        "PATH": "/usr/bin:/bin",
        "PULUMI_BACKEND_URL": "s3://states",
        "PULUMI_CONFIG_PASSPHRASE_FILE": "/o/.hft/p",
    }
    result = subprocess.run([f"/bin/{shell}", "-euc", command], env=chosen, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == [
        f"{machine}/venv:/a folder/bin:/usr/bin:/bin:{machine}/.hft/bin",
        "s3://states",
        f"{machine}/.hft/passphrase",
    ]


def test_a_plain_shell_gets_the_defaults(machine: Path) -> None:
    file = machine / "env"
    file.write_text(env_text(Path("/engine/pulumi")))
    command = f'. "{file}"; echo "$PULUMI_BACKEND_URL"'
    result = subprocess.run(
        ["/bin/sh", "-euc", command], env={"PATH": "/bin"}, capture_output=True, text=True, check=True
    )
    assert result.stdout == f"file://{machine}/.hft/state\n"
