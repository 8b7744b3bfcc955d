"""A login that may create roles and databases but is no superuser, as on managed servers."""

import grpc
import pytest

from toolchain.plugins.postgresql.plugin import provider


@pytest.fixture
async def managed(serve, postgres):
    postgres.run("CREATE ROLE admin LOGIN CREATEDB CREATEROLE PASSWORD 'adm'")
    running = await serve(provider())
    await running.configure(
        host="127.0.0.1",
        port=str(postgres.port),
        username="admin",
        password="adm",
        sslmode="disable",
        superuser="false",
    )
    return running


async def make(plugin, kind, **inputs):
    checked, failures = await plugin.check(kind, inputs)
    assert failures == []
    return await plugin.create(kind, checked)


def since_16(postgres):
    return int(postgres.value("SHOW server_version_num")) >= 160000


def memberships(postgres):
    """Who may act as whom."""
    usable = "AND m.set_option" if since_16(postgres) else ""
    return postgres.rows(
        "SELECT pg_get_userbyid(m.roleid) FROM pg_auth_members m WHERE pg_get_userbyid(m.member) = 'admin'"
        f" {usable} ORDER BY 1"
    )


async def test_a_whole_database_without_superuser(managed, postgres):
    await make(managed, "Role", name="owner")
    _, role = await make(managed, "Role", name="reader", login=True)
    database_id, database = await make(managed, "Database", name="market", owner="owner")
    schema_id, schema = await make(managed, "Schema", name="trading", database="market", owner="owner")
    postgres.run("CREATE TABLE trading.t (x int)", "ALTER TABLE trading.t OWNER TO owner", database="market")
    grant = {"role": "reader", "database": "market", "schema": "trading"}
    await make(managed, "Grant", **grant, objectType="table", privileges=["SELECT"])
    await make(managed, "Grant", **grant, objectType="schema", privileges=["USAGE"])
    await make(managed, "DefaultPrivileges", **grant, owner="owner", objectType="table", privileges=["SELECT"])
    await make(managed, "GrantRole", role="reader", grantRole="owner")

    assert postgres.value("SELECT has_table_privilege('reader', 'trading.t', 'SELECT')", "market") is True
    assert postgres.value("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'market'") == "owner"
    assert memberships(postgres) == []

    await managed.delete("Schema", schema_id, schema | {"dropCascade": True})
    await managed.delete("Database", database_id, database)
    await managed.delete("Role", "reader", role)
    assert memberships(postgres) == []
    assert postgres.rows("SELECT 1 FROM pg_roles WHERE rolname = 'reader'") == []


async def test_a_membership_that_was_there_stays(managed, postgres):
    await make(managed, "Role", name="owner")
    postgres.run("GRANT owner TO admin" + (" WITH SET TRUE" if since_16(postgres) else ""))
    await make(managed, "Database", name="market", owner="owner")
    assert memberships(postgres) == [("owner",)]


async def test_a_failed_create_takes_the_membership_back(managed, postgres):
    await make(managed, "Role", name="owner")
    with pytest.raises(grpc.aio.AioRpcError, match="template database"):
        await make(managed, "Database", name="market", owner="owner", template="nowhere")
    assert memberships(postgres) == []


async def test_a_superusers_role_stays_out_of_reach(managed, postgres):
    postgres.run("CREATE ROLE root SUPERUSER")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await make(managed, "Database", name="market", owner="root")
    assert error.value.details().startswith("must be")
