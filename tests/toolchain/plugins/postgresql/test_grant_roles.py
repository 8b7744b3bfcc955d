import grpc
import pytest

MEMBERS = "SELECT admin_option FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = 'writer'"


@pytest.fixture(autouse=True)
def roles(postgres):
    postgres.run("CREATE ROLE writer", "CREATE ROLE owner")


async def created(plugin, **inputs):
    checked, failures = await plugin.check("GrantRole", {"role": "writer", "grantRole": "owner"} | inputs)
    assert failures == []
    resource_id, state = await plugin.create("GrantRole", checked)
    return resource_id, state, checked


async def test_create_read_delete(plugin, postgres):
    resource_id, state, inputs = await created(plugin)
    assert resource_id == "writer_owner_false"
    assert postgres.rows(MEMBERS) == [(False,)]
    assert await plugin.read("GrantRole", resource_id, state, inputs) == (resource_id, state, inputs)
    await plugin.delete("GrantRole", resource_id, state)
    assert (await plugin.read("GrantRole", resource_id, state, inputs))[0] == ""
    await plugin.delete("GrantRole", resource_id, state)


async def test_an_admin_option_of_before_goes(plugin, postgres):
    postgres.run("GRANT owner TO writer WITH ADMIN OPTION")
    await created(plugin)
    assert postgres.rows(MEMBERS) == [(False,)]


async def test_with_admin_option(plugin, postgres):
    resource_id, state, inputs = await created(plugin, withAdminOption=True)
    assert resource_id == "writer_owner_true"
    postgres.run("REVOKE ADMIN OPTION FOR owner FROM writer")
    _, _, seen = await plugin.read("GrantRole", resource_id, state, inputs)
    assert (await plugin.diff("GrantRole", seen, inputs))["replaces"] == ["withAdminOption"]


async def test_delete_is_quiet_when_a_role_is_gone(plugin, postgres):
    resource_id, state, _ = await created(plugin)
    postgres.run("DROP ROLE owner")
    await plugin.delete("GrantRole", resource_id, state)


async def test_a_circle_is_refused_by_the_server(plugin, postgres):
    postgres.run("GRANT writer TO owner")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await created(plugin)
    assert error.value.details() == 'role "owner" is a member of role "writer"'
