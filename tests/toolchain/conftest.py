"""A checkout and a cache of one's own, and small executables that stand for programs of the machine."""

from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain import paths

Script = Callable[[Path, str], Path]


@pytest.fixture
def script() -> Script:
    """Write an executable shell script; its text goes after the `#!` line."""

    def write(path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing: empty `bin` on PATH, empty cache, home and `.hft`, no Pulumi or Docker variables."""
    state = tmp_path / ".hft"
    state.mkdir()
    for name, path in {
        "STATE": state,
        "LAUNCHERS": state / "bin",
        "BACKEND": state / "state",
        "PASSPHRASE": state / "passphrase",
        "ENV_FILE": state / "env",
        "VENV_BIN": tmp_path / "venv",
    }.items():
        monkeypatch.setattr(paths, name, path)
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CONFIG_PASSPHRASE", "DOCKER_HOST"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    return tmp_path
