"""Secrets: generated, or given as Pulumi secrets."""

from components.secrets.secrets import Secrets, SecretsArgs
from components.secrets.settings import SecretsSettings

__all__ = ["Secrets", "SecretsArgs", "SecretsSettings"]
