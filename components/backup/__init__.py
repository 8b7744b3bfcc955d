"""Backups: a repository, the WAL archive in it, and the agents that fill it."""

from components.backup.backups import Backups, BackupsArgs, agent_name, client_names
from components.backup.repository import BackupRepository, BackupRepositoryArgs
from components.backup.settings import BackupSettings

__all__ = [
    "BackupRepository",
    "BackupRepositoryArgs",
    "BackupSettings",
    "Backups",
    "BackupsArgs",
    "agent_name",
    "client_names",
]
