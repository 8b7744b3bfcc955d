"""The Pulumi engine in use: the `pulumi` on PATH, else the one that set-up put into the cache."""

import shutil
import subprocess
from pathlib import Path

from toolchain import paths, versions
from toolchain.errors import ToolchainError


def find_engine() -> Path | None:
    """The engine that a run would use, whatever its version."""
    on_path = shutil.which("pulumi")
    if on_path:
        return Path(on_path)
    return paths.cached_engine() if paths.cached_engine().exists() else None


def engine_version(path: Path) -> str:
    """Version that the engine at `path` reports, without the leading v.

    Raises:
        ToolchainError: it does not run or does not answer within 30 s.
    """
    try:
        result = subprocess.run([path, "version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolchainError(f"{path}: the engine does not run ({error}); remove it and run: make up") from error
    return result.stdout.strip().removeprefix("v")


def require_engine() -> Path:
    """The engine that a run uses.

    Raises:
        ToolchainError: there is none, or its version is not the pinned one.
    """
    path = find_engine()
    if path is None:
        raise ToolchainError("no Pulumi engine: neither `pulumi` on PATH nor in the cache; run: make up")
    found = engine_version(path)
    if found != versions.PULUMI:
        raise ToolchainError(
            f"engine version {found} ({path}) differs from the pin {versions.PULUMI}; "
            f"install {versions.PULUMI}, or run: make up, then: . .hft/env"
        )
    return path
