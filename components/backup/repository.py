"""The repository: its volume, where it is one, and what lets database nodes archive into it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components._common.archiving import CLUSTER_PATH, NODE_DATA_DIR, Archiving
from components._common.placement import Placements
from components._common.volumes import kept_volume
from components.backup.render import (
    CA_FILE,
    CONFIG_FILE,
    REPOSITORY_DIR,
    SECRET_FILE,
    archive_parameters,
    node_conf,
    secret_conf,
    stanza_name,
)
from components.backup.settings import CIPHER_SECRET, S3_SECRETS, BackupSettings

TOKEN = "hft:backup:BackupRepository"


@dataclass(frozen=True, kw_only=True)
class BackupRepositoryArgs:
    """What `BackupRepository` needs."""

    settings: BackupSettings
    """Where it is, and how WAL gets there."""
    hosts: tuple[str, ...]
    """Hosts of the database's nodes."""
    placements: Placements
    """Hosts by name."""
    cipher: pulumi.Input[str]
    """Secret backup-cipher: without it a backup cannot be read."""
    s3_keys: tuple[pulumi.Input[str], pulumi.Input[str]] | None = None
    """Secrets backup-s3-key and backup-s3-key-secret, for a bucket."""


class BackupRepository(pulumi.ComponentResource):
    """Where backups and the WAL archive of one cluster are kept, encrypted.

    Use one per cluster: hand `archiving` to its `TimescaleCluster`, and the repository to `Backups`. A volume on the
    database's only host survives the database, not the host; a folder that all hosts share or a bucket survives both.
    It makes no backup.
    """

    archiving: Archiving
    """What database nodes archive with."""
    stanza: str
    """pgBackRest's name of the cluster in the repository."""

    def __init__(self, name: str, args: BackupRepositoryArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        self.stanza = stanza_name(pulumi.get_stack())
        settings = args.settings
        path, s3 = settings.repository.path, settings.repository.s3
        self.archiving = Archiving(
            parameters=archive_parameters(settings, self.stanza, NODE_DATA_DIR),
            files={
                CONFIG_FILE: node_conf(settings, self.stanza, NODE_DATA_DIR, CLUSTER_PATH),
                SECRET_FILE: _secret_file(args),
                **({CA_FILE: s3.ca_pem} if s3 and s3.ca_pem else {}),
            },
            secrets=(CIPHER_SECRET, *(S3_SECRETS if s3 else ())),
            volumes={} if path or s3 else {REPOSITORY_DIR: self._volume(name, args)},
            host_paths={REPOSITORY_DIR: path} if path else {},
        )
        self.register_outputs({"archiving": dict(self.archiving.parameters), "stanza": self.stanza})

    def _volume(self, name: str, args: BackupRepositoryArgs) -> pulumi.Output[str]:
        place = args.placements[args.hosts[0]]
        return kept_volume(self, f"{name}-data", component="backup", owner=name, placement=place, tier="data").name


def _secret_file(args: BackupRepositoryArgs) -> pulumi.Output[str]:
    def render(known: Sequence[str]) -> str:
        cipher, *keys = known
        return secret_conf(cipher, (keys[0], keys[1]) if keys else None)

    return pulumi.Output.secret(pulumi.Output.all(args.cipher, *(args.s3_keys or ())).apply(render))
