"""Reads what a stack wants from its settings file and the image lock; wrong settings stop a run before it begins."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from components._common.images import ImageLock
from components.monitoring.maintenance import over
from ops.errors import OpsError
from ops.wanted import LOCK, Wanted
from ops.workspace import Workspace
from stacks.explain import explain
from stacks.load import settings_in
from stacks.settings import StackSettings


def read(workspace: Workspace) -> Wanted:
    """What the stack's settings ask for.

    Raises:
        OpsError: wrong settings, one line a mistake, or no image lock.
    """
    settings = settings_of(workspace.settings_file)
    return Wanted(
        hosts=settings.hosts,
        ports=settings.port_uses(),
        images=_images(workspace.root),
        grafana=settings.grafana if settings.grafana.mode == "external" else None,
        notices=tuple(over(settings.monitoring.maintenance, datetime.now(UTC))),
    )


def dev_and_prod(root: Path) -> tuple[StackSettings, StackSettings]:
    """The settings of the two committed stacks. Raises OpsError as settings_of does."""
    return settings_of(root / "Pulumi.dev.yaml"), settings_of(root / "Pulumi.prod.yaml")


def settings_of(file: Path) -> StackSettings:
    """What a stack file says, secrets left out.

    Raises:
        OpsError: the file is not there or is no YAML, or a setting in it is wrong.
    """
    try:
        return settings_in(file)
    except FileNotFoundError:
        raise OpsError(f"{file.name} is not there: put it back, or name another stack") from None
    except yaml.YAMLError as error:
        raise OpsError(f"{file.name}{_where(error)}: not YAML: {getattr(error, 'problem', error)}") from None
    except ValidationError as error:
        raise OpsError(explain(error, StackSettings, file.name)) from error


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _images(root: Path) -> dict[str, str]:
    try:
        ImageLock.load(root / LOCK)
    except LookupError as error:
        raise OpsError(str(error)) from error
    entries: Mapping[str, Any] = json.loads((root / LOCK).read_text())["images"]
    return {name: str(entry["id"]) for name, entry in entries.items()}
