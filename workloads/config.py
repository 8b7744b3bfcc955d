"""Read a workload's JSON settings file; a bad file is one clear error and exit status 2."""

import sys
from pathlib import Path
from typing import NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class ConfigError(Exception):
    """A settings or secret file that cannot be used; the text names path, value and bound."""


class Settings(BaseModel):
    """Base of all settings: frozen, no unknown keys, no silent conversion of types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Model = TypeVar("Model", bound=Settings)


def load(path: Path, model: type[Model]) -> Model:
    """Return the settings in the JSON file at `path`; raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}; give --config a readable JSON file") from None
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise ConfigError(f"{path}: {_explain(error)}") from None


def _explain(error: ValidationError) -> str:
    """Return the first problem as `place=value: bound`, and how many more there are."""
    first, *more = error.errors(include_url=False)
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    unknown = first["type"] == "extra_forbidden"
    text = f"{place}: unknown key; remove it or correct its spelling" if unknown else message
    if place and not unknown:
        text = f"{place}={first['input']!r}: {message}" if first["type"] != "missing" else f"{place}: {message}"
    return text + (f" (and {len(more)} more)" if more else "")


def read_secret(path: Path) -> str:
    """Return a secret file's text without its last line end; raises ConfigError, which never holds the value."""
    try:
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ConfigError(f"{path}: secret cannot be read: {error.strerror}") from None
    if not secret:
        raise ConfigError(f"{path}: secret is empty; write the value into the file")
    return secret


def refuse(error: ConfigError) -> NoReturn:
    """Print the error as one line and exit with status 2."""
    print(f"error: {error}", file=sys.stderr)
    raise SystemExit(2)
