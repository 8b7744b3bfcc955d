"""The repository: its volume, where it is one, and what lets database nodes archive into it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components._common.archiving import CLUSTER_PATH, NODE_DATA_DIR, Archiving
from components._common.container import ContainerSpec, arguments, options
from components._common.endpoint import Endpoint
from components._common.one_shot import one_shot
from components._common.placement import Placement, Placements
from components._common.tls import TLS_DIR, Tls, reload_spec
from components._common.volumes import kept_volume
from components.backup.render import (
    CA_FILE,
    CONFIG_FILE,
    OPTIONS,
    REPOSITORY_DIR,
    SECRET_FILE,
    archive_parameters,
    node_conf,
    secret_conf,
    server_conf,
    stanza_name,
)
from components.backup.settings import CIPHER_SECRET, S3_SECRETS, BackupSettings

TOKEN = "hft:backup:BackupRepository"
REPOSITORY_MEMBER = "repository"
"""Name of the repository's server among the parts that have a certificate."""
# A process for each connection, with buffers of some MiB.
_SERVER_MEMORY_MIB = 256


@dataclass(frozen=True, kw_only=True)
class RepositoryServer:
    """What serves the repository of one host to the others."""

    listens: Endpoint
    """Where it is reached."""
    answers: pulumi.Input[pulumi.Resource]
    """There once it does: who asks it at once has `depends_on=[answers]`."""


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
    image: str
    """Image id of the database, which has pgBackRest, for the server of a repository that one host has."""
    tls: Tls
    """The certificate of that server: of `REPOSITORY_MEMBER`."""
    clients: tuple[str, ...]
    """Common names of the certificates that it lets in: those of nodes and agents."""
    s3_keys: tuple[pulumi.Input[str], pulumi.Input[str]] | None = None
    """Secrets backup-s3-key and backup-s3-key-secret, for a bucket."""


class BackupRepository(pulumi.ComponentResource):
    """Where backups and the WAL archive of one cluster are kept, encrypted.

    Use one per cluster: hand `archiving` to its `TimescaleCluster`, and the repository to `Backups`. A volume on the
    database's only host survives the database, not the host; a folder that all hosts share or a bucket survives both. A
    host that has it for the others serves it over TLS, to those only whose certificates it knows; a renewed one of its
    own is taken up without a restart. It makes no backup.
    """

    archiving: Archiving
    """What database nodes archive with."""
    stanza: str
    """pgBackRest's name of the cluster in the repository."""
    server: RepositoryServer | None
    """What serves it, where one host has it for the others."""

    def __init__(self, name: str, args: BackupRepositoryArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        self.stanza = stanza_name(pulumi.get_stack())
        settings = args.settings
        path, s3, host = settings.repository.path, settings.repository.s3, settings.repository.host
        secrets = (CIPHER_SECRET, *(S3_SECRETS if s3 else ()))
        volume = None if path or s3 else self._volume(name, args)
        self.server = self._make_server(name, args, args.placements[host], volume) if host and volume else None
        listens = self.server.listens if self.server else None
        self.archiving = Archiving(
            parameters=archive_parameters(settings, self.stanza, NODE_DATA_DIR),
            files={
                CONFIG_FILE: node_conf(settings, self.stanza, NODE_DATA_DIR, CLUSTER_PATH, listens),
                **({} if host else {SECRET_FILE: _secret_file(args)}),
                **({CA_FILE: s3.ca_pem} if s3 and s3.ca_pem else {}),
            },
            secrets=() if host else secrets,
            volumes={REPOSITORY_DIR: volume} if volume and not host else {},
            host_paths={REPOSITORY_DIR: path} if path else {},
        )
        self.register_outputs(
            {
                "archiving": dict(self.archiving.parameters),
                "stanza": self.stanza,
                "server": str(listens) if listens else None,
            }
        )

    def _volume(self, name: str, args: BackupRepositoryArgs) -> pulumi.Output[str]:
        place = args.placements[args.settings.repository.host or args.hosts[0]]
        return kept_volume(self, f"{name}-data", component="backup", owner=name, placement=place, tier="data").name

    def _make_server(
        self, name: str, args: BackupRepositoryArgs, placement: Placement, volume: pulumi.Input[str]
    ) -> RepositoryServer:
        live, listens = args.tls.live[REPOSITORY_MEMBER], Endpoint(placement.address, args.settings.server_port)
        spec = ContainerSpec(
            component="backup",
            role=name,
            tier="infra",
            image=args.image,
            entrypoint=["pgbackrest"],
            command=[*OPTIONS, "server"],
            files={
                CONFIG_FILE: server_conf(args.settings, self.stanza, listens, args.clients),
                SECRET_FILE: _secret_file(args),
            },
            embedded_secrets=(CIPHER_SECRET,),
            volumes={REPOSITORY_DIR: volume},
            volumes_read={TLS_DIR: live.volume},
            healthy=["pgbackrest", f"--tls-server-port={listens.port}", "server-ping", listens.address],
            memory_mib=_SERVER_MEMORY_MIB,
        )
        server = docker.Container(
            f"{name}-server", arguments(spec, placement), opts=options(self, placement, [live.filled])
        )
        self._make_reload(name, args, placement, server, listens)
        return RepositoryServer(listens=listens, answers=server)

    def _make_reload(
        self, name: str, args: BackupRepositoryArgs, placement: Placement, server: docker.Container, listens: Endpoint
    ) -> None:
        live = args.tls.live[REPOSITORY_MEMBER]
        spec = reload_spec(
            component="backup",
            role=f"{name}-reload",
            image=args.image,
            certificate=live,
            server=server,
            listens=listens,
            starttls=None,
        )
        one_shot(self, f"{name}-reload", spec, placement, [live.filled])


def _secret_file(args: BackupRepositoryArgs) -> pulumi.Output[str]:
    def render(known: Sequence[str]) -> str:
        cipher, *keys = known
        return secret_conf(cipher, (keys[0], keys[1]) if keys else None)

    return pulumi.Output.secret(pulumi.Output.all(args.cipher, *(args.s3_keys or ())).apply(render))
