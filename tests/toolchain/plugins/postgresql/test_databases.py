import grpc
import psycopg
import pytest

from toolchain.plugins.postgresql.databases import alter_statements, create_statement


async def created(plugin, **inputs):
    checked, failures = await plugin.check("Database", inputs)
    assert failures == []
    resource_id, state = await plugin.create("Database", checked)
    return resource_id, state, checked


def test_create_statement_has_the_official_defaults():
    inputs = {"name": "market", "allowConnections": True, "connectionLimit": -1}
    assert create_statement(inputs, "postgres").as_string(None) == (
        'CREATE DATABASE "market" OWNER "postgres" TEMPLATE "template0" ENCODING \'UTF8\''
        " ALLOW_CONNECTIONS true CONNECTION LIMIT  -1 IS_TEMPLATE false"
    )


def test_create_statement_with_everything():
    inputs = {
        "name": "market",
        "owner": "trader",
        "template": "DEFAULT",
        "encoding": "default",
        "lcCollate": "C",
        "lcCtype": "DEFAULT",
        "tablespaceName": "fast",
        "allowConnections": False,
        "connectionLimit": 5,
        "isTemplate": True,
    }
    assert create_statement(inputs, "postgres").as_string(None) == (
        'CREATE DATABASE "market" OWNER "trader" TEMPLATE DEFAULT ENCODING DEFAULT LC_COLLATE \'C\' LC_CTYPE DEFAULT'
        ' TABLESPACE "fast" ALLOW_CONNECTIONS false CONNECTION LIMIT 5 IS_TEMPLATE true'
    )


def test_alter_statements_name_what_changed():
    inputs = {"name": "b", "owner": "o", "connectionLimit": 1, "allowConnections": False, "isTemplate": True}
    everything = frozenset({"name", "owner", "connectionLimit", "allowConnections", "isTemplate"})
    assert [s.as_string(None) for s in alter_statements("a", inputs, everything)] == [
        'ALTER DATABASE "a" RENAME TO "b"',
        'ALTER DATABASE "b" OWNER TO "o"',
        'ALTER DATABASE "b" CONNECTION LIMIT 1',
        'ALTER DATABASE "b" ALLOW_CONNECTIONS false',
        'ALTER DATABASE "b" IS_TEMPLATE true',
    ]
    assert list(alter_statements("b", inputs, frozenset())) == []


async def test_create_and_read_fill_in_what_the_server_chose(plugin, postgres):
    postgres.run("CREATE ROLE trader")
    resource_id, state, inputs = await created(plugin, name="market", owner="trader")
    assert resource_id == "market"
    assert state == inputs | {
        "encoding": "UTF8",
        "isTemplate": False,
        "lcCollate": "C",
        "lcCtype": "C",
        "tablespaceName": "pg_default",
        "template": "template0",
    }
    assert await plugin.read("Database", resource_id, state, inputs) == (resource_id, state, inputs)
    assert not (await plugin.diff("Database", inputs, inputs, state=state))["changes"]


async def test_a_change_of_encoding_replaces_and_of_owner_does_not(plugin):
    old = {"name": "m", "encoding": "UTF8", "owner": "a"}
    assert (await plugin.diff("Database", old, old | {"encoding": "LATIN1"}))["replaces"] == ["encoding"]
    assert await plugin.paths("Database", old, old | {"owner": "b"}) == {"owner": "UPDATE"}


async def test_a_database_that_exists_is_an_error_with_the_import_line(plugin, postgres):
    postgres.run("CREATE DATABASE market")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await created(plugin, name="market")
    assert error.value.details() == (
        "database 'market' already exists: adopt it with"
        " `pulumi import postgresql:index/database:Database <resource name> market`, or choose another name"
    )


async def test_update_in_place(plugin, postgres):
    postgres.run("CREATE ROLE trader")
    resource_id, state, inputs = await created(plugin, name="market")
    new = inputs | {"name": "venue", "owner": "trader", "connectionLimit": 9, "isTemplate": True}
    state = await plugin.update("Database", resource_id, state, inputs, new)
    assert (state["name"], state["owner"], state["connectionLimit"], state["isTemplate"]) == (
        "venue",
        "trader",
        9,
        True,
    )
    assert (await plugin.read("Database", resource_id, state, new))[0] == "venue"


async def test_a_new_owner_gets_the_objects_only_when_asked(plugin, postgres):
    postgres.run("CREATE ROLE before", "CREATE ROLE after", "CREATE ROLE last")
    resource_id, state, inputs = await created(plugin, name="market", owner="before")
    postgres.run("CREATE TABLE public.t (x int)", "ALTER TABLE t OWNER TO before", database="market")
    table_owner = "SELECT tableowner FROM pg_tables WHERE tablename = 't'"

    new = inputs | {"owner": "after"}
    state = await plugin.update("Database", resource_id, state, inputs, new)
    assert (state["owner"], postgres.value(table_owner, "market")) == ("after", "before")

    postgres.run("ALTER TABLE t OWNER TO after", database="market")
    last = new | {"owner": "last", "alterObjectOwnership": True}
    state = await plugin.update("Database", resource_id, state, new, last)
    assert (state["owner"], postgres.value(table_owner, "market")) == ("last", "last")


async def test_delete_ends_connections_and_is_quiet_when_gone(plugin, postgres):
    resource_id, state, _ = await created(plugin, name="market", isTemplate=True)
    with postgres.connect("market") as connection:
        await plugin.delete("Database", resource_id, state)
        with pytest.raises(psycopg.errors.AdminShutdown):
            connection.execute("SELECT 1")
    assert (await plugin.read("Database", resource_id, state, {}))[0] == ""
    await plugin.delete("Database", resource_id, state)


async def test_a_drop_that_fails_leaves_the_database_as_it_was(plugin, postgres):
    resource_id, state, _ = await created(plugin, name="market", isTemplate=True)
    postgres.run("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)", database="market")
    with pytest.raises(grpc.aio.AioRpcError, match="is being used by logical replication subscription"):
        await plugin.delete("Database", resource_id, state)
    assert postgres.rows("SELECT datistemplate, datallowconn FROM pg_database WHERE datname = 'market'") == [
        (True, True)
    ]
    postgres.run("ALTER SUBSCRIPTION s SET (slot_name = NONE)", "DROP SUBSCRIPTION s", database="market")


async def test_drift_is_seen(plugin, postgres):
    postgres.run("CREATE ROLE trader")
    resource_id, state, inputs = await created(plugin, name="market", owner="postgres")
    postgres.run("ALTER DATABASE market OWNER TO trader", "ALTER DATABASE market CONNECTION LIMIT 2")
    _, _, seen = await plugin.read("Database", resource_id, state, inputs)
    assert await plugin.paths("Database", seen, inputs) == {"owner": "UPDATE", "connectionLimit": "UPDATE"}
