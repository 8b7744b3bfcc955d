"""Which plugins come from this project: a launcher in `.hft/bin` for each one that has no official plugin."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from toolchain import paths, versions

_MARK = "# hft stand-in"
LANGUAGE_HOST = "pulumi-language-python"
_MODULES = {LANGUAGE_HOST: "toolchain.language_host"} | {
    f"pulumi-resource-{name}": f"toolchain.plugins.{name}" for name in versions.SDKS
}


def stand_ins() -> list[str]:
    """Names of the plugins that this project provides; their launchers are there, and no others.

    An official plugin that was installed meanwhile makes its launcher go away: the engine looks on PATH first and
    would never see it.
    """
    used = [name for name in _MODULES if official(name) is None]
    paths.LAUNCHERS.mkdir(parents=True, exist_ok=True)
    for name in _MODULES:
        launcher = paths.LAUNCHERS / name
        if name in used:
            _write(launcher, _MODULES[name])
        else:
            launcher.unlink(missing_ok=True)
    return used


def official(name: str) -> Path | None:
    """The official plugin `name` as the engine would find it: on PATH, beside `pulumi`, or in Pulumi's home."""
    return _on_path(name) or _beside_pulumi(name) or _in_pulumi_home(name)


def _on_path(name: str) -> Path | None:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which(name, path=folder) if folder else None
        if found and not _is_launcher(Path(found)):
            return Path(found)
    return None


def _beside_pulumi(name: str) -> Path | None:
    # The engine takes only language hosts from its own folder.
    if name != LANGUAGE_HOST:
        return None
    engine = shutil.which("pulumi") or paths.cached_engine()
    found = Path(engine).resolve().with_name(name)
    return found if found.exists() else None


def _in_pulumi_home(name: str) -> Path | None:
    if name == LANGUAGE_HOST:
        return None
    _, kind, plugin = name.split("-")
    folder = paths.pulumi_home() / "plugins" / f"{kind}-{plugin}-v{versions.plugin(plugin)}"
    found = folder / name
    return found if found.exists() and not folder.with_name(folder.name + ".partial").exists() else None


def _is_launcher(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK.encode() in file.read(200)


def _write(launcher: Path, module: str) -> None:
    command = shlex.join([sys.executable, "-P", "-u", str(paths.ROOT / "toolchain" / "launch.py"), module])
    text = f'#!/bin/sh\n{_MARK} for the official plugin of this name\nexec {command} "$@"\n'
    if launcher.exists() and launcher.read_text() == text:
        return
    new = launcher.with_name(f"{launcher.name}.{os.getpid()}.new")
    new.write_text(text)
    new.chmod(0o755)
    new.replace(launcher)
