"""What the drills break: the database of a stack and the way to it, on the hosts of the rig, and nothing else."""

from pathlib import Path

import pulumi

from components import ImageLock
from components.backup import (
    BackupRepository,
    BackupRepositoryArgs,
    Backups,
    BackupsArgs,
    BackupSettings,
    agent_name,
    client_names,
)
from components.backup.repository import REPOSITORY_MEMBER
from components.certs import Certificates, CertificatesArgs, CertsSettings, TlsPart
from components.database import (
    DatabaseObjects,
    DatabaseObjectsArgs,
    DatabaseSettings,
    DiskGuard,
    DiskGuardArgs,
    EtcdCluster,
    EtcdClusterArgs,
    FailoverWitness,
    FailoverWitnessArgs,
    RolePasswords,
    TimescaleCluster,
    TimescaleClusterArgs,
)
from components.hosts import Hosts, HostsArgs, HostSettings
from components.pooling import Pooler, PoolerArgs, PoolerPasswords, PoolingSettings, Router, RouterArgs
from components.secrets import Secrets, SecretsArgs, SecretsSettings

config = pulumi.Config("hft")
hosts = [HostSettings.model_validate(host) for host in config.require_object("hosts")]
database = DatabaseSettings.model_validate(config.require_object("database"))
pooling = PoolingSettings.model_validate(config.require_object("pooling"))

kept = config.get_object("backup")
backup = BackupSettings.model_validate(kept) if kept else None

images = ImageLock.load(Path("images/lock.json"))
at = Hosts("hosts", HostsArgs(settings=hosts)).placements
key = Secrets("secrets", SecretsArgs(settings=SecretsSettings())).values
parts = [(f"etcd-{index}", host, "etcd") for index, host in enumerate(database.etcd.hosts)]
parts += [(f"tsdb-{index}", host, "timescaledb") for index, host in enumerate(database.hosts)]
parts += [(f"witness-{host}", host, "witness") for host in database.witness_hosts]
clients: tuple[str, ...] = ()
if backup and backup.repository.host:
    clients = client_names(database.hosts)
    parts += [(agent_name(host), host, "timescaledb") for host in database.hosts]
    parts.append((REPOSITORY_MEMBER, backup.repository.host, "timescaledb"))
tls = Certificates(
    "certs",
    CertificatesArgs(
        settings=CertsSettings(),
        parts=[
            *(
                TlsPart(member=member, placement=at[host], image=images[image], named=member in clients)
                for member, host, image in parts
            ),
            *(
                TlsPart(
                    member=f"pooler-{host}",
                    placement=at[host],
                    own_addresses=pooling.pooler.own_addresses,
                    image=images["pgbouncer"],
                )
                for host in pooling.pooler.hosts
            ),
        ],
    ),
).tls

etcd = EtcdCluster(
    "etcd",
    EtcdClusterArgs(settings=database.etcd, failover=database.failover, placements=at, image=images["etcd"], tls=tls),
)
repository = (
    BackupRepository(
        "repository",
        BackupRepositoryArgs(
            settings=backup,
            hosts=database.hosts,
            placements=at,
            cipher=key["backup-cipher"],
            image=images["timescaledb"],
            tls=tls,
            clients=tuple(clients),
        ),
    )
    if backup
    else None
)
cluster = TimescaleCluster(
    "tsdb",
    TimescaleClusterArgs(
        settings=database,
        placements=at,
        image=images["timescaledb"],
        exporter_image=images["exporters"],
        etcd_endpoints=etcd.endpoints,
        admin_password=key["db-admin"],
        replication_password=key["db-replication"],
        rewind_password=key["db-rewind"],
        monitoring_password=key["db-monitoring"],
        tls=tls,
        archiving=repository.archiving if repository else None,
    ),
    pulumi.ResourceOptions(depends_on=[etcd]),
)
if backup and repository:
    Backups(
        "backup",
        BackupsArgs(
            settings=backup,
            placements=at,
            image=images["backup"],
            stanza=repository.stanza,
            archiving=repository.archiving,
            server=repository.server,
            tls=tls,
            nodes=cluster.data,
            cluster=cluster,
        ),
    )
FailoverWitness(
    "witness",
    FailoverWitnessArgs(
        settings=database,
        placements=at,
        image=images["witness"],
        members=cluster.members,
        etcd_endpoints=etcd.endpoints,
        tls=tls,
    ),
    pulumi.ResourceOptions(depends_on=[etcd]),
)
router = Router(
    "router",
    RouterArgs(
        settings=pooling.router,
        failover=pooling.failover,
        placements=at,
        image=images["haproxy"],
        members=cluster.members,
        authority_pem=tls.authority_pem,
    ),
)
objects = DatabaseObjects(
    "db",
    DatabaseObjectsArgs(
        settings=database.objects,
        writer=router.writer,
        admin_password=key["db-admin"],
        passwords=RolePasswords(
            owner=key["db-owner"],
            writer=key["db-writer"],
            ticks=key["db-ticks"],
            reader=key["db-reader"],
            monitoring=key["db-monitoring"],
            guard=key["db-guard"],
        ),
        placement=at[pooling.router.hosts[0]],
        migrate_image=images["migrate"],
        node_memory_mib=database.memory_mib,
    ),
    pulumi.ResourceOptions(depends_on=[router, cluster.writable]),
)
DiskGuard(
    "tsdb-guard",
    DiskGuardArgs(
        settings=database,
        placements=at,
        image=images["timescaledb"],
        nodes=cluster.data,
        password=key["db-guard"],
    ),
    pulumi.ResourceOptions(depends_on=[objects.ready]),
)
Pooler(
    "pooler",
    PoolerArgs(
        settings=pooling.pooler,
        failover=pooling.failover,
        placements=at,
        image=images["pgbouncer"],
        exporter_image=images["exporters"],
        routes=router.routes,
        passwords=PoolerPasswords(
            writer=objects.passwords.writer,
            ticks=objects.passwords.ticks,
            reader=objects.passwords.reader,
            monitoring=objects.passwords.monitoring,
        ),
        tls=tls,
    ),
)

pulumi.export("authority", tls.authority_pem)
pulumi.export("hosts", {host.name: host.docker_endpoint for host in hosts})
pulumi.export("writer_password", key["db-writer"])
pulumi.export("ticks_password", key["db-ticks"])
pulumi.export("admin_password", key["db-admin"])
pulumi.export("replication_password", key["db-replication"])
pulumi.export("rewind_password", key["db-rewind"])
