"""The engine that a run would use, and what is said about a wrong one."""

from pathlib import Path

import pytest

from tests.toolchain.conftest import Script
from toolchain import ToolchainError, engine_version, find_engine, paths, require_engine


def test_path_comes_before_the_cache(machine: Path, script: Script) -> None:
    script(paths.cached_engine(), "echo v3.259.0")
    on_path = script(machine / "bin" / "pulumi", "echo v3.259.0")
    assert find_engine() == require_engine() == on_path


def test_the_cache_without_one_on_path(machine: Path, script: Script) -> None:
    cached = script(paths.cached_engine(), "echo v3.259.0")
    assert find_engine() == cached == machine / "cache" / "hft" / "engine" / "3.259.0" / "bin" / "pulumi"


def test_a_bare_machine_has_none(machine: Path) -> None:
    assert find_engine() is None


def test_the_version_comes_without_its_v(tmp_path: Path, script: Script) -> None:
    assert engine_version(script(tmp_path / "pulumi", "echo v3.1.2")) == "3.1.2"


def test_another_version_is_refused(machine: Path, script: Script) -> None:
    engine = script(machine / "bin" / "pulumi", "echo v3.100.0")
    with pytest.raises(ToolchainError) as error:
        require_engine()
    assert str(error.value) == (
        f"engine version 3.100.0 ({engine}) differs from the pin 3.259.0; "
        "install 3.259.0, or run: make up, then: . .hft/env"
    )


def test_an_engine_that_does_not_run_is_named(tmp_path: Path, script: Script) -> None:
    engine = script(tmp_path / "pulumi", "exit 3")
    with pytest.raises(ToolchainError) as error:
        engine_version(engine)
    assert str(error.value).startswith(f"{engine}: the engine does not run (")
    assert str(error.value).endswith("non-zero exit status 3.); remove it and run: make up")
