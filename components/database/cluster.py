"""Patroni nodes: one primary, the rest standbys. Does not own etcd, the route to the primary, or backups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components._common.archiving import Archiving, NodeData
from components._common.container import CONFIG_DIR, SECRET_DIR, ContainerSpec, arguments, options
from components._common.endpoint import DatabaseMember, Endpoint
from components._common.naming import member_name
from components._common.one_shot import one_shot
from components._common.placement import Placement, Placements
from components._common.ports import member_ports
from components._common.scraping import ScrapeTarget
from components._common.shell import AWAIT
from components._common.tls import (
    CLIENT_AUTHORITY_FILE,
    CURL_AS_PART,
    SERVER_AUTHORITY_FILE,
    TLS_DIR,
    Tls,
    reload_spec,
)
from components._common.volumes import kept_volume
from components.database.alerts import alert_rules
from components.database.dashboards import database
from components.database.passwords import take_spec, write_spec
from components.database.render import (
    BOOTSTRAP_FILE,
    DATA_DIR,
    PASSWORDS_DIR,
    SHARED_KEY,
    archiving_yml,
    patroni_yml,
    shared_json,
)
from components.database.settings import DATABASE, DatabaseSettings

TOKEN = "hft:database:TimescaleCluster"
_PATRONI_DIR = f"{CONFIG_DIR}/patroni"
_SHARED_FILE = f"{CONFIG_DIR}/shared.json"
# etcd elects a leader in about a second; a minute covers a host that pages its programs in from a busy disk.
_QUORUM_SECONDS = 60
# Patroni's REST API could change it too, but only while a node runs. The first member of etcd that answers takes it.
_PUT_INTO_ETCD = f"""\
{AWAIT}\
key=$(printf %s "$0" | base64 -w0) value=$(base64 -w0 {_SHARED_FILE})
seconds=$1
shift
ask() {{
    curl -fsS {" ".join(CURL_AS_PART)} --max-time 5 "$@" 2>&1
}}
# A new cluster goes by version 3.0 until each member has come up. A Patroni that reads this keeps to it for as long as
# it runs, and asks in a way that no etcd of today answers.
agreed() {{
    told=$(ask "https://$1/version") || return 1
    case $told in
        *'"etcdcluster":"3.0.0"'* | *not_decided*) told="not all members have come up yet" && return 1 ;;
    esac
}}
hand_over() {{
    for member; do
        told=$(printf '{{"key": "%s", "value": "%s"}}' "$key" "$value" |
            ask -o /dev/null --data @- "https://$member/v3/kv/put") && agreed "$member" && return
        last="$member: $told"
    done
    return 1
}}
await "$seconds" 0.2 hand_over "$@" && exit
echo "etcd is not ready in $seconds s; the last word of $last" >&2
exit 1
"""
# Patroni lets a standby confirm from the leader's first loop after it streams, so a node that is ready is not yet one
# that commits wait for. A minute is some loops of the largest default.
_REPLICATED_SECONDS = 60
_AWAIT_STANDBYS = f"""\
{AWAIT}\
standbys=$0 seconds=$1
shift
confirm() {{
    for member; do
        told=$(curl -fsS --cacert {CLIENT_AUTHORITY_FILE} --max-time 2 "https://$member/cluster" 2>&1) || continue
        found=$(printf %s "$told" | grep -oE '"role": "quorum_standby"' | wc -l)
        [ "$found" -ge "$standbys" ] && return
    done
    return 1
}}
await "$seconds" 0.2 confirm "$@" && exit
echo "commits do not wait for $standbys standbys after $seconds s; the last word of Patroni: $told" >&2
exit 1
"""
_ONE_SHOT_MEMORY_MIB = 32
_BOOTSTRAP = Path(__file__).with_name("bootstrap.sh")
# postgres_exporter calls this way deprecated, and has no other one for questions of one's own.
_QUERIES, _QUERIES_FILE = Path(__file__).with_name("exporter_queries.yaml"), f"{CONFIG_DIR}/queries.yaml"
# postgres_exporter keeps no data; well under 32 MiB resident with one database.
_EXPORTER_MEMORY_MIB = 64


@dataclass(frozen=True, kw_only=True)
class TimescaleClusterArgs:
    """What `TimescaleCluster` needs."""

    settings: DatabaseSettings
    """Nodes, sizes and timers."""
    placements: Placements
    """Hosts by name; only these may connect."""
    image: str
    """Image id of PostgreSQL with TimescaleDB and Patroni."""
    exporter_image: str
    """Image id of the exporters."""
    etcd_endpoints: tuple[str, ...]
    """`address:port` of each etcd member."""
    admin_password: pulumi.Input[str]
    """Password of `hft_admin` (secret db-admin), who makes all else."""
    replication_password: pulumi.Input[str]
    """Password of `replicator` (secret db-replication)."""
    rewind_password: pulumi.Input[str]
    """Password of the role of pg_rewind (secret db-rewind)."""
    monitoring_password: pulumi.Input[str]
    """Password of `hft_monitoring` (secret db-monitoring), which `DatabaseObjects` makes."""
    tls: Tls
    """The certificates of all nodes, by the nodes' names."""
    archiving: Archiving | None = None
    """Where the nodes archive their WAL; without, there is no backup to restore to a point in time."""


class TimescaleCluster(pulumi.ComponentResource):
    """PostgreSQL with TimescaleDB on several nodes under Patroni, with an exporter beside each.

    Use it for what must not be lost: orders, audit, ticks. With one synchronous standby it loses no acknowledged row
    when a node or its host is lost, and writes again after about `failover.ttl_seconds`. Without any standby it
    acknowledges nothing. It does not survive the loss of all hosts (that is a backup's work), and has the database
    `hft` with its extensions but no roles or tables of yours (`DatabaseObjects`). Nodes start and are replaced one
    after the other, so that a changed setting or image leaves a primary at all times. What the nodes share is put into
    etcd as a whole, which undoes `patronictl edit-config` and ends a `patronictl pause`. Only the stack's hosts may
    connect, with SCRAM over TLS 1.3; the superuser comes by the socket of a node. Patroni's REST API tells everyone how
    the cluster is, and does what a part of the stack on a node's host asks for. A renewed certificate or a new password
    is taken up without a restart.
    """

    members: tuple[DatabaseMember, ...]
    """The nodes."""
    data: tuple[NodeData, ...]
    """The nodes as a backup sees them."""
    writable: pulumi.Output[pulumi.Resource]
    """The first node, once hft_admin can log in on every node: what writes has `depends_on=[cluster.writable]`."""
    replicated: pulumi.Input[pulumi.Resource]
    """There once commits wait for as many standbys as the settings ask for: whatever must not be lost depends on it."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """Patroni and the PostgreSQL exporter of each node."""
    alert_rules: Mapping[str, str]
    """Rule file name → text."""
    dashboards: Mapping[str, str]
    """Dashboard name → JSON."""

    def __init__(self, name: str, args: TimescaleClusterArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        self.members = database_members(name, args.settings, args.placements)
        exporters = _exporter_endpoints(args.settings, args.placements)
        nodes: list[docker.Container] = []
        volumes = [self._make_volume(name, args, index) for index in range(len(self.members))]
        shared = self._make_shared(name, args)
        written = [self._make_passwords(name, args, index) for index in range(len(self.members))]
        for index, host in enumerate(args.settings.hosts):
            after = nodes[-1] if nodes else shared
            nodes.append(self._make_node(name, args, index, volumes[index], after=[after, written[index]]))
            self._make_exporter(name, args, index, exporters[index], args.placements[host])
        self.data = tuple(
            NodeData(member=member, host=host, volume=volume.name)
            for member, host, volume in zip(self.members, args.settings.hosts, volumes, strict=True)
        )
        taken = [self._make_roles(name, args, index, node, written) for index, node in enumerate(nodes)]
        self.writable = pulumi.Output.all(*taken).apply(lambda _: nodes[0])
        self.replicated = self._make_replicated(name, args, after=nodes[args.settings.synchronous_standbys])
        self.scrape_targets = (
            *map(_patroni_target, self.members, args.settings.hosts),
            *map(_postgres_target, self.members, args.settings.hosts, exporters),
        )
        self.alert_rules = alert_rules()
        self.dashboards = {"database": database(pulumi.get_stack())}
        self.register_outputs(
            {
                "members": [vars(member) for member in self.members],
                "data": [{"host": node.host, "volume": node.volume} for node in self.data],
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": dict(self.alert_rules),
                "dashboards": sorted(self.dashboards),
            }
        )

    def _make_shared(self, name: str, args: TimescaleClusterArgs) -> pulumi.Output[pulumi.Resource]:
        """Puts what all nodes share into etcd, as the first node: before that starts, and again when it has changed."""
        placement = args.placements[args.settings.hosts[0]]
        live = args.tls.live[self.members[0].name]
        clients = [host.address for host in args.placements.values()]
        spec = ContainerSpec(
            component="database",
            role=f"{name}-shared",
            tier="infra",
            image=args.image,
            entrypoint=["/bin/sh", "-euc", _PUT_INTO_ETCD],
            command=[SHARED_KEY, str(_QUORUM_SECONDS), *args.etcd_endpoints],
            files={_SHARED_FILE: shared_json(args.settings, clients)},
            volumes_read={TLS_DIR: live.volume},
            memory_mib=_ONE_SHOT_MEMORY_MIB,
        )
        return one_shot(self, f"{name}-shared", spec, placement, [live.filled])

    def _make_replicated(
        self, name: str, args: TimescaleClusterArgs, after: docker.Container
    ) -> pulumi.Input[pulumi.Resource]:
        """Waits until the primary acknowledges nothing alone; nothing to wait for without synchronous standbys."""
        standbys = args.settings.synchronous_standbys
        if not standbys:
            return after
        placement = args.placements[args.settings.hosts[0]]
        spec = ContainerSpec(
            component="database",
            role=f"{name}-replicated",
            tier="infra",
            image=args.image,
            entrypoint=["/bin/sh", "-uc", _AWAIT_STANDBYS],
            command=[str(standbys), str(_REPLICATED_SECONDS), *(str(member.patroni) for member in self.members)],
            files={CLIENT_AUTHORITY_FILE: args.tls.authority_pem},
            memory_mib=_ONE_SHOT_MEMORY_MIB,
        )
        return one_shot(self, f"{name}-replicated", spec, placement, [after])

    def _make_passwords(self, name: str, args: TimescaleClusterArgs, index: int) -> pulumi.Output[pulumi.Resource]:
        """Writes the passwords of a node into its volume: before it first starts, and again when one has changed."""
        placement = args.placements[args.settings.hosts[index]]
        live = args.tls.live[self.members[index].name]
        spec = write_spec(f"{name}-passwords", index, args.image, _secrets(args), live.volume)
        return one_shot(self, f"{name}-passwords-{index}", spec, placement, [live.filled])

    def _make_roles(
        self,
        name: str,
        args: TimescaleClusterArgs,
        index: int,
        node: docker.Container,
        after: Sequence[pulumi.Input[pulumi.Resource]],
    ) -> pulumi.Output[pulumi.Resource]:
        """Has the roles take their passwords, which all nodes know by then, if this is the node that leads."""
        placement = args.placements[args.settings.hosts[index]]
        spec = take_spec(
            f"{name}-roles",
            index,
            args.image,
            _secrets(args),
            server=node,
            member=self.members[index],
            bootstrap=_BOOTSTRAP.read_text(),
            authority_pem=args.tls.authority_pem,
        )
        return one_shot(self, f"{name}-roles-{index}", spec, placement, after)

    def _make_volume(self, name: str, args: TimescaleClusterArgs, index: int) -> docker.Volume:
        placement = args.placements[args.settings.hosts[index]]
        return kept_volume(
            self,
            f"{name}-data-{index}",
            component="database",
            owner=self.members[index].name,
            placement=placement,
            tier="data",
        )

    def _make_node(
        self,
        name: str,
        args: TimescaleClusterArgs,
        index: int,
        volume: docker.Volume,
        after: Sequence[pulumi.Input[pulumi.Resource]],
    ) -> docker.Container:
        member, placement = self.members[index], args.placements[args.settings.hosts[index]]
        live = args.tls.live[member.name]
        nodes = [each.address for each in self.members]
        spec = ContainerSpec(
            component="database",
            role=name,
            index=index,
            tier="data",
            image=args.image,
            command=[_PATRONI_DIR],
            files={
                f"{_PATRONI_DIR}/10-patroni.yml": patroni_yml(args.settings, member, args.etcd_endpoints, nodes),
                BOOTSTRAP_FILE: _BOOTSTRAP.read_text(),
                **_archiving_files(args.archiving),
            },
            embedded_secrets=(*_secrets(args), *(args.archiving.secrets if args.archiving else ())),
            volumes={DATA_DIR: volume.name, **(args.archiving.volumes if args.archiving else {})},
            host_paths_written=args.archiving.host_paths if args.archiving else {},
            volumes_read={TLS_DIR: live.volume, PASSWORDS_DIR: live.volume},
            # It tells of changed orders (docs/adr/0027-audited-by-default.md).
            audit=True,
            tmpfs=("/tmp", "/run/postgresql"),
            healthy=[
                *("curl", "-fsS", "--cacert", SERVER_AUTHORITY_FILE, "-o", "/dev/null"),
                f"https://{member.patroni}/readiness",
            ],
            # The next node waits for it, and whatever writes.
            health_interval_seconds=2,
            # A standby may have to copy the whole database first.
            ready_timeout_seconds=300,
            memory_mib=args.settings.memory_mib,
            shm_mib=args.settings.shm_mib,
            stop_grace_seconds=args.settings.stop_grace_seconds,
        )
        node = docker.Container(
            f"{name}-node-{index}",
            arguments(spec, placement),
            opts=options(self, placement, depends_on=[*after, live.filled]),
        )
        self._make_reload(name, args, index, placement, node)
        return node

    def _make_reload(
        self, name: str, args: TimescaleClusterArgs, index: int, placement: Placement, node: docker.Container
    ) -> None:
        member = self.members[index]
        live = args.tls.live[member.name]
        spec = reload_spec(
            component="database",
            role=f"{name}-reload",
            index=index,
            image=args.image,
            certificate=live,
            server=node,
            listens=member.postgres,
        )
        one_shot(self, f"{name}-reload-{index}", spec, placement, [live.filled])

    def _make_exporter(
        self, name: str, args: TimescaleClusterArgs, index: int, listen: Endpoint, placement: Placement
    ) -> docker.Container:
        server = self.members[index].postgres
        password_file = f"{SECRET_DIR}/db-monitoring"
        spec = ContainerSpec(
            component="database",
            role=f"{name}-exporter",
            index=index,
            tier="infra",
            image=args.exporter_image,
            command=[
                *("postgres", server.address, str(server.port), DATABASE, "hft_monitoring", password_file),
                CLIENT_AUTHORITY_FILE,
                f"--web.listen-address={listen}",
                f"--extend.query-path={_QUERIES_FILE}",
                # Since PostgreSQL 17 checkpoints are told there, and not by default.
                "--collector.stat_checkpointer",
                # The age of the oldest transaction, which is not told by default either.
                "--collector.database_wraparound",
            ],
            files={_QUERIES_FILE: _QUERIES.read_text(), CLIENT_AUTHORITY_FILE: args.tls.authority_pem},
            secrets={"db-monitoring": args.monitoring_password},
            healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{listen}/"],
            memory_mib=_EXPORTER_MEMORY_MIB,
        )
        return docker.Container(f"{name}-exporter-{index}", arguments(spec, placement), opts=options(self, placement))


def database_members(name: str, settings: DatabaseSettings, placements: Placements) -> tuple[DatabaseMember, ...]:
    """The nodes with their addresses and ports."""
    postgres = member_ports(settings.postgres_port, settings.hosts)
    patroni = member_ports(settings.patroni_port, settings.hosts)
    return tuple(
        DatabaseMember(
            name=member_name(name, index),
            address=placements[host].address,
            postgres_port=postgres[index],
            patroni_port=patroni[index],
        )
        for index, host in enumerate(settings.hosts)
    )


def _exporter_endpoints(settings: DatabaseSettings, placements: Placements) -> list[Endpoint]:
    ports = member_ports(settings.exporter_port, settings.hosts)
    return [Endpoint(placements[host].address, port) for host, port in zip(settings.hosts, ports, strict=True)]


def _secrets(args: TimescaleClusterArgs) -> Mapping[str, pulumi.Input[str]]:
    return {
        "db-admin": args.admin_password,
        "db-replication": args.replication_password,
        "db-rewind": args.rewind_password,
    }


def _archiving_files(archiving: Archiving | None) -> Mapping[str, pulumi.Input[str]]:
    if not archiving:
        return {}
    return {f"{_PATRONI_DIR}/15-archiving.yml": archiving_yml(archiving.parameters), **archiving.files}


def _patroni_target(member: DatabaseMember, host: str) -> ScrapeTarget:
    return ScrapeTarget(job="patroni", instance=member.name, host=host, address=str(member.patroni), tls=True)


def _postgres_target(member: DatabaseMember, host: str, exporter: Endpoint) -> ScrapeTarget:
    return ScrapeTarget(job="postgres", instance=member.name, host=host, address=str(exporter))
