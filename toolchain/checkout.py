"""What set-up keeps in `.hft`: the folder itself, the passphrase, and the shell's environment file."""

import os
import secrets
from pathlib import Path

from toolchain import paths
from toolchain.environ import env_text


def ensure_folders() -> None:
    """`.hft`, for this user only, with the state folder in it."""
    paths.STATE.mkdir(mode=0o700, exist_ok=True)
    paths.STATE.chmod(0o700)
    paths.BACKEND.mkdir(exist_ok=True)


def ensure_passphrase() -> str:
    """Create the passphrase that encrypts the stacks' secrets, once; never replace one, as secrets depend on it."""
    if paths.PASSPHRASE.exists():
        paths.PASSPHRASE.chmod(0o600)
        return "kept"
    descriptor = os.open(paths.PASSPHRASE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32))
    return "created, mode 0600"


def write_env_file(engine: Path) -> None:
    """Write `.hft/env` for this engine."""
    text = env_text(engine)
    if not paths.ENV_FILE.exists() or paths.ENV_FILE.read_text() != text:
        paths.ENV_FILE.write_text(text)
