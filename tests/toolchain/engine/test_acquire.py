"""Installed, cached, then each source in turn; nothing half-made is ever taken for an engine."""

from pathlib import Path

import pytest

from tests.toolchain.conftest import Script
from toolchain import ToolchainError, paths
from toolchain.engine.acquire import Source, ensure_engine


@pytest.fixture
def asked() -> list[str]:
    return []


def source(script: Script, asked: list[str], name: str, version: str | None) -> Source:
    def give(folder: Path) -> bool:
        asked.append(name)
        if version:
            script(folder / "bin" / "pulumi", f"echo v{version}")
        return version is not None

    return give


def test_an_installed_one_of_the_pinned_version_is_used(machine: Path, script: Script, asked: list[str]) -> None:
    installed = script(machine / "bin" / "pulumi", "echo v3.259.0")
    assert ensure_engine((source(script, asked, "built", "3.259.0"),)) == installed
    assert asked == []


def test_an_installed_one_of_another_version_is_passed_over(machine: Path, script: Script, asked: list[str]) -> None:
    script(machine / "bin" / "pulumi", "echo v3.100.0")
    assert ensure_engine((source(script, asked, "built", "3.259.0"),)) == paths.cached_engine()


def test_the_cached_one_is_used_again(machine: Path, script: Script, asked: list[str]) -> None:
    built = source(script, asked, "built", "3.259.0")
    assert ensure_engine((built,)) == ensure_engine((built,)) == paths.cached_engine()
    assert asked == ["built"]


def test_a_cached_one_that_does_not_run_is_replaced(machine: Path, script: Script, asked: list[str]) -> None:
    script(paths.cached_engine(), "exit 1")
    assert ensure_engine((source(script, asked, "built", "3.259.0"),)) == paths.cached_engine()
    assert asked == ["built"]


def test_the_next_source_is_asked_when_one_has_none(machine: Path, script: Script, asked: list[str]) -> None:
    sources = (source(script, asked, "official", None), source(script, asked, "built", "3.259.0"))
    assert ensure_engine(sources) == paths.cached_engine()
    assert asked == ["official", "built"]


def test_what_a_killed_run_left_does_not_count(machine: Path, script: Script, asked: list[str]) -> None:
    left = paths.cached_engine().parents[2] / ".new-3.259.0"
    script(left / "bin" / "pulumi", "echo v3.259.0")

    def give(folder: Path) -> bool:
        assert not folder.exists()
        return source(script, asked, "built", "3.259.0")(folder)

    ensure_engine((give,))
    assert not left.exists()


def test_an_engine_of_another_version_is_not_cached(machine: Path, script: Script, asked: list[str]) -> None:
    with pytest.raises(ToolchainError) as error:
        ensure_engine((source(script, asked, "built", "3.1.0"),))
    new = paths.cached_engine().parents[2] / ".new-3.259.0"
    assert str(error.value) == f"the new engine says 3.1.0, the pin is 3.259.0; remove {new}"
    assert not paths.cached_engine().exists()


def test_no_source_at_all_names_the_fix(machine: Path, script: Script, asked: list[str]) -> None:
    with pytest.raises(ToolchainError) as error:
        ensure_engine((source(script, asked, "official", None),))
    assert str(error.value) == "no engine 3.259.0 to be had; install it from pulumi.com and run again"
