"""The parts of a stack that keep running, as rows of the table that ends an `up`; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from components._common.endpoint import Endpoint
from components._common.naming import docker_name, member_name
from components._common.ports import member_ports
from stacks.settings import StackSettings


class Part(NamedTuple):
    """One row: a part, where it listens, the container behind it, and how a person opens it."""

    part: str
    endpoint: Endpoint
    container: str
    host: str
    open: str


@dataclass(frozen=True)
class _Table:
    """Makes the rows of one stack."""

    stack: str
    addresses: Mapping[str, str]

    def http(self, part: str, host: str, port: int, path: str = "", container: str | None = None) -> Part:
        return self.row(part, host, port, f"http://{self.addresses[host]}:{port}{path}", container)

    def psql(self, part: str, host: str, port: int, login: str, container: str) -> Part:
        role, database = login.split("@")
        password_file = f"PGPASSFILE=.hft/pgpass-{self.stack}"
        command = f"{password_file} psql -h {self.addresses[host]} -p {port} -U {role} {database}"
        return self.row(part, host, port, command, container)

    def row(self, part: str, host: str, port: int, how: str, container: str | None = None) -> Part:
        return Part(part, Endpoint(self.addresses[host], port), docker_name(self.stack, container or part), host, how)


def parts(settings: StackSettings, stack: str, addresses: Mapping[str, str]) -> list[Part]:
    """Every part that keeps running, along the data's way; `addresses`: host name → IPv4 address."""
    table = _Table(stack, addresses)
    areas = (_pooling, _database, _backup, _cache, _trading, _monitoring, _grafana)
    return [row for area in areas for row in area(settings, table)]


def _pooling(settings: StackSettings, table: _Table) -> Iterator[Part]:
    pooler, router = settings.pooling.pooler, settings.pooling.router
    for host in pooler.hosts:
        yield table.psql("writer", host, pooler.listen_port, "hft_writer@hft", "pooler")
        yield table.psql("reader", host, pooler.listen_port, "hft_reader@hft_ro", "pooler")
        for index in range(pooler.processes):
            exporter = member_name("pooler-exporter", index + 1 if pooler.processes > 1 else None)
            yield table.http(exporter, host, pooler.exporter_port + index, "/metrics")
    for host in router.hosts:
        yield table.psql("router-writer", host, router.writer_port, "hft_owner@hft", "router")
        yield table.psql("router-reader", host, router.reader_port, "hft_reader@hft", "router")


def _database(settings: StackSettings, table: _Table) -> Iterator[Part]:
    database, etcd = settings.database, settings.database.etcd
    for index, (host, port) in enumerate(_members(database.hosts, database.postgres_port)):
        yield table.psql(f"tsdb-{index}", host, port, "hft_reader@hft", f"tsdb-{index}")
    for index, (host, port) in enumerate(_members(database.hosts, database.exporter_port)):
        yield table.http(f"tsdb-exporter-{index}", host, port, "/metrics")
    for host in database.witness_hosts:
        yield table.http("witness", host, database.witness_port, "/metrics")
    for index, (host, port) in enumerate(_members(database.hosts, database.guard_port)):
        yield table.http(f"tsdb-guard-{index}", host, port, "/metrics")
    for index, (host, port) in enumerate(_members(etcd.hosts, etcd.metrics_port)):
        yield table.http(f"etcd-{index}", host, port, "/health")


def _backup(settings: StackSettings, table: _Table) -> Iterator[Part]:
    backup, hosts = settings.backup, settings.database.hosts
    for host in dict.fromkeys(hosts):
        yield table.http(f"backup-{host}", host, backup.metrics_port, "/metrics", container="backup")
    yield table.http("backup-drill", backup.proven_on(hosts), backup.drill_port, "/metrics")


def _cache(settings: StackSettings, table: _Table) -> Iterator[Part]:
    cache = settings.cache
    command = f"valkey-cli -h {table.addresses[cache.host]} -p {cache.valkey_port}"
    yield table.row("cache", cache.host, cache.valkey_port, command)
    yield table.http("cache-exporter", cache.host, cache.exporter_port, "/metrics")


def _trading(settings: StackSettings, table: _Table) -> Iterator[Part]:
    trading = settings.trading
    venues = zip(trading.venues, _members([venue.host for venue in trading.venues], trading.venue_port), strict=True)
    for venue, (host, port) in venues:
        yield table.http(f"venue-{venue.name}", host, port, "/metrics")
    for engine in trading.engines:
        yield table.http(f"{engine.name}-{engine.slot}", engine.host, engine.port, "/metrics")


def _monitoring(settings: StackSettings, table: _Table) -> Iterator[Part]:
    watch = settings.monitoring
    for index, host in enumerate(watch.hosts):
        yield table.http("prometheus", host, watch.prometheus_port, container=f"prometheus-{index}")
        yield table.http("alertmanager", host, watch.alertmanager_port, container=f"alertmanager-{index}")
    for host in watch.watched_hosts:
        yield table.http(f"node-{host}", host, watch.node_exporter_port, "/metrics")


def _grafana(settings: StackSettings, table: _Table) -> Iterator[Part]:
    grafana = settings.grafana
    if grafana.host:
        yield table.http("grafana", grafana.host, grafana.grafana_port)


def _members(hosts: Sequence[str], first_port: int) -> list[tuple[str, int]]:
    return list(zip(hosts, member_ports(first_port, hosts), strict=True))
