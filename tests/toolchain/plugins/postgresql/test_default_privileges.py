import grpc
import pytest

from toolchain.plugins.postgresql.default_privileges import statements


@pytest.fixture
def roles(postgres):
    postgres.run("CREATE ROLE reader", "CREATE ROLE owner", "CREATE DATABASE market OWNER owner")
    postgres.run("CREATE SCHEMA trading AUTHORIZATION owner", database="market")


BASE = {"role": "reader", "database": "market", "owner": "owner", "objectType": "table", "privileges": ["SELECT"]}


async def created(plugin, **inputs):
    checked, failures = await plugin.check("DefaultPrivileges", BASE | inputs)
    assert failures == []
    resource_id, state = await plugin.create("DefaultPrivileges", checked)
    return resource_id, state, checked


def test_statements():
    inputs = BASE | {"schema": "trading", "privileges": ["SELECT", "INSERT"], "withGrantOption": True}
    assert [statement.as_string(None) for statement in statements(inputs)] == [
        'ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA "trading" REVOKE ALL ON TABLES FROM "reader"',
        'ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA "trading" GRANT SELECT, INSERT ON TABLES TO "reader"'
        " WITH GRANT OPTION",
    ]
    assert [statement.as_string(None) for statement in statements(BASE | {"privileges": []})] == [
        'ALTER DEFAULT PRIVILEGES FOR ROLE "owner" REVOKE ALL ON TABLES FROM "reader"'
    ]


@pytest.mark.parametrize(
    ("inputs", "expected_id"),
    [
        ({"schema": "trading"}, "reader_market_trading_owner_table"),
        ({"objectType": "sequence", "privileges": ["USAGE", "SELECT"]}, "reader_market_noschema_owner_sequence"),
        ({"objectType": "schema", "privileges": ["ALL"]}, "reader_market_noschema_owner_schema"),
        ({"objectType": "function", "privileges": ["EXECUTE"]}, "reader_market_noschema_owner_function"),
    ],
)
@pytest.mark.usefixtures("roles")
async def test_create_read_delete(plugin, inputs, expected_id):
    resource_id, state, checked = await created(plugin, **inputs)
    assert resource_id == expected_id
    assert await plugin.read("DefaultPrivileges", resource_id, state, checked) == (resource_id, state, checked)
    await plugin.delete("DefaultPrivileges", resource_id, state)
    assert (await plugin.read("DefaultPrivileges", resource_id, state, checked))[0] == ""


@pytest.mark.usefixtures("roles")
async def test_what_the_owner_makes_later_is_readable(plugin, postgres):
    await created(plugin, schema="trading")
    postgres.run("SET ROLE owner", "CREATE TABLE trading.later (x int)", database="market")
    assert postgres.value("SELECT has_table_privilege('reader', 'trading.later', 'SELECT')", "market") is True


@pytest.mark.usefixtures("roles")
async def test_update_and_drift(plugin, postgres):
    resource_id, state, inputs = await created(plugin, schema="trading")
    new = inputs | {"privileges": ["INSERT", "SELECT"]}
    state = await plugin.update("DefaultPrivileges", resource_id, state, inputs, new)
    assert await plugin.read("DefaultPrivileges", resource_id, state, new) == (resource_id, state, new)
    postgres.run(
        "ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA trading REVOKE INSERT ON TABLES FROM reader",
        database="market",
    )
    _, _, seen = await plugin.read("DefaultPrivileges", resource_id, state, new)
    assert seen["privileges"] == ["SELECT"]


@pytest.mark.usefixtures("roles")
async def test_delete_is_quiet_when_the_roles_are_gone(plugin, postgres):
    resource_id, state, _ = await created(plugin)
    postgres.run("DROP OWNED BY reader", database="market")
    postgres.run("DROP ROLE reader")
    await plugin.delete("DefaultPrivileges", resource_id, state)


@pytest.mark.usefixtures("roles")
async def test_an_owner_that_is_missing_is_named(plugin):
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await created(plugin, owner="nobody")
    assert error.value.details() == 'role "nobody" does not exist'


@pytest.mark.parametrize(
    ("inputs", "failure"),
    [
        (
            {"objectType": "schema", "schema": "s", "privileges": ["USAGE"]},
            ("schema", "schema must not be given for object type 'schema'"),
        ),
        (
            {"role": "PUBLIC", "withGrantOption": True},
            ("withGrantOption", "withGrantOption must be false for role 'public'"),
        ),
        (
            {"privileges": ["EXECUTE"]},
            (
                "privileges",
                "privileges=['EXECUTE'] not known for object type 'table': expected some of ALL, SELECT, INSERT,"
                " UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN",
            ),
        ),
    ],
)
async def test_inputs_that_do_not_go_together(plugin, inputs, failure):
    assert await plugin.failures("DefaultPrivileges", BASE | inputs) == [failure]
