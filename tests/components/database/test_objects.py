from functools import partial
from pathlib import Path
from typing import Any

import pytest

from components._common.endpoint import Endpoint
from components.database import DatabaseObjects, DatabaseObjectsArgs, DatabaseObjectsSettings, RolePasswords
from components.database.hypertables import hypertables_json
from components.database.render import roles_json
from components.database.settings import TRADING_HYPERTABLES
from tests.components.conftest import Options
from tests.conftest import CONTAINER, Recorder, Secret, placements

MIGRATIONS = Path(__file__).parents[3] / "components/database/migrations"
DEFAULT_PRIVILEGES = "postgresql:index/defaultPrivileges:DefaultPrivileges"
GRANT = "postgresql:index/grant:Grant"
GRANT_ROLE = "postgresql:index/grantRole:GrantRole"
PROVIDER = "pulumi:providers:postgresql"
ROLE = "postgresql:index/role:Role"
SCHEMA = "postgresql:index/schema:Schema"
ROLES = ["db-role-guard", "db-role-monitoring", "db-role-owner", "db-role-reader", "db-role-ticks", "db-role-writer"]
RULED = ["db-rule-hft-guard", "db-rule-hft-monitoring", "db-rule-hft-reader", "db-rule-hft-ticks", "db-rule-hft-writer"]
CHAIN = [
    "db-grant-connect-hft-owner",
    "db-grant-connect-hft-writer",
    "db-grant-connect-hft-ticks",
    "db-grant-connect-hft-reader",
    "db-grant-connect-hft-monitoring",
    "db-grant-connect-hft-guard",
    "db-grant-usage-hft-writer",
    "db-grant-usage-hft-ticks",
    "db-grant-usage-hft-reader",
    "db-default-hft-writer",
    "db-default-hft-reader",
    "db-grant-schedule-hft-owner",
]


def build(**changes: Any) -> DatabaseObjects:
    return DatabaseObjects(
        "db",
        DatabaseObjectsArgs(
            settings=DatabaseObjectsSettings.model_validate(changes),
            writer=Endpoint("10.0.0.1", 15000),
            admin_password="a",
            passwords=RolePasswords(owner="o", writer="w", ticks="t", reader="r", monitoring="m", guard="g"),
            placement=placements("a", "b")["b"],
            migrate_image="sha256:migrate",
            node_memory_mib=1024,
        ),
    )


@pytest.fixture
def built(recorder: Recorder) -> Recorder:
    recorder.run(lambda: build() and None)
    return recorder


def test_what_is_made(built: Recorder) -> None:
    custom = [(found.type, found.name) for found in built.registrations if found.custom]

    assert [pair for pair in custom if not pair[0].startswith("pulumi:providers:docker")] == [
        (CONTAINER, "db-migrate"),
        (DEFAULT_PRIVILEGES, "db-default-hft-reader"),
        (DEFAULT_PRIVILEGES, "db-default-hft-writer"),
        (GRANT, "db-grant-connect-hft-guard"),
        (GRANT, "db-grant-connect-hft-monitoring"),
        (GRANT, "db-grant-connect-hft-owner"),
        (GRANT, "db-grant-connect-hft-reader"),
        (GRANT, "db-grant-connect-hft-ticks"),
        (GRANT, "db-grant-connect-hft-writer"),
        (GRANT, "db-grant-schedule-hft-owner"),
        (GRANT, "db-grant-usage-hft-reader"),
        (GRANT, "db-grant-usage-hft-ticks"),
        (GRANT, "db-grant-usage-hft-writer"),
        *((GRANT_ROLE, name) for name in RULED),
        *((ROLE, name) for name in ROLES),
        (SCHEMA, "db-schema"),
        (PROVIDER, "db-server"),
    ]


def test_the_server_is_reached_by_the_route_to_the_primary(built: Recorder) -> None:
    assert built.inputs(PROVIDER, "db-server") == {
        "host": "10.0.0.1",
        "port": "15000",
        "username": "hft_admin",
        "password": Secret("a"),
        "database": "postgres",
        "sslmode": "require",
        "superuser": "false",
        # The provider's own default.
        "connectTimeout": "180",
    }


def test_all_objects_are_made_on_that_server(built: Recorder) -> None:
    ours = [found for found in built.registrations if found.type.startswith("postgresql:")]

    assert {built.provider(found.type, found.name) for found in ours} == {"db-server"}


@pytest.mark.parametrize(
    ("key", "limit", "timeout_ms", "idle_ms"),
    [
        ("writer", 35, 10_000, 10_000),
        ("ticks", 15, 10_000, 10_000),
        ("reader", 18, 60_000, 60_000),
        ("guard", 7, 5000, 60_000),
    ],
)
def test_a_role_logs_in_with_a_secret_and_has_bounds(
    built: Recorder, key: str, limit: int, timeout_ms: int, idle_ms: int
) -> None:
    assert built.inputs(ROLE, f"db-role-{key}") == {
        "name": f"hft_{key}",
        "login": True,
        "password": Secret(key[0]),
        "connectionLimit": limit,
        "statementTimeout": timeout_ms,
        "idleInTransactionSessionTimeout": idle_ms,
        "searchPaths": ["trading", "public"],
    }


def test_the_owner_may_change_the_settings_of_the_other_roles_and_of_no_more(built: Recorder) -> None:
    assert built.inputs(ROLE, "db-role-owner") == {
        "name": "hft_owner",
        "login": True,
        "password": Secret("o"),
        "connectionLimit": 5,
        "createRole": True,
        "statementTimeout": 0,
        "idleInTransactionSessionTimeout": 60_000,
        "searchPaths": ["trading", "public"],
    }
    assert [built.inputs(GRANT_ROLE, name) for name in RULED] == [
        {"role": "hft_owner", "grantRole": role, "withAdminOption": True}
        for role in ("hft_guard", "hft_monitoring", "hft_reader", "hft_ticks", "hft_writer")
    ]


def test_monitoring_sees_statistics(built: Recorder) -> None:
    assert built.inputs(ROLE, "db-role-monitoring") == {
        "name": "hft_monitoring",
        "login": True,
        "password": Secret("m"),
        "connectionLimit": 10,
        "statementTimeout": 10_000,
        "idleInTransactionSessionTimeout": 60_000,
        "searchPaths": ["trading", "public"],
        "roles": ["pg_monitor"],
    }


def test_chosen_bounds_are_the_roles_bounds(recorder: Recorder) -> None:
    chosen = {
        "connection_limit": 7,
        "statement_timeout_seconds": 3,
        "lock_timeout_seconds": 2,
        "idle_in_transaction_seconds": 4,
    }
    recorder.run(lambda: build(writer=chosen) and None)
    found = recorder.inputs(ROLE, "db-role-writer")

    assert (found["connectionLimit"], found["statementTimeout"], found["idleInTransactionSessionTimeout"]) == (
        *(7, 3000),
        4000,
    )


def test_the_schema_belongs_to_the_owner(built: Recorder) -> None:
    assert built.inputs(SCHEMA, "db-schema") == {"name": "trading", "database": "hft", "owner": "hft_owner"}


@pytest.mark.parametrize(
    ("key", "role", "privileges"),
    [
        # Migrations make schemas.
        ("hft-owner", "hft_owner", ["CONNECT", "CREATE"]),
        ("hft-writer", "hft_writer", ["CONNECT"]),
        ("hft-ticks", "hft_ticks", ["CONNECT"]),
        ("hft-reader", "hft_reader", ["CONNECT"]),
        ("hft-monitoring", "hft_monitoring", ["CONNECT"]),
        ("hft-guard", "hft_guard", ["CONNECT"]),
    ],
)
def test_only_named_roles_connect(built: Recorder, key: str, role: str, privileges: list[str]) -> None:
    assert built.inputs(GRANT, f"db-grant-connect-{key}") == {
        "database": "hft",
        "role": role,
        "objectType": "database",
        "privileges": privileges,
    }


@pytest.mark.parametrize("role", ["hft_writer", "hft_ticks", "hft_reader"])
def test_who_has_rights_on_tables_uses_the_schema(built: Recorder, role: str) -> None:
    assert built.inputs(GRANT, f"db-grant-usage-{role.replace('_', '-')}") == {
        "database": "hft",
        "role": role,
        "schema": "trading",
        "objectType": "schema",
        "privileges": ["USAGE"],
    }


@pytest.mark.parametrize(("role", "privileges"), [("hft_writer", ["INSERT", "SELECT"]), ("hft_reader", ["SELECT"])])
def test_nobody_but_the_owner_changes_or_deletes_a_row(built: Recorder, role: str, privileges: list[str]) -> None:
    assert built.inputs(DEFAULT_PRIVILEGES, f"db-default-{role.replace('_', '-')}") == {
        "database": "hft",
        "owner": "hft_owner",
        "role": role,
        "schema": "trading",
        "objectType": "table",
        "privileges": privileges,
    }


def test_grants_on_one_object_are_made_one_after_the_other_and_all_before_the_migrations(
    recorder: Recorder, options: Options
) -> None:
    recorder.run(lambda: build() and None)
    assert {name: recorder.run(partial(options.after, name)) for name in [*CHAIN, "db-migrate"]} == {
        "db-grant-connect-hft-owner": ["db-schema"],
        "db-grant-connect-hft-writer": ["db-grant-connect-hft-owner"],
        "db-grant-connect-hft-ticks": ["db-grant-connect-hft-writer"],
        "db-grant-connect-hft-reader": ["db-grant-connect-hft-ticks"],
        "db-grant-connect-hft-monitoring": ["db-grant-connect-hft-reader"],
        "db-grant-connect-hft-guard": ["db-grant-connect-hft-monitoring"],
        "db-grant-usage-hft-writer": ["db-schema"],
        "db-grant-usage-hft-ticks": ["db-grant-usage-hft-writer"],
        "db-grant-usage-hft-reader": ["db-grant-usage-hft-ticks"],
        "db-default-hft-writer": ["db-schema"],
        "db-default-hft-reader": ["db-default-hft-writer"],
        "db-grant-schedule-hft-owner": ["db-schema"],
        "db-migrate": [
            "db-default-hft-reader",
            "db-grant-connect-hft-guard",
            "db-grant-schedule-hft-owner",
            "db-grant-usage-hft-reader",
            *RULED,
        ],
    }


def test_the_schema_waits_for_all_roles(recorder: Recorder, options: Options) -> None:
    recorder.run(lambda: build() and None)

    assert recorder.run(lambda: options.after("db-schema")) == ROLES


def test_what_holds_data_or_owns_it_is_protected(recorder: Recorder, options: Options) -> None:
    recorder.run(lambda: build() and None)

    assert options.kept() == [*ROLES, "db-schema"]


def test_grants_can_be_replaced_and_are_left_to_a_server_that_may_be_gone(recorder: Recorder, options: Options) -> None:
    recorder.run(lambda: build() and None)

    names = [*CHAIN, *RULED]

    assert [(options[name].protect, options[name].retain_on_delete) for name in names] == [(None, True)] * len(names)


@pytest.mark.parametrize("edition", ["apache", "community"])
def test_the_migrations_run_as_the_owner_on_the_edition_that_was_chosen(recorder: Recorder, edition: str) -> None:
    recorder.run(lambda: build(edition=edition) and None)
    found = recorder.inputs(CONTAINER, "db-migrate")

    assert (found["name"], found["image"]) == ("hft-dev-db-migrate", "sha256:migrate")
    assert found["command"] == ["10.0.0.1", "15000", "hft", "hft_owner", "120", edition]
    assert (found["attach"], found["logs"], found["mustRun"], found["restart"]) == (True, True, False, "no")
    assert recorder.provider(CONTAINER, "db-migrate") == "on-b"


def test_the_migrations_are_the_files_of_the_folder_and_the_password_is_secret(built: Recorder) -> None:
    paths = sorted(MIGRATIONS.iterdir())
    wanted = hypertables_json(TRADING_HYPERTABLES, schema="trading", node_memory_mib=1024)

    assert {path.suffix for path in paths} == {".sql"}
    assert built.inputs(CONTAINER, "db-migrate")["uploads"] == Secret(
        [
            {"file": "/etc/hft/hypertables.json", "content": wanted, "permissions": "0444"},
            *(
                {"file": f"/etc/hft/migrations/{path.name}", "content": path.read_text(), "permissions": "0444"}
                for path in paths
            ),
            {"file": "/etc/hft/roles.json", "content": roles_json(DatabaseObjectsSettings()), "permissions": "0444"},
            {"file": "/run/secrets/db-owner", "content": "o", "permissions": "0444"},
        ]
    )


def test_the_owner_may_schedule_what_keeps_hypertables(built: Recorder) -> None:
    found = built.inputs(GRANT, "db-grant-schedule-hft-owner")
    assert (found["objectType"], found["schema"], found["role"], found["privileges"]) == (
        *("schema", "cron", "hft_owner"),
        ["USAGE"],
    )


def test_ready_is_the_migrations_once_they_ended_well(recorder: Recorder) -> None:
    assert recorder.run(lambda: build().ready.apply(lambda migrations: migrations._name)) == "db-migrate"


def test_a_failed_migration_fails_what_waits_for_it(recorder: Recorder) -> None:
    logs = 'psql: ERROR:  relation "ticks" already exists\nhft-migrate: stopped\n'
    recorder.outputs[CONTAINER] = {"exitCode": 2, "containerLogs": logs}

    with pytest.raises(RuntimeError) as raised:
        recorder.run(lambda: build().ready)

    assert str(raised.value) == (
        "container hft-dev-db-migrate ended with exit status 2, want 0. Its last lines:\n"
        f"{logs}"
        "Mend the cause, then run hft up again, or else: pulumi up --replace "
        f"'urn:pulumi:stack::project::hft:database:DatabaseObjects${CONTAINER}::db-migrate'"
    )
