"""Which secrets a stack has, and where each value comes from. Holds names and lengths, never a value."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field, model_validator

from components._common.settings import Settings

SecretName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
"""Kebab case; the file in a container is /run/secrets/<name>."""

# 62 letters and digits give 5.95 bits each: 24 of them are 142 bits, more than the 128 of NIST SP 800-57's horizon.
Length = Annotated[int, Field(ge=24, le=128)]

_DEFAULT_LENGTH = 32
_DEFAULT_NAMES = (
    "db-admin",
    "db-replication",
    "db-rewind",
    "db-owner",
    "db-writer",
    "db-ticks",
    "db-reader",
    "db-monitoring",
    "db-guard",
    "backup-cipher",
    "cache-writer",
    "cache-reader",
    "cache-monitoring",
    "grafana-admin",
)


class SecretsSettings(Settings):
    """The secrets of a stack by name."""

    generated: Mapping[SecretName, Length] = Field(default=dict.fromkeys(_DEFAULT_NAMES, _DEFAULT_LENGTH))
    """Name → length in characters of a value that Pulumi generates once and keeps in its encrypted state."""
    given: tuple[SecretName, ...] = ()
    """Names whose values you set, by `pulumi config set --secret hft:secret-<name>`; these are not generated."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted({*self.generated, *self.given}))

    @model_validator(mode="after")
    def _given_names_are_unique(self) -> "SecretsSettings":
        if repeated := sorted({name for name in self.given if self.given.count(name) > 1}):
            raise ValueError(f"given names {repeated[0]!r} more than once: list it once")
        return self


def check_given(settings: SecretsSettings, given: Iterable[str]) -> None:
    """Raise ValueError where a value that the settings promise is not there."""
    if missing := sorted(set(settings.given) - set(given)):
        commands = "; ".join(f"pulumi config set --secret {config_key(name)}" for name in missing)
        raise ValueError(f"secrets.given={missing} have no value in this stack: run {commands}")


def config_key(name: str) -> str:
    """The Pulumi configuration key of a given secret: hft:secret-db-owner."""
    return f"hft:secret-{name}"
