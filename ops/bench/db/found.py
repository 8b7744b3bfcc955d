"""Lists of what drills have found, as JSON files below build/, to which each drill adds."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read(file: Path) -> list[dict[str, Any]]:
    """The entries; none where nothing has run."""
    entries: list[dict[str, Any]] = json.loads(file.read_text()) if file.exists() else []
    return entries


def add(file: Path, entry: Mapping[str, Any]) -> None:
    """Print one more entry, and keep it."""
    print(json.dumps(entry))
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([*read(file), entry], indent=1) + "\n")
