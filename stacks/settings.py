"""The settings of one stack: a field per component, and what only the whole can check."""

from collections.abc import Iterable
from itertools import combinations

from pydantic import model_validator

from components._common.cpus import format_cpus, parse_cpus
from components._common.ports import PortUse, check_disjoint
from components._common.settings import Settings
from components.backup import BackupSettings
from components.backup.settings import S3_SECRETS
from components.cache import CacheSettings
from components.certs import CertsSettings
from components.database import DatabaseSettings
from components.grafana import GrafanaSettings
from components.hosts import HostSettings
from components.monitoring import MonitoringSettings
from components.network import NetworkSettings
from components.pooling import PoolingSettings
from components.secrets import SecretsSettings
from components.trading import TradingSettings


class StackSettings(Settings):
    """Everything that `Pulumi.<stack>.yaml` may say."""

    hosts: tuple[HostSettings, ...]
    """The Linux hosts; other settings place parts on them by name."""
    network: NetworkSettings
    """Docker networks beside the hosts' own."""
    secrets: SecretsSettings = SecretsSettings()
    """Which secrets are made, and which are given."""
    certs: CertsSettings = CertsSettings()
    """The certificate authority and how long certificates live."""
    database: DatabaseSettings
    """etcd, Patroni with TimescaleDB, and what is in the database."""
    pooling: PoolingSettings
    """HAProxy and PgBouncer."""
    backup: BackupSettings
    """The repository of backups and WAL, schedules, how far back a restore may go."""
    cache: CacheSettings
    """Valkey for reference data."""
    trading: TradingSettings
    """Venues and engines."""
    monitoring: MonitoringSettings
    """Prometheus and Alertmanager."""
    grafana: GrafanaSettings
    """Dashboards."""

    def port_uses(self) -> tuple[PortUse, ...]:
        """Every port that the stack listens on."""
        return (
            *self.database.port_uses(),
            *self.pooling.port_uses(),
            *self.backup.port_uses(self.database.hosts),
            *self.cache.port_uses(),
            *self.trading.port_uses(),
            *self.monitoring.port_uses(),
            *self.grafana.port_uses(),
        )

    def engine_cpus(self) -> dict[str, str]:
        """Host name → CPUs that engines have to themselves there."""
        by_host: dict[str, set[int]] = {}
        for engine in self.trading.engines:
            by_host.setdefault(engine.host, set()).update(parse_cpus(engine.cpu_set))
        return {host: format_cpus(cpus) for host, cpus in by_host.items()}

    @model_validator(mode="after")
    def _hosts_are_known_and_named_once(self) -> "StackSettings":
        names = [host.name for host in self.hosts]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise ValueError(f"hosts[{i}].name={name} is also hosts[{names.index(name)}].name: rename one of them")
        for path, host in self._placements():
            if host not in names:
                raise ValueError(f"{path}={host} is not one of hosts ({', '.join(names)}): use one of these or add it")
        return self

    @model_validator(mode="after")
    def _timers_are_of_one_profile(self) -> "StackSettings":
        database, pooling = self.database.failover.profile, self.pooling.failover.profile
        if database != pooling:
            raise ValueError(
                f"pooling.failover.profile={pooling} differs from database.failover.profile={database}: a route that "
                "is slower than the database wastes its speed, one that is faster sees faults that are none; make "
                "them the same"
            )
        return self

    @model_validator(mode="after")
    def _ports_are_apart(self) -> "StackSettings":
        check_disjoint(self.port_uses())
        return self

    @model_validator(mode="after")
    def _planes_are_known(self) -> "StackSettings":
        planes = [plane.name for plane in self.network.planes]
        for i, venue in enumerate(self.trading.venues):
            if venue.plane not in planes:
                known = ", ".join(planes) or "none"
                raise ValueError(f"trading.venues[{i}].plane={venue.plane} is not one of network.planes ({known})")
        return self

    @model_validator(mode="after")
    def _engines_have_a_pooler(self) -> "StackSettings":
        for i, engine in enumerate(self.trading.engines):
            if engine.host not in self.pooling.pooler.hosts:
                raise ValueError(
                    f"trading.engines[{i}].host={engine.host} has no pooler "
                    f"(pooling.pooler.hosts={', '.join(self.pooling.pooler.hosts)}): add the host there"
                )
        return self

    @model_validator(mode="after")
    def _pools_leave_each_other_and_direct_engines_their_connections(self) -> "StackSettings":
        pooler, limit = self.pooling.pooler, self.database.objects.writer.connection_limit
        direct = sum(engine.direct_connections for engine in self.trading.engines)
        pooled = pooler.pool_size * pooler.processes * len(pooler.hosts)
        # Who finds no connection free waits in a pooler, but is refused past it. And a process that finds none free
        # gets none of those that another one keeps.
        if (direct or pooler.processes > 1) and direct + pooled > limit:
            raise ValueError(
                f"database.objects.writer.connection_limit={limit} is less than the {direct + pooled} that hft_writer "
                f"may need: {pooled} by pooling.pooler.pool_size={pooler.pool_size} in each of "
                f"processes={pooler.processes} on {', '.join(pooler.hosts)}, {direct} by "
                "trading.engines[].orders_path=direct: lower pool_size or raise connection_limit"
            )
        return self

    @model_validator(mode="after")
    def _engines_have_cpus_that_exist(self) -> "StackSettings":
        cpus = {host.name: host.cpus for host in self.hosts}
        for i, engine in enumerate(self.trading.engines):
            if missing := parse_cpus(engine.cpu_set) - parse_cpus(cpus[engine.host]):
                raise ValueError(
                    f"trading.engines[{i}].cpu_set={engine.cpu_set} has CPU {format_cpus(missing)}, "
                    f"which host {engine.host} (cpus={cpus[engine.host]}) does not give: choose among those"
                )
        for host, taken in self.engine_cpus().items():
            if parse_cpus(taken) == parse_cpus(cpus[host]):
                raise ValueError(
                    f"trading.engines take all of cpus={cpus[host]} of host {host}: "
                    "leave at least one CPU for everything else"
                )
        return self

    @model_validator(mode="after")
    def _engines_leave_the_database_its_cpus(self) -> "StackSettings":
        taken = {host: parse_cpus(cpus) for host, cpus in self.engine_cpus().items()}
        for host in self.hosts:
            left = parse_cpus(host.cpus) - taken.get(host.name, frozenset())
            if host.name in self.database.hosts and self.database.cpus > len(left):
                raise ValueError(
                    f"database.cpus={self.database.cpus} exceeds the CPUs that engines leave on host {host.name} "
                    f"({format_cpus(left)}): lower it or give the engines fewer"
                )
        return self

    @model_validator(mode="after")
    def _the_repository_is_where_all_nodes_reach_it(self) -> "StackSettings":
        hosts = dict.fromkeys(self.database.hosts)
        repository = self.backup.repository
        if len(hosts) > 1 and not (repository.path or repository.s3 or repository.host):
            raise ValueError(
                f"backup.repository is a volume of one host, and database.hosts are {', '.join(hosts)}: set "
                "backup.repository.s3, backup.repository.path to a file system that all of them share, or "
                "backup.repository.host to one that serves the others"
            )
        if self.backup.proven_on(self.database.hosts) not in hosts:
            raise ValueError(
                f"backup.drill_host={self.backup.drill_host} is not one of database.hosts ({', '.join(hosts)}): "
                "choose one of them, which all reach the repository"
            )
        if missing := [name for name in S3_SECRETS if repository.s3 and name not in self.secrets.given]:
            raise ValueError(
                f"backup.repository.s3 needs the secrets {', '.join(missing)}: add them to secrets.given, and give "
                "their values with pulumi config set --secret hft:secret-<name>"
            )
        return self

    @model_validator(mode="after")
    def _monitoring_has_its_secrets(self) -> "StackSettings":
        for name, path in self.monitoring.wanted_secrets().items():
            if name not in self.secrets.given:
                raise ValueError(
                    f"{path} needs the secret {name}: add it to secrets.given, and give its value with "
                    f"pulumi config set --secret hft:secret-{name}"
                )
        return self

    @model_validator(mode="after")
    def _another_grafana_has_its_own_secret(self) -> "StackSettings":
        if self.grafana.mode == "external" and "grafana-admin" not in self.secrets.given:
            raise ValueError(
                "grafana.mode=external needs the secret grafana-admin, which that Grafana knows and no stack can make: "
                "add it to secrets.given, and give its value with pulumi config set --secret hft:secret-grafana-admin"
            )
        return self

    @model_validator(mode="after")
    def _backups_reach_no_further_than_data_is_kept(self) -> "StackSettings":
        # Else a restore into the window brings back rows that were dropped for good.
        for i, table in enumerate(self.database.objects.hypertables):
            if table.retention_days and table.retention_days < self.backup.window_days:
                raise ValueError(
                    f"database.objects.hypertables[{i}].retention_days={table.retention_days} of {table.table} is "
                    f"shorter than backup.window_days={self.backup.window_days}: raise it or shorten the window"
                )
        return self

    @model_validator(mode="after")
    def _engines_share_no_cpu(self) -> "StackSettings":
        for (i, one), (j, other) in combinations(enumerate(self.trading.engines), 2):
            shared = parse_cpus(one.cpu_set) & parse_cpus(other.cpu_set)
            if one.host == other.host and shared:
                raise ValueError(
                    f"trading.engines[{j}].cpu_set={other.cpu_set} shares CPU {format_cpus(shared)} with "
                    f"trading.engines[{i}].cpu_set={one.cpu_set} on host {one.host}: make them disjoint"
                )
        return self

    def _placements(self) -> Iterable[tuple[str, str]]:
        for i, plane in enumerate(self.network.planes):
            yield f"network.planes[{i}].host", plane.host
        for i, work in enumerate(self.monitoring.maintenance):
            yield f"monitoring.maintenance[{i}].host", work.host
        for use in self.port_uses():
            yield f"the host of {use.path}", use.host
