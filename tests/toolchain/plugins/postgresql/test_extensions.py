"""hstore stands for any extension: it comes with PostgreSQL and has more than one version to update between."""

import grpc
import pytest

from toolchain.plugins.postgresql.extensions import create_statement


async def created(plugin, **inputs):
    checked, failures = await plugin.check("Extension", inputs)
    assert failures == []
    resource_id, state = await plugin.create("Extension", checked)
    return resource_id, state, checked


def test_create_statement():
    assert create_statement({"name": "timescaledb", "createCascade": False}).as_string(None) == (
        'CREATE EXTENSION IF NOT EXISTS "timescaledb"'
    )
    inputs = {"name": "a-b", "schema": "s", "version": "1.0", "createCascade": True}
    assert create_statement(inputs).as_string(None) == (
        'CREATE EXTENSION IF NOT EXISTS "a-b" SCHEMA "s" VERSION "1.0" CASCADE'
    )


async def test_create_update_and_delete(plugin, postgres):
    postgres.run("CREATE SCHEMA tools")
    resource_id, state, inputs = await created(plugin, name="hstore", version="1.7")
    assert resource_id == "postgres.hstore"
    assert state == inputs | {"database": "postgres", "schema": "public"}
    assert await plugin.read("Extension", resource_id, state, inputs) == (resource_id, state, inputs)

    new = inputs | {"version": "1.8", "schema": "tools"}
    assert (await plugin.diff("Extension", inputs, new))["replaces"] == []
    state = await plugin.update("Extension", resource_id, state, inputs, new)
    assert (state["version"], state["schema"]) == ("1.8", "tools")

    await plugin.delete("Extension", resource_id, state)
    assert (await plugin.read("Extension", resource_id, state, {}))[0] == ""
    await plugin.delete("Extension", resource_id, state)


async def test_an_extension_that_is_there_is_taken_over(plugin, postgres):
    postgres.run("CREATE EXTENSION hstore VERSION '1.7'")
    _, state, _ = await created(plugin, name="hstore")
    assert state["version"] == "1.7"


async def test_an_extension_that_the_server_lacks_is_named(plugin):
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await created(plugin, name="no_such_extension")
    assert 'extension "no_such_extension" is not available' in error.value.details()


async def test_delete_keeps_what_depends_on_it_unless_told(plugin, postgres):
    resource_id, state, _ = await created(plugin, name="hstore")
    postgres.run("CREATE TABLE public.t (h hstore)")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await plugin.delete("Extension", resource_id, state)
    assert "cannot drop extension hstore because other objects depend on it" in error.value.details()
    await plugin.delete("Extension", resource_id, state | {"dropCascade": True})
    assert postgres.value("SELECT count(*) FROM pg_attribute WHERE attname = 'h'") == 0


async def test_drift_of_the_version_is_seen(plugin, postgres):
    resource_id, state, inputs = await created(plugin, name="hstore", version="1.7")
    postgres.run("ALTER EXTENSION hstore UPDATE TO '1.8'")
    _, _, seen = await plugin.read("Extension", resource_id, state, inputs)
    assert await plugin.paths("Extension", seen, inputs) == {"version": "UPDATE"}
