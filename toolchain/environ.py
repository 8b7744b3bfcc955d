"""The environment of every engine run, for the Automation API and, as `.hft/env`, for work by hand."""

import os
import shlex
from pathlib import Path

from toolchain import paths
from toolchain.engine import require_engine
from toolchain.launchers import stand_ins

_ALWAYS = {
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    # Plugins of ours are found on PATH; the user's setting of this one would hide them.
    "PULUMI_IGNORE_AMBIENT_PLUGINS": "false",
}


def environment() -> dict[str, str]:
    """Variables to lay over the process's own for an engine run; makes sure that the launchers are right.

    A backend, passphrase or Python command that the caller's environment already names is kept.

    Raises:
        ToolchainError: no engine, or one of another version than the pin.
    """
    engine = require_engine()
    stand_ins()
    ambient = os.environ.get("PATH", os.defpath)
    # Launchers come last, so that an official plugin on PATH always wins.
    path = os.pathsep.join([str(paths.VENV_BIN), str(engine.parent), ambient, str(paths.LAUNCHERS)])
    return {"PATH": path} | _ALWAYS | {name: os.environ.get(name) or value for name, value in _defaults().items()}


def env_text(engine: Path) -> str:
    """What `.hft/env` says for this engine: `. .hft/env` makes `pulumi`, `hft` and their settings known to a shell."""
    before = ":".join(shlex.quote(str(folder)) for folder in (paths.VENV_BIN, engine.parent))
    lines = [f'export PATH={before}:"$PATH":{shlex.quote(str(paths.LAUNCHERS))}']
    lines += [f"export {name}={value}" for name, value in _ALWAYS.items()]
    lines += [f': "${{{name}:={value}}}"; export {name}' for name, value in _defaults().items()]
    return "\n".join(lines) + "\n"


def _defaults() -> dict[str, str]:
    # A passphrase given as such is left to the caller's environment; the engine prefers it to the file.
    return {
        "PULUMI_BACKEND_URL": paths.BACKEND.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(paths.PASSPHRASE),
        "PULUMI_PYTHON_CMD": str(paths.VENV_BIN / "python"),
    }
