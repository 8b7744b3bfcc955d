import grpc
import pytest

from tests.toolchain.plugins.conftest import UNKNOWN


@pytest.fixture(autouse=True)
def objects(postgres):
    postgres.run("CREATE ROLE reader", "CREATE ROLE owner", "CREATE DATABASE market OWNER owner")
    postgres.run(
        "CREATE SCHEMA trading AUTHORIZATION owner",
        "SET ROLE owner",
        "CREATE TABLE trading.ticks (price numeric, size numeric)",
        "CREATE TABLE trading.orders (id int)",
        "CREATE SEQUENCE trading.ids",
        "CREATE FUNCTION trading.mid(a int, b int) RETURNS int LANGUAGE sql RETURN (a + b) / 2",
        "CREATE PROCEDURE trading.tidy() LANGUAGE sql AS 'SELECT 1'",
        database="market",
    )


async def created(plugin, **inputs):
    checked, failures = await plugin.check("Grant", {"role": "reader", "database": "market"} | inputs)
    assert failures == []
    resource_id, state = await plugin.create("Grant", checked)
    return resource_id, state, checked


TABLES = {"schema": "trading", "objectType": "table"}
EXECUTE = {"schema": "trading", "privileges": ["EXECUTE"]}


ROUTINE = "proacl::text LIKE '%reader=X%' FROM pg_proc WHERE proname = "
CASES = [
    (
        {"objectType": "database", "privileges": ["CREATE", "CONNECT"]},
        "has_database_privilege('reader', 'market', 'CREATE')",
    ),
    (
        {"objectType": "schema", "schema": "trading", "privileges": ["ALL"]},
        "has_schema_privilege('reader', 'trading', 'CREATE')",
    ),
    (
        TABLES | {"privileges": ["ALL"]},
        "has_table_privilege('reader', 'trading.orders', 'TRIGGER')",
    ),
    (
        TABLES | {"privileges": ["SELECT"], "objects": ["ticks"]},
        "has_table_privilege('reader', 'trading.ticks', 'SELECT')",
    ),
    (
        {"objectType": "sequence", "schema": "trading", "privileges": ["USAGE"]},
        "has_sequence_privilege('reader', 'trading.ids', 'USAGE')",
    ),
    (
        EXECUTE | {"objectType": "function", "objects": ["mid(integer, integer)"]},
        f"{ROUTINE} 'mid'",
    ),
    (EXECUTE | {"objectType": "procedure"}, f"{ROUTINE} 'tidy'"),
    (EXECUTE | {"objectType": "routine"}, f"{ROUTINE} 'tidy'"),
    (
        TABLES | {"objectType": "column", "privileges": ["UPDATE"], "objects": ["ticks"], "columns": ["price"]},
        "has_column_privilege('reader', 'trading.ticks', 'price', 'UPDATE')",
    ),
]


@pytest.mark.parametrize(("inputs", "question"), CASES)
async def test_a_grant_is_there_after_create_and_gone_after_delete(plugin, postgres, inputs, question):
    resource_id, state, checked = await created(plugin, **inputs)
    assert postgres.value(f"SELECT {question}", "market") is True
    assert await plugin.read("Grant", resource_id, state, checked) == (resource_id, state, checked)
    await plugin.delete("Grant", resource_id, state)
    assert postgres.value(f"SELECT {question}", "market") is False


async def test_create_takes_away_what_the_role_had_more(plugin, postgres):
    postgres.run("GRANT ALL ON ALL TABLES IN SCHEMA trading TO reader", database="market")
    await created(plugin, **TABLES, privileges=["SELECT"])
    assert postgres.value("SELECT has_table_privilege('reader', 'trading.ticks', 'DELETE')", "market") is False


async def test_update_takes_the_old_and_gives_the_new(plugin, postgres):
    resource_id, state, inputs = await created(plugin, **TABLES, privileges=["SELECT", "INSERT"], objects=["ticks"])
    new = inputs | {"privileges": ["SELECT", "UPDATE"]}
    assert (await plugin.diff("Grant", inputs, new))["replaces"] == []
    state = await plugin.update("Grant", resource_id, state, inputs, new)
    assert await plugin.read("Grant", resource_id, state, new) == (resource_id, state, new)


async def test_the_order_of_privileges_is_no_change(plugin):
    old = TABLES | {"role": "r", "database": "d", "privileges": ["SELECT", "INSERT"]}
    assert await plugin.paths("Grant", old, old | {"privileges": ["INSERT", "SELECT"]}) == {}
    assert (await plugin.diff("Grant", old, old | {"schema": "other"}))["replaces"] == ["schema"]


async def test_drift_is_seen(plugin, postgres):
    resource_id, state, inputs = await created(plugin, **TABLES, privileges=["SELECT", "INSERT"])
    postgres.run("REVOKE INSERT ON trading.ticks FROM reader", database="market")
    _, _, seen = await plugin.read("Grant", resource_id, state, inputs)
    assert seen["privileges"] == ["SELECT"]
    assert await plugin.paths("Grant", seen, inputs) == {"privileges[1]": "ADD"}


async def test_a_table_made_later_is_drift(plugin, postgres):
    resource_id, state, inputs = await created(plugin, **TABLES, privileges=["SELECT"])
    postgres.run("CREATE VIEW trading.later AS SELECT 1", database="market")
    _, _, seen = await plugin.read("Grant", resource_id, state, inputs)
    assert seen["privileges"] == []


async def test_a_column_that_lost_its_grant_replaces(plugin, postgres):
    column = {"objectType": "column", "schema": "trading", "privileges": ["SELECT"], "objects": ["ticks"]}
    resource_id, state, inputs = await created(plugin, **column, columns=["price", "size"])
    postgres.run("REVOKE SELECT (size) ON trading.ticks FROM reader", database="market")
    _, _, seen = await plugin.read("Grant", resource_id, state, inputs)
    assert seen["columns"] == ["price"]
    assert (await plugin.diff("Grant", seen, inputs))["replaces"] == ["columns"]


async def test_public_is_a_role(plugin, postgres):
    resource_id, state, inputs = await created(plugin, role="public", objectType="database", privileges=[])
    assert postgres.value("SELECT has_database_privilege('reader', 'market', 'CONNECT')") is False
    assert await plugin.read("Grant", resource_id, state, inputs) == (resource_id, state, inputs)


@pytest.mark.parametrize("gone", ["DROP SCHEMA trading CASCADE", "DROP OWNED BY reader; DROP ROLE reader"])
async def test_a_grant_is_gone_with_its_role_or_schema(plugin, postgres, gone):
    resource_id, state, inputs = await created(plugin, **TABLES, privileges=["SELECT"])
    postgres.run(gone, database="market")
    assert (await plugin.read("Grant", resource_id, state, inputs))[0] == ""
    await plugin.delete("Grant", resource_id, state)


async def test_a_grant_is_gone_with_its_database(plugin, postgres):
    resource_id, state, inputs = await created(plugin, **TABLES, privileges=["SELECT"])
    postgres.run("DROP DATABASE market")
    assert (await plugin.read("Grant", resource_id, state, inputs))[0] == ""
    await plugin.delete("Grant", resource_id, state)


async def test_a_failed_grant_keeps_what_was_there(plugin, postgres):
    resource_id, state, inputs = await created(plugin, **TABLES, privileges=["SELECT"], objects=["ticks"])
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await plugin.update("Grant", resource_id, state, inputs, inputs | {"objects": ["nothing"]})
    assert error.value.details() == 'relation "trading.nothing" does not exist'
    assert postgres.value("SELECT has_table_privilege('reader', 'trading.ticks', 'SELECT')", "market") is True


@pytest.mark.parametrize(
    ("inputs", "failure"),
    [
        (
            {"objectType": "table", "privileges": ["SELECT"]},
            ("schema", "schema is required for object type 'table'"),
        ),
        (
            {"objectType": "schema", "schema": "s", "objects": ["o"], "privileges": ["USAGE"]},
            ("objects", "objects must not be given for object type 'schema'"),
        ),
        (
            TABLES | {"columns": ["c"], "privileges": ["SELECT"]},
            ("columns", "columns must not be given for object type 'table', only for 'column'"),
        ),
        (
            {"objectType": "foreign_server", "privileges": ["USAGE"]},
            ("objects", "objects must name exactly 1 object for object type 'foreign_server', not 0"),
        ),
        (
            {"objectType": "column", "schema": "s", "objects": ["o"], "privileges": ["SELECT"]},
            ("columns", "columns is required for object type 'column'"),
        ),
        (
            {"objectType": "column", "schema": "s", "objects": ["o"], "columns": ["c"], "privileges": []},
            ("privileges", "exactly 1 privilege for object type 'column', not 0"),
        ),
        (
            {"objectType": "function", "schema": "s", "objects": ["f(x); DROP"], "privileges": ["EXECUTE"]},
            ("objects", "objects='f(x); DROP': expected a name, or a name with argument types: f(text, integer)"),
        ),
    ],
)
async def test_inputs_that_do_not_go_together(plugin, inputs, failure):
    assert await plugin.failures("Grant", {"role": "r", "database": "d"} | inputs) == [failure]


async def test_unknown_inputs_pass_at_preview(plugin):
    inputs = {"role": UNKNOWN, "database": UNKNOWN, "schema": UNKNOWN, "objectType": "table", "privileges": ["SELECT"]}
    assert await plugin.failures("Grant", inputs) == []
    assert await plugin.failures("Grant", inputs | {"privileges": [UNKNOWN], "objectType": UNKNOWN}) == []
