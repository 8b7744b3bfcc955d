"""What is inside the database: roles, the trading schema, grants, tables. Does not own database or servers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_postgresql as postgresql

from components._common.container import CONFIG_DIR, ContainerSpec
from components._common.endpoint import Endpoint
from components._common.one_shot import one_shot
from components._common.placement import Placement
from components.database.dashboards import audit
from components.database.hypertables import hypertables_json
from components.database.render import ADMIN, roles_json
from components.database.settings import DATABASE, DatabaseObjectsSettings, RoleSettings

TOKEN = "hft:database:DatabaseObjects"
SCHEMA = "trading"
OWNER, WRITER, TICKS = "hft_owner", "hft_writer", "hft_ticks"
READER, MONITORING, GUARD = "hft_reader", "hft_monitoring", "hft_guard"
_MIGRATIONS = Path(__file__).with_name("migrations")
# Sqitch with its Perl stays under 64 MiB.
_MIGRATE_MEMORY_MIB = 128
# Nodes may be replaced meanwhile: the primary moves once or twice, each time for about failover.ttl_seconds.
_WAIT_FOR_WRITER_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class RolePasswords:
    """The passwords of the six roles."""

    owner: pulumi.Input[str]
    """Secret db-owner."""
    writer: pulumi.Input[str]
    """Secret db-writer."""
    ticks: pulumi.Input[str]
    """Secret db-ticks."""
    reader: pulumi.Input[str]
    """Secret db-reader."""
    monitoring: pulumi.Input[str]
    """Secret db-monitoring."""
    guard: pulumi.Input[str]
    """Secret db-guard."""


@dataclass(frozen=True, kw_only=True)
class DatabaseObjectsArgs:
    """What `DatabaseObjects` needs."""

    settings: DatabaseObjectsSettings
    """Edition, and bounds of the roles."""
    writer: Endpoint
    """Route to the primary, as seen from where Pulumi runs and from `placement`."""
    admin_password: pulumi.Input[str]
    """Secret db-admin."""
    passwords: RolePasswords
    """Passwords of the roles."""
    placement: Placement
    """Host on which the migrations run."""
    migrate_image: str
    """Image id of the migration tool."""
    node_memory_mib: int
    """Memory limit of one node, in MiB: chunks are sized by it."""


class DatabaseObjects(pulumi.ComponentResource):
    """The roles, schema, grants and hypertables of the database `hft`.

    Use one per `TimescaleCluster`, which has the database, after the route to the primary is up. Tables come from the
    numbered files in `migrations/`, applied once each by a container that runs to its end; where it fails, the
    deployment fails. Roles: `hft_owner` migrates, `hft_writer` reads and appends (it can change or delete no row),
    `hft_ticks` appends ticks and opportunities only, `hft_reader` reads, `hft_monitoring` sees statistics, `hft_guard`
    stops ingest. A role's changed bounds hold for connections made from then on. All of it outlives a `destroy`, as the
    data volumes do. It connects as `hft_admin` over TLS, who is no superuser (docs/adr/0021-superuser-by-socket.md).
    """

    passwords: RolePasswords
    """The passwords once the roles have them: whoever is told one of these can log in with it."""
    ready: pulumi.Output[pulumi.Resource]
    """The migrations, once they have ended well: whatever needs a table has `depends_on=[objects.ready]`."""
    dashboards: Mapping[str, str]
    """Dashboard name → JSON."""

    def __init__(self, name: str, args: DatabaseObjectsArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        self._name = name
        self._provider = postgresql.Provider(
            f"{name}-server",
            host=args.writer.address,
            port=args.writer.port,
            username=ADMIN,
            password=args.admin_password,
            database="postgres",
            sslmode="require",
            superuser=False,
            # Children do not take these over: without, the route could be removed before what is reached through it.
            opts=pulumi.ResourceOptions(parent=self, depends_on=opts.depends_on if opts else None),
        )
        roles = self._make_roles(args)
        self.passwords = _taken(roles)
        granted = self._make_grants(self._make_schema(roles))
        ruled = self._make_owner_rule(roles)
        self.ready = self._make_migrations(args, [*granted, *ruled])
        self.dashboards = {"audit": audit(pulumi.get_stack())}
        self.register_outputs({"ready": self.ready, "dashboards": sorted(self.dashboards)})

    def _make_roles(self, args: DatabaseObjectsArgs) -> dict[str, postgresql.Role]:
        bounds, passwords = args.settings, args.passwords
        return {
            # With CREATEROLE it may change the settings of roles that it has with the admin option, and of no others.
            OWNER: self._make_role("owner", OWNER, bounds.owner, passwords.owner, create_role=True),
            WRITER: self._make_role("writer", WRITER, bounds.writer, passwords.writer),
            TICKS: self._make_role("ticks", TICKS, bounds.ticks, passwords.ticks),
            READER: self._make_role("reader", READER, bounds.reader, passwords.reader),
            MONITORING: self._make_role(
                "monitoring", MONITORING, bounds.monitoring, passwords.monitoring, member_of=["pg_monitor"]
            ),
            GUARD: self._make_role("guard", GUARD, bounds.guard, passwords.guard),
        }

    def _make_role(
        self,
        key: str,
        role: str,
        bounds: RoleSettings,
        password: pulumi.Input[str],
        member_of: Sequence[str] = (),
        *,
        create_role: bool | None = None,
    ) -> postgresql.Role:
        return postgresql.Role(
            f"{self._name}-role-{key}",
            name=role,
            login=True,
            create_role=create_role,
            password=pulumi.Output.secret(password),
            connection_limit=bounds.connection_limit,
            statement_timeout=bounds.statement_timeout_seconds * 1000,
            idle_in_transaction_session_timeout=bounds.idle_in_transaction_seconds * 1000,
            # TimescaleDB's functions are in public.
            search_paths=[SCHEMA, "public"],
            roles=list(member_of) or None,
            opts=self._kept(),
        )

    def _make_owner_rule(self, roles: Mapping[str, postgresql.Role]) -> list[pulumi.Resource]:
        """Lets the owner change the settings of the other roles: the provider knows neither all nor the needed ones."""
        return [
            postgresql.GrantRole(
                f"{self._name}-rule-{role.replace('_', '-')}",
                role=roles[OWNER].name,
                grant_role=roles[role].name,
                with_admin_option=True,
                opts=self._repeatable([]),
            )
            for role in (WRITER, TICKS, READER, MONITORING, GUARD)
        ]

    def _make_schema(self, roles: Mapping[str, postgresql.Role]) -> postgresql.Schema:
        return postgresql.Schema(
            f"{self._name}-schema",
            name=SCHEMA,
            database=DATABASE,
            owner=roles[OWNER].name,
            opts=self._kept(list(roles.values())),
        )

    def _make_grants(self, schema: postgresql.Schema) -> Sequence[pulumi.Resource]:
        """On one object one after the other: grants of different roles on it collide ("tuple concurrently updated")."""
        connect: Sequence[pulumi.Resource] = [schema]
        usage: Sequence[pulumi.Resource] = [schema]
        defaults: Sequence[pulumi.Resource] = [schema]
        for role in (OWNER, WRITER, TICKS, READER, MONITORING, GUARD):
            # The migrations make schemas.
            privileges = ["CONNECT", "CREATE"] if role == OWNER else ["CONNECT"]
            connect = [self._grant(f"connect-{role}", role, None, privileges, connect)]
        for role in (WRITER, TICKS, READER):
            usage = [self._grant(f"usage-{role}", role, SCHEMA, ["USAGE"], usage)]
        schedule = self._grant(f"schedule-{OWNER}", OWNER, "cron", ["USAGE"], [schema])
        for role, privileges in ((WRITER, ["INSERT", "SELECT"]), (READER, ["SELECT"])):
            defaults = [self._grant_on_new_tables(role, privileges, defaults)]
        return [*connect, *usage, *defaults, schedule]

    def _grant(
        self, key: str, role: str, schema: str | None, privileges: list[str], after: Sequence[pulumi.Resource]
    ) -> postgresql.Grant:
        """On a schema, or without one on the database."""
        return postgresql.Grant(
            f"{self._name}-grant-{key.replace('_', '-')}",
            database=DATABASE,
            role=role,
            schema=schema,
            object_type="schema" if schema else "database",
            privileges=privileges,
            opts=self._repeatable(after),
        )

    def _grant_on_new_tables(
        self, role: str, privileges: list[str], after: Sequence[pulumi.Resource]
    ) -> postgresql.DefaultPrivileges:
        return postgresql.DefaultPrivileges(
            f"{self._name}-default-{role.replace('_', '-')}",
            database=DATABASE,
            owner=OWNER,
            role=role,
            schema=SCHEMA,
            object_type="table",
            privileges=privileges,
            opts=self._repeatable(after),
        )

    def _make_migrations(
        self, args: DatabaseObjectsArgs, after: Sequence[pulumi.Resource]
    ) -> pulumi.Output[pulumi.Resource]:
        spec = ContainerSpec(
            component="database",
            role=f"{self._name}-migrate",
            tier="infra",
            image=args.migrate_image,
            command=[
                *(args.writer.address, str(args.writer.port), DATABASE, OWNER),
                *(str(_WAIT_FOR_WRITER_SECONDS), args.settings.edition),
            ],
            files=_migration_files(args),
            secrets={"db-owner": args.passwords.owner},
            memory_mib=_MIGRATE_MEMORY_MIB,
        )
        return one_shot(self, f"{self._name}-migrate", spec, args.placement, after)

    def _kept(self, after: Sequence[pulumi.Resource] = ()) -> pulumi.ResourceOptions:
        """Options of what holds data or owns it."""
        return pulumi.ResourceOptions(
            parent=self, provider=self._provider, depends_on=list(after), protect=True, retain_on_delete=True
        )

    def _repeatable(self, after: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Options of a grant: on delete nothing is done, as the server may be gone; granting again is harmless."""
        return pulumi.ResourceOptions(
            parent=self, provider=self._provider, depends_on=list(after), retain_on_delete=True
        )


def _taken(roles: Mapping[str, postgresql.Role]) -> RolePasswords:
    return RolePasswords(**{name.removeprefix("hft_"): _password(role) for name, role in roles.items()})


def _password(role: postgresql.Role) -> pulumi.Output[str]:
    given: pulumi.Output[str] = role.password.apply(str)
    return pulumi.Output.secret(given)


def _migration_files(args: DatabaseObjectsArgs) -> dict[str, str]:
    wanted = hypertables_json(args.settings.hypertables, schema=SCHEMA, node_memory_mib=args.node_memory_mib)
    migrations = {
        f"{CONFIG_DIR}/migrations/{path.name}": path.read_text() for path in sorted(_MIGRATIONS.glob("*.sql"))
    }
    roles = roles_json(args.settings)
    return {f"{CONFIG_DIR}/hypertables.json": wanted, f"{CONFIG_DIR}/roles.json": roles, **migrations}
