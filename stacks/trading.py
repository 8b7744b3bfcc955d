"""The architecture on one page: the parts of a stack, and the wires that join them."""

from collections.abc import Mapping

import pulumi
from pulumi import ResourceOptions as Options

from components import backup, cache, certs, database, grafana, hosts, monitoring, network, pooling, secrets, trading
from components._common.images import ImageLock
from components._common.scraping import Drawn, Watched
from stacks import outputs
from stacks.settings import StackSettings
from stacks.tls import repository_clients, tls_parts


def build(s: StackSettings, *, images: ImageLock, given: Mapping[str, pulumi.Output[str]]) -> None:
    """Register everything, and export what a person needs to find it."""
    at = hosts.Hosts("hosts", hosts.HostsArgs(settings=s.hosts, engine_cpus=s.engine_cpus())).placements
    planes = network.Network("network", network.NetworkArgs(settings=s.network, placements=at)).planes
    key = secrets.Secrets("secrets", secrets.SecretsArgs(settings=s.secrets, given=given)).values
    tls = certs.Certificates("certs", certs.CertificatesArgs(settings=s.certs, parts=tls_parts(s, at, images))).tls
    store = backup.BackupRepository("repository", backup.BackupRepositoryArgs(settings=s.backup, placements=at, tls=tls,
        hosts=s.database.hosts, cipher=key["backup-cipher"], image=images["timescaledb"], clients=repository_clients(s),
        s3_keys=(key["backup-s3-key"], key["backup-s3-key-secret"]) if s.backup.repository.s3 else None))
    etcd = database.EtcdCluster("etcd", database.EtcdClusterArgs(
        settings=s.database.etcd, failover=s.database.failover, placements=at, image=images["etcd"], tls=tls))
    tsdb = database.TimescaleCluster("tsdb", database.TimescaleClusterArgs(
        settings=s.database, placements=at, image=images["timescaledb"], exporter_image=images["exporters"],
        etcd_endpoints=etcd.endpoints, admin_password=key["db-admin"], rewind_password=key["db-rewind"],
        replication_password=key["db-replication"], monitoring_password=key["db-monitoring"], tls=tls,
        archiving=store.archiving), Options(depends_on=[etcd]))
    backups = backup.Backups("backup", backup.BackupsArgs(settings=s.backup, placements=at, image=images["backup"],
        stanza=store.stanza, archiving=store.archiving, server=store.server, tls=tls, nodes=tsdb.data, cluster=tsdb))
    witness = database.FailoverWitness("witness", database.FailoverWitnessArgs(
        settings=s.database, placements=at, image=images["witness"], members=tsdb.members,
        etcd_endpoints=etcd.endpoints, tls=tls), Options(depends_on=[etcd]))
    router = pooling.Router("router", pooling.RouterArgs(settings=s.pooling.router, failover=s.pooling.failover,
        placements=at, image=images["haproxy"], members=tsdb.members, authority_pem=tls.authority_pem))
    objects = database.DatabaseObjects("db", database.DatabaseObjectsArgs(
        settings=s.database.objects, writer=router.writer, admin_password=key["db-admin"],
        passwords=database.RolePasswords(
            **{role: key[f"db-{role}"] for role in ("owner", "writer", "ticks", "reader", "monitoring", "guard")}),
        placement=at[s.pooling.router.hosts[0]], migrate_image=images["migrate"],
        node_memory_mib=s.database.memory_mib), Options(depends_on=[router, tsdb.writable]))
    guard = database.DiskGuard("tsdb-guard", database.DiskGuardArgs(settings=s.database, placements=at,
        image=images["timescaledb"], nodes=tsdb.data, password=key["db-guard"]), Options(depends_on=[objects.ready]))
    pooler = pooling.Pooler("pooler", pooling.PoolerArgs(
        settings=s.pooling.pooler, failover=s.pooling.failover, placements=at, image=images["pgbouncer"],
        exporter_image=images["exporters"], routes=router.routes, tls=tls, passwords=pooling.PoolerPasswords(
            writer=objects.passwords.writer, ticks=objects.passwords.ticks, reader=objects.passwords.reader,
            monitoring=objects.passwords.monitoring)))

    reference = cache.ReferenceCache("cache", cache.ReferenceCacheArgs(
        settings=s.cache, placements=at, image=images["valkey"], exporter_image=images["exporters"],
        writer_password=key["cache-writer"], reader_password=key["cache-reader"],
        monitoring_password=key["cache-monitoring"]))
    venues = trading.VenueSimulators("venues", trading.VenueSimulatorsArgs(
        settings=s.trading, placements=at, image=images["workloads"], planes=planes))
    engines = [
        trading.TradingEngine(engine.name, trading.TradingEngineArgs(
            settings=engine, placements=at, image=images[engine.image], venues=venues.endpoints,
            symbols=s.trading.symbols, database=pooler.by_host[engine.host], database_password=key["db-writer"],
            ticks_password=key["db-ticks"], standby_confirms=s.database.synchronous_standbys > 0,
            writer_route=router.routes[engine.host].writer, tls=tls, etcd_endpoints=etcd.endpoints),
            Options(depends_on=[etcd, venues, pooler, objects.ready, tsdb.replicated]))
        for engine in s.trading.engines]
    watched: list[Watched] = [etcd, tsdb, guard, backups, witness, router, pooler, reference, *engines,
                              grafana.watch(s.grafana, at, images.get("grafana"))]
    watch = monitoring.Monitoring("monitoring", monitoring.MonitoringArgs(
        settings=s.monitoring, placements=at, image=images["prometheus"], alertmanager_image=images["alertmanager"],
        exporter_image=images["exporters"], tls=tls, secrets={it: key[it] for it in s.monitoring.wanted_secrets()},
        scrape_targets=[*venues.scrape_targets, *(target for part in watched for target in part.scrape_targets)],
        alert_rules={file: text for part in watched for file, text in part.alert_rules.items()}))
    drawn: list[Drawn] = [etcd, tsdb, objects, pooler, watch, *engines]
    desk = grafana.Grafana("grafana", grafana.GrafanaArgs(settings=s.grafana, placements=at, database=router.reader,
        image=images.get("grafana"), admin_password=key["grafana-admin"], prometheus_url=watch.prometheus_url,
        alertmanagers=watch.alertmanagers, runbooks_url=watch.runbooks_url, database_password=key["db-reader"],
        dashboards={name: text for part in drawn for name, text in part.dashboards.items()}),
        Options(depends_on=[watch, objects.ready]))
    outputs.export(s, key, at, authority_pem=tls.authority_pem, desk=desk)
