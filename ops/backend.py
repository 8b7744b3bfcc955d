"""The folder of a file backend, and what a killed engine leaves torn in it."""

import os
from pathlib import Path

_SCHEME = "file://"


def folder() -> Path:
    """The backend's `.pulumi`; a path that is not there where the backend is no folder."""
    backend = os.environ.get("PULUMI_BACKEND_URL", "")
    root = backend.removeprefix(_SCHEME).partition("?")[0] if backend.startswith(_SCHEME) else "/nonexistent"
    return Path(root) / ".pulumi"


def drop_torn_attributes(project: str) -> None:
    """Remove attribute files of states that were cut off before their first byte.

    The engine puts a state in place by renaming it, but writes the attributes beside it in place. It reads a state that
    has none, and refuses one whose attributes are empty ("failed to load checkpoint: EOF").
    """
    for path in (folder() / "stacks" / project).glob("*.attrs"):
        if not path.stat().st_size:
            path.unlink(missing_ok=True)
