"""From `Pulumi.<stack>.yaml` to typed settings, or to one clear error before anything is registered."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import ValidationError

from components._common.images import ImageLock
from components.secrets import SecretsSettings
from components.secrets.settings import check_given
from stacks.explain import explain
from stacks.settings import StackSettings

NAMESPACE = "hft"
SECRET_PREFIX = "secret-"


def settings() -> StackSettings:
    """The settings of the current stack. Raises pulumi.RunError that names each wrong key, its value and its bound."""
    try:
        return StackSettings.model_validate(_configured())
    except ValidationError as error:
        raise pulumi.RunError(explain(error, StackSettings, f"Pulumi.{pulumi.get_stack()}.yaml")) from None


def settings_in(file: Path) -> StackSettings:
    """The settings that a stack file says, read without an engine.

    Raises yaml.YAMLError where it is no YAML, pydantic.ValidationError where a setting is wrong.
    """
    document = yaml.safe_load(file.read_text())
    config = document.get("config") if isinstance(document, dict) else None
    return StackSettings.model_validate(_of_namespace(config if isinstance(config, dict) else {}))


def images() -> ImageLock:
    """The image lock of this checkout. Raises pulumi.RunError where there is none."""
    try:
        return ImageLock.load(Path("images/lock.json"))
    except LookupError as error:
        raise pulumi.RunError(str(error)) from None


def given_secrets(settings: SecretsSettings) -> dict[str, pulumi.Output[str]]:
    """The values of `secrets.given`. Raises pulumi.RunError that says how to set those that are missing."""
    config = pulumi.Config(NAMESPACE)
    found = {name: config.get_secret(SECRET_PREFIX + name) for name in settings.given}
    values = {name: value for name, value in found.items() if value is not None}
    try:
        check_given(settings, values)
    except ValueError as error:
        raise pulumi.RunError(f"Pulumi.{pulumi.get_stack()}.yaml: {error}") from None
    return values


def _configured() -> dict[str, Any]:
    return {key: _parsed(value) for key, value in _of_namespace({**get_config_env(), **CONFIG.get()}).items()}


def _of_namespace(entries: Mapping[str, Any]) -> dict[str, Any]:
    prefix = f"{NAMESPACE}:"
    named = {key.removeprefix(prefix): value for key, value in entries.items() if key.startswith(prefix)}
    return {key: value for key, value in named.items() if not key.startswith(SECRET_PREFIX)}


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        return value
