"""Reads what a stack wants from its settings file and the image lock; wrong settings stop a run before it begins."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from components._common.images import ImageLock
from ops.errors import OpsError
from ops.wanted import LOCK, Wanted
from ops.workspace import Workspace
from stacks.explain import explain
from stacks.load import NAMESPACE, SECRET_PREFIX
from stacks.settings import StackSettings


def read(workspace: Workspace) -> Wanted:
    """What the stack's settings ask for.

    Raises:
        OpsError: wrong settings, one problem each, or no image lock.
    """
    settings = _settings(workspace)
    return Wanted(hosts=settings.hosts, ports=settings.port_uses(), images=_images(workspace.root))


def _settings(workspace: Workspace) -> StackSettings:
    file = workspace.settings_file
    config: Mapping[str, Any] = (yaml.safe_load(file.read_text()) or {}).get("config") or {}
    prefix = f"{NAMESPACE}:"
    named = {key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)}
    try:
        return StackSettings.model_validate(
            {key: value for key, value in named.items() if not key.startswith(SECRET_PREFIX)}
        )
    except ValidationError as error:
        raise OpsError(explain(error, StackSettings, file.name)) from error


def _images(root: Path) -> dict[str, str]:
    try:
        ImageLock.load(root / LOCK)
    except LookupError as error:
        raise OpsError(str(error)) from error
    entries: Mapping[str, Any] = json.loads((root / LOCK).read_text())["images"]
    return {name: str(entry["id"]) for name, entry in entries.items()}
