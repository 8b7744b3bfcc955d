"""PgBouncer: many clients on few server connections, through the router of its host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from components._common.container import SECRET_DIR, ContainerSpec, arguments, options
from components._common.endpoint import Endpoint
from components._common.one_shot import one_shot
from components._common.placement import Placement, Placements
from components._common.scraping import ScrapeTarget
from components._common.shell import AWAIT, PUT
from components._common.tls import CLIENT_AUTHORITY_FILE, TLS_DIR, Tls, reload_spec
from components.pooling.alerts import alert_rules
from components.pooling.dashboard import pooling
from components.pooling.failover import RouteFailoverSettings
from components.pooling.render import PGBOUNCER_INI, STATS_USER, USERS_FILE, pgbouncer_files, process_file, userlist
from components.pooling.router import Routes
from components.pooling.settings import PoolerSettings

TOKEN = "hft:pooling:Pooler"
# pgbouncer_exporter keeps no data; well under 32 MiB resident.
_EXPORTER_MEMORY_MIB = 64
_USERS_MEMORY_MIB = 32
_USERS_SECRET = f"{SECRET_DIR}/pooler-users"
# PgBouncer takes a signal at once; a minute covers a host without CPU.
_USERS_SECONDS = 60
# A login proves that the file has been read.
_TAKE_USERS = f"""\
{AWAIT}{PUT}\
umask 077
put {_USERS_SECRET} {USERS_FILE}
printf '*:*:*:*:%s\\n' "$(sed 's/[\\:]/\\\\&/g' {SECRET_DIR}/db-monitoring)" > /tmp/pgpass
kill -HUP 1
address=$0 port=$1
log_in() {{
    told=$(PGPASSFILE=/tmp/pgpass psql -XAtqc 'SHOW VERSION' \
        "host=$address port=$port user={STATS_USER} dbname=pgbouncer sslmode=require connect_timeout=2" 2>&1)
}}
await "$2" 0.2 log_in && exit
echo "the pooler at $address:$port does not take its users after $2 s: $told" >&2
exit 1
"""


@dataclass(frozen=True, kw_only=True)
class PoolerPasswords:
    """The passwords of the roles that may come through the pooler."""

    writer: pulumi.Input[str]
    """Of hft_writer (secret db-writer)."""
    ticks: pulumi.Input[str]
    """Of hft_ticks (secret db-ticks)."""
    reader: pulumi.Input[str]
    """Of hft_reader (secret db-reader)."""
    monitoring: pulumi.Input[str]
    """Of hft_monitoring (secret db-monitoring), who may also ask the pooler for its statistics."""


@dataclass(frozen=True, kw_only=True)
class PoolerArgs:
    """What `Pooler` needs."""

    settings: PoolerSettings
    """Hosts, ports and pool sizes."""
    failover: RouteFailoverSettings = field(default_factory=RouteFailoverSettings)
    """How soon it tries again after a server refused it."""
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of PgBouncer."""
    exporter_image: str
    """Image id of the exporters."""
    routes: Mapping[str, Routes]
    """Host → its router, for every host in the settings."""
    passwords: PoolerPasswords
    """Passwords of the roles."""
    tls: Tls
    """The certificates of all poolers, by `<name>-<host>`; each for `settings.own_addresses` too."""


@dataclass(frozen=True)
class _Process:
    """One PgBouncer of a pooler, as others find it."""

    placement: Placement
    number: int | None
    """Counted from 1; None for the only one."""
    asked: Endpoint
    """Where it answers, and no other process does."""
    exporter: Endpoint

    @property
    def key(self) -> str:
        """What ends the logical names of its containers. The first one's stay as those of an only one: its exporter has
        the same port, so that it has to be replaced, not made beside the old one, where their number changes."""
        return self.placement.host if self.number in (None, 1) else f"{self.placement.host}-{self.number}"


class Pooler(pulumi.ComponentResource):
    """PgBouncer in transaction mode on each host that has clients, with an exporter beside each of its processes.

    Use it for every client but migrations: `hft` leads to the primary, `hft_ro` to a standby. Prepared statements of
    the protocol work; session state (SET, LISTEN, temporary tables, advisory locks) does not outlive a transaction.
    The owner role is not let in: migrations take the router.
    """

    writer: Endpoint
    """The pooler of the first host, for the database `hft`."""
    reader: Endpoint
    """The same pooler, for the database `hft_ro`."""
    by_host: Mapping[str, Endpoint]
    """Host → its pooler."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """The exporters."""
    alert_rules: Mapping[str, str]
    """Rule file name → text."""
    dashboards: Mapping[str, str]
    """Dashboard name → JSON."""

    def __init__(self, name: str, args: PoolerArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        settings = args.settings
        placed = [args.placements[host] for host in settings.hosts]
        self.by_host = {placement.host: Endpoint(placement.address, settings.listen_port) for placement in placed}
        users = _users(args.passwords)
        for placement in placed:
            pooler = self._make_pooler(name, args, placement)
            self._make_per_process(name, args, _processes(settings, placement), users, pooler)
        self.writer = self.reader = self.by_host[settings.hosts[0]]
        self.scrape_targets = tuple(
            ScrapeTarget(
                job="pgbouncer",
                instance=f"{name}-{placement.host}",
                host=placement.host,
                address=str(process.exporter),
                labels={} if process.number is None else {"process": str(process.number)},
            )
            for placement in placed
            for process in _processes(settings, placement)
        )
        self.alert_rules = alert_rules()
        self.dashboards = {"pooling": pooling(pulumi.get_stack())}
        self.register_outputs(
            {
                "writer": str(self.writer),
                "reader": str(self.reader),
                "by_host": {host: str(endpoint) for host, endpoint in self.by_host.items()},
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": dict(self.alert_rules),
                "dashboards": sorted(self.dashboards),
            }
        )

    def _make_pooler(self, name: str, args: PoolerArgs, placement: Placement) -> docker.Container:
        listen, routes = self.by_host[placement.host], args.routes[placement.host]
        live = args.tls.live[f"{name}-{placement.host}"]
        processes = _processes(args.settings, placement)
        spec = ContainerSpec(
            component="pooling",
            role=name,
            tier="infra",
            image=args.image,
            entrypoint=["pgbouncers"] if args.settings.processes > 1 else [],
            command=[process_file(each.number) if each.number else PGBOUNCER_INI for each in processes],
            files=pgbouncer_files(args.settings, args.failover, listen, routes.writer, routes.reader),
            volumes_read={TLS_DIR: live.volume},
            healthy=["pg-ping", *(word for each in processes for word in (each.asked.address, str(each.asked.port)))],
            # Engines and the exporter wait for it.
            health_interval_seconds=2,
            memory_mib=args.settings.memory_mib,
            # PgBouncer documentation, signals: SIGINT lets running transactions end.
            stop_signal="SIGINT",
        )
        return docker.Container(
            f"{name}-{placement.host}", arguments(spec, placement), opts=options(self, placement, [live.filled])
        )

    def _make_per_process(
        self,
        name: str,
        args: PoolerArgs,
        processes: Sequence[_Process],
        users: pulumi.Output[str],
        pooler: docker.Container,
    ) -> None:
        """What each process of a pooler that runs needs: that it reads its files, and an exporter."""
        taken: list[pulumi.Input[pulumi.Resource]] = []
        for process in processes:
            self._make_reload(name, args, process, pooler)
            # One after the other, as all write the same file.
            taken = [self._make_users(name, args, process, users, pooler, after=taken)]
            # The exporter ends where it cannot log in.
            self._make_exporter(name, args, process, after=taken)

    def _make_users(
        self,
        name: str,
        args: PoolerArgs,
        process: _Process,
        users: pulumi.Output[str],
        pooler: docker.Container,
        *,
        after: Sequence[pulumi.Input[pulumi.Resource]],
    ) -> pulumi.Output[pulumi.Resource]:
        """Gives a pooler that runs its users, and again whenever a password has changed; proven by one process."""
        placement, asked = process.placement, process.asked
        spec = ContainerSpec(
            component="pooling",
            role=f"{name}-users",
            index=process.number,
            tier="infra",
            image=args.image,
            entrypoint=["/bin/sh", "-euc", _TAKE_USERS],
            command=[asked.address, str(asked.port), str(_USERS_SECONDS)],
            files={_USERS_SECRET: users},
            secrets={"db-monitoring": args.passwords.monitoring},
            embedded_secrets=["db-writer", "db-ticks", "db-reader"],
            volumes={TLS_DIR: args.tls.live[f"{name}-{placement.host}"].volume},
            pid_mode=pulumi.Output.concat("container:", pooler.id),
            memory_mib=_USERS_MEMORY_MIB,
        )
        return one_shot(self, f"{name}-users-{process.key}", spec, placement, after)

    def _make_reload(self, name: str, args: PoolerArgs, process: _Process, pooler: docker.Container) -> None:
        placement = process.placement
        live = args.tls.live[f"{name}-{placement.host}"]
        spec = reload_spec(
            component="pooling",
            role=f"{name}-reload",
            index=process.number,
            image=args.image,
            certificate=live,
            server=pooler,
            listens=process.asked,
        )
        one_shot(self, f"{name}-reload-{process.key}", spec, placement, [live.filled])

    def _make_exporter(
        self, name: str, args: PoolerArgs, process: _Process, after: Sequence[pulumi.Input[pulumi.Resource]]
    ) -> docker.Container:
        placement, asked, listen = process.placement, process.asked, process.exporter
        password_file = f"{SECRET_DIR}/db-monitoring"
        spec = ContainerSpec(
            component="pooling",
            role=f"{name}-exporter",
            index=process.number,
            tier="infra",
            image=args.exporter_image,
            command=[
                *("pgbouncer", asked.address, str(asked.port), "pgbouncer", STATS_USER, password_file),
                CLIENT_AUTHORITY_FILE,
                f"--web.listen-address={listen}",
            ],
            files={CLIENT_AUTHORITY_FILE: args.tls.authority_pem},
            secrets={"db-monitoring": args.passwords.monitoring},
            healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{listen}/"],
            memory_mib=_EXPORTER_MEMORY_MIB,
        )
        return docker.Container(
            f"{name}-exporter-{process.key}", arguments(spec, placement), opts=options(self, placement, after)
        )


def _processes(settings: PoolerSettings, placement: Placement) -> list[_Process]:
    if settings.processes == 1:
        asked = Endpoint(placement.address, settings.listen_port)
        return [_Process(placement, None, asked, Endpoint(placement.address, settings.exporter_port))]
    return [
        _Process(
            placement,
            number,
            Endpoint(address, settings.listen_port),
            Endpoint(placement.address, settings.exporter_port + number - 1),
        )
        for number, address in enumerate(settings.own_addresses, 1)
    ]


def _users(passwords: PoolerPasswords) -> pulumi.Output[str]:
    roles = {
        "hft_writer": passwords.writer,
        "hft_ticks": passwords.ticks,
        "hft_reader": passwords.reader,
        STATS_USER: passwords.monitoring,
    }
    return pulumi.Output.secret(pulumi.Output.all(**roles).apply(userlist))
