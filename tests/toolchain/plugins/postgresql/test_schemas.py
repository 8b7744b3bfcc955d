import grpc
import pytest


async def created(plugin, **inputs):
    checked, failures = await plugin.check("Schema", inputs)
    assert failures == []
    resource_id, state = await plugin.create("Schema", checked)
    return resource_id, state, checked


async def test_create_and_read(plugin, postgres):
    postgres.run("CREATE ROLE trader")
    resource_id, state, inputs = await created(plugin, name="trading", owner="trader")
    assert resource_id == "postgres.trading"
    assert state == inputs | {"database": "postgres", "policies": []}
    assert await plugin.read("Schema", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_create_in_another_database(plugin, postgres):
    postgres.run("CREATE DATABASE market")
    resource_id, state, _ = await created(plugin, name="trading", database="market")
    assert (resource_id, state["owner"]) == ("market.trading", "postgres")
    assert postgres.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'trading'", "market") == 1


async def test_an_existing_schema_is_taken_over_and_gets_the_owner(plugin, postgres):
    postgres.run("CREATE ROLE trader")
    _, state, _ = await created(plugin, name="public", owner="trader")
    assert state["owner"] == "trader"


async def test_an_existing_schema_is_refused_without_if_not_exists(plugin, postgres):
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await created(plugin, name="public", ifNotExists=False)
    assert error.value.details() == (
        "schema 'public' already exists in database 'postgres': adopt it with"
        " `pulumi import postgresql:index/schema:Schema <resource name> postgres.public`, or choose another name"
    )


async def test_a_database_that_is_missing_is_named(plugin):
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await created(plugin, name="trading", database="nowhere")
    assert 'database "nowhere" does not exist' in error.value.details()


async def test_policies_are_refused_with_the_way_to_go(plugin):
    assert await plugin.failures("Schema", {"name": "s", "policies": [{"role": "r", "usage": True}]}) == [
        (
            "policies",
            "property policies is not supported by this stand-in provider: use postgresql.Grant with"
            " object_type='schema'",
        )
    ]


async def test_update_renames_and_hands_over(plugin, postgres):
    postgres.run("CREATE ROLE trader")
    resource_id, state, inputs = await created(plugin, name="trading")
    new = inputs | {"name": "desk", "owner": "trader"}
    state = await plugin.update("Schema", resource_id, state, inputs, new)
    assert (await plugin.read("Schema", resource_id, state, new))[:2] == ("postgres.desk", state)
    assert state["owner"] == "trader"


async def test_drift_of_the_owner_is_seen_only_where_one_is_asked_for(plugin, postgres):
    postgres.run("CREATE ROLE trader", "CREATE ROLE thief")
    resource_id, state, inputs = await created(plugin, name="trading", owner="trader")
    postgres.run("ALTER SCHEMA trading OWNER TO thief")
    _, _, seen = await plugin.read("Schema", resource_id, state, inputs)
    assert await plugin.paths("Schema", seen, inputs) == {"owner": "UPDATE"}
    unowned = {k: v for k, v in inputs.items() if k != "owner"}
    assert await plugin.paths("Schema", seen, unowned) == {}


async def test_delete_refuses_a_schema_with_something_in_it(plugin, postgres):
    resource_id, state, _ = await created(plugin, name="trading")
    postgres.run("CREATE TABLE trading.ticks (x int)")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await plugin.delete("Schema", resource_id, state)
    assert error.value.details() == (
        "cannot drop schema trading because other objects depend on it."
        " table trading.ticks depends on schema trading. Hint: Use DROP ... CASCADE to drop the dependent objects too"
    )
    await plugin.delete("Schema", resource_id, state | {"dropCascade": True})
    assert (await plugin.read("Schema", resource_id, state, {}))[0] == ""
    await plugin.delete("Schema", resource_id, state)


async def test_import_by_database_and_schema(plugin, postgres):
    resource_id, state, _ = await plugin.read("Schema", "postgres.public", {}, {})
    assert (resource_id, state["name"], state["database"]) == ("postgres.public", "public", "postgres")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await plugin.read("Schema", "public", {}, {})
    assert error.value.details() == "schema id 'public': expected database.schema"
