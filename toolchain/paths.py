"""Where set-up keeps things: in the checkout's `.hft` folder, and the engine in a cache that all clones share."""

import os
from pathlib import Path

from toolchain import versions

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""

STATE = ROOT / ".hft"
"""Everything local to this checkout: state, passphrase, launchers, logs. Never committed, mode 0700."""

VENV_BIN = ROOT / ".venv" / "bin"
LAUNCHERS = STATE / "bin"
BACKEND = STATE / "state"
PASSPHRASE = STATE / "passphrase"
ENV_FILE = STATE / "env"


def cache() -> Path:
    """The folder shared by all clones of this user."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hft"


def cached_engine() -> Path:
    """Where set-up puts the engine; it need not be there."""
    return cache() / "engine" / versions.PULUMI / "bin" / "pulumi"


def pulumi_home() -> Path:
    """Where the engine keeps the official plugins that it installed."""
    return Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
