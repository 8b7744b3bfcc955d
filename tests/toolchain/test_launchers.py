"""An official plugin that is there is never shadowed; everything else gets this project's own."""

from pathlib import Path

import pytest

from tests.toolchain.conftest import Script
from toolchain import launchers, paths, versions

ALL = [
    "pulumi-language-python",
    "pulumi-resource-docker",
    "pulumi-resource-postgresql",
    "pulumi-resource-grafana",
    "pulumi-resource-random",
    "pulumi-resource-tls",
]


def installed(home: Path, name: str, version: str) -> Path:
    plugin = home / "plugins" / f"resource-{name}-v{version}" / f"pulumi-resource-{name}"
    plugin.parent.mkdir(parents=True)
    plugin.touch()
    return plugin


def written() -> list[str]:
    return sorted(path.name for path in paths.LAUNCHERS.iterdir())


def test_a_bare_machine_uses_all_stand_ins(machine: Path) -> None:
    assert launchers.stand_ins() == ALL
    assert written() == sorted(ALL)


def test_a_launcher_starts_the_module_with_this_interpreter(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/with space/python")
    launchers.stand_ins()
    launcher = paths.LAUNCHERS / "pulumi-resource-docker"
    assert launcher.read_text() == (
        "#!/bin/sh\n"
        "# hft stand-in for the official plugin of this name\n"
        f"exec '/with space/python' -P -u {paths.ROOT}/toolchain/launch.py toolchain.plugins.docker \"$@\"\n"
    )
    assert launcher.stat().st_mode & 0o777 == 0o755


def test_a_launcher_that_is_right_is_left_alone(machine: Path) -> None:
    launchers.stand_ins()
    before = (paths.LAUNCHERS / "pulumi-resource-docker").stat().st_ino
    launchers.stand_ins()
    assert (paths.LAUNCHERS / "pulumi-resource-docker").stat().st_ino == before


def test_an_official_plugin_on_path_wins(machine: Path, script: Script) -> None:
    launchers.stand_ins()
    official = script(machine / "bin" / "pulumi-resource-random", "exit 0")
    assert launchers.official("pulumi-resource-random") == official
    assert launchers.stand_ins() == [name for name in ALL if name != "pulumi-resource-random"]
    assert "pulumi-resource-random" not in written()


def test_another_checkout_s_launcher_on_path_is_not_official(machine: Path, script: Script) -> None:
    script(machine / "bin" / "pulumi-resource-random", "# hft stand-in for the official plugin of this name\nexit 0")
    assert launchers.official("pulumi-resource-random") is None


def test_an_official_plugin_in_pulumi_s_home_wins(machine: Path) -> None:
    plugin = installed(machine / "home", "docker", versions.plugin("docker"))
    assert launchers.official("pulumi-resource-docker") == plugin
    assert "pulumi-resource-docker" not in launchers.stand_ins()


def test_a_plugin_of_another_version_is_not_the_one(machine: Path) -> None:
    installed(machine / "home", "docker", "0.0.1")
    assert launchers.official("pulumi-resource-docker") is None


def test_a_half_installed_plugin_is_not_there(machine: Path) -> None:
    plugin = installed(machine / "home", "docker", versions.plugin("docker"))
    Path(f"{plugin.parent}.partial").touch()
    assert launchers.official("pulumi-resource-docker") is None


def test_the_official_language_host_beside_the_engine_wins(machine: Path, script: Script) -> None:
    script(paths.cached_engine(), "exit 0")
    host = script(paths.cached_engine().with_name("pulumi-language-python"), "exit 0")
    assert launchers.official("pulumi-language-python") == host


def test_a_provider_beside_the_engine_is_not_looked_at_by_it(machine: Path, script: Script) -> None:
    script(paths.cached_engine(), "exit 0")
    script(paths.cached_engine().with_name("pulumi-resource-docker"), "exit 0")
    assert launchers.official("pulumi-resource-docker") is None
