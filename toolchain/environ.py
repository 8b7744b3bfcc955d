"""The environment of every engine run, for the Automation API and, as `.hft/env`, for work by hand."""

import os
import shlex
from pathlib import Path

from toolchain import paths
from toolchain.engine.lookup import require_engine
from toolchain.launchers import stand_ins


def environment() -> dict[str, str]:
    """Variables to lay over the process's own for an engine run; makes sure that the launchers are right.

    A backend or passphrase file that the caller's environment names is kept.

    Raises:
        ToolchainError: no engine, or one of another version than the pin.
    """
    engine = require_engine()
    stand_ins()
    ambient = os.environ.get("PATH", os.defpath).split(os.pathsep)
    others = [folder for folder in ambient if not folder.endswith(f"/{paths.STATE.name}/{paths.LAUNCHERS.name}")]
    # Launchers come last, so that an official plugin on PATH always wins.
    path = os.pathsep.join([str(paths.VENV_BIN), str(engine.parent), *others, str(paths.LAUNCHERS)])
    return {"PATH": path} | _fixed() | {name: value for name, value in _own().items() if not _chosen(name)}


def env_text(engine: Path) -> str:
    """What `.hft/env` says for this engine: `. .hft/env` makes `pulumi`, `hft` and their settings known to a shell."""
    before = ":".join(shlex.quote(str(folder)) for folder in (paths.VENV_BIN, engine.parent))
    lines = [f'export PATH={before}:"$PATH":{shlex.quote(str(paths.LAUNCHERS))}']
    lines += [f"export {name}={shlex.quote(value)}" for name, value in _fixed().items()]
    for name, value in _own().items():
        lines.append(f'case "${{{name}:-}}" in ""|*/{paths.STATE.name}/*) export {name}={shlex.quote(value)};; esac')
    return "\n".join(lines) + "\n"


def _fixed() -> dict[str, str]:
    return {
        "PULUMI_PYTHON_CMD": str(paths.VENV_BIN / "python"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        # Plugins of ours are found on PATH; the user's setting of this one would hide them.
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "false",
    }


def _own() -> dict[str, str]:
    # A passphrase given as text is left alone: the engine prefers it to the file.
    return {"PULUMI_BACKEND_URL": paths.BACKEND.as_uri(), "PULUMI_CONFIG_PASSPHRASE_FILE": str(paths.PASSPHRASE)}


def _chosen(name: str) -> bool:
    """Whether the caller set it; a value from `.hft/env`, perhaps another checkout's, is no choice."""
    value = os.environ.get(name, "")
    return bool(value) and f"/{paths.STATE.name}/" not in value
