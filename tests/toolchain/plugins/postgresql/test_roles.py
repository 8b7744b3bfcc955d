"""Does not prove what PostgreSQL makes of each option, only that it is asked for and read back."""

import grpc
import psycopg
import pytest

from tests.toolchain.plugins.conftest import UNKNOWN, Secret
from toolchain.plugins.postgresql.plugin import provider

FULL = {
    "name": "writer",
    "login": True,
    "password": Secret("tick-tock"),
    "connectionLimit": 12,
    "createDatabase": True,
    "createRole": True,
    "inherit": False,
    "replication": True,
    "bypassRowLevelSecurity": True,
    "superuser": True,
    "validUntil": "2031-01-02",
    "roles": ["group_b", "group_a"],
    "searchPaths": ["trading", "public"],
    "statementTimeout": 5000,
    "idleInTransactionSessionTimeout": 60000,
    "assumeRole": "group_a",
}


async def created(plugin, **inputs):
    checked, failures = await plugin.check("Role", inputs)
    assert failures == []
    resource_id, state = await plugin.create("Role", checked)
    return resource_id, state, checked


async def test_defaults_are_the_official_plugins(plugin):
    inputs, failures = await plugin.check("Role", {"name": "reader"})
    assert failures == []
    assert inputs == {
        "name": "reader",
        "login": False,
        "superuser": False,
        "createDatabase": False,
        "createRole": False,
        "inherit": True,
        "replication": False,
        "bypassRowLevelSecurity": False,
        "connectionLimit": -1,
        "validUntil": "infinity",
        "encryptedPassword": True,
        "skipDropRole": False,
        "skipReassignOwned": False,
    }


async def test_a_preview_needs_no_server(serve):
    running = await serve(provider())
    await running.configure(host="127.0.0.1", port="1", password="p")
    assert await running.create("Role", {"name": "r", "password": UNKNOWN}, preview=True) == (
        "",
        {"name": "r", "password": Secret(UNKNOWN)},
    )


async def test_create_sets_every_option_and_read_tells_them(plugin, postgres):
    postgres.run("CREATE ROLE group_a", "CREATE ROLE group_b")
    resource_id, state, inputs = await created(plugin, **FULL)
    assert resource_id == "writer"
    assert state == inputs
    assert postgres.rows(
        "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolreplication, rolbypassrls,"
        " rolconnlimit, rolvaliduntil::date::text, rolconfig FROM pg_roles WHERE rolname = 'writer'"
    ) == [
        (
            *(True, True, True, True, False, True, True, 12, "2031-01-02"),
            [
                "search_path=trading, public",
                "statement_timeout=5000",
                "idle_in_transaction_session_timeout=60000",
                "role=group_a",
            ],
        )
    ]
    assert await plugin.read("Role", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_the_password_logs_in_and_no_log_holds_it(plugin, postgres):
    await created(plugin, name="writer", login=True, password=Secret("tick-tock-in-clear"))
    with postgres.connect(user="writer", password="tick-tock-in-clear") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("writer",)
    assert 'CREATE ROLE "writer" WITH PASSWORD \'SCRAM-SHA-256$' in postgres.log()
    assert "tick-tock-in-clear" not in postgres.log()


async def test_a_wrong_password_does_not_log_in(plugin, postgres):
    await created(plugin, name="writer", login=True, password=Secret("tick-tock"))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        postgres.connect(user="writer", password="tick-tack")


@pytest.mark.parametrize("spelling", ["NULL", "null"])
async def test_the_password_null_means_none(plugin, postgres, spelling):
    await created(plugin, name="writer", login=True, password=Secret(spelling))
    assert postgres.value("SELECT rolpassword FROM pg_authid WHERE rolname = 'writer'") is None


async def test_a_write_only_password_is_set_and_not_kept(plugin, postgres):
    resource_id, state, inputs = await created(
        plugin, name="writer", login=True, passwordWo=Secret("first"), passwordWoVersion="1"
    )
    assert "passwordWo" not in state
    postgres.connect(user="writer", password="first").close()
    assert not (await plugin.diff("Role", inputs, inputs | {"passwordWo": Secret("second")}))["changes"]

    new = inputs | {"passwordWo": Secret("second"), "passwordWoVersion": "2"}
    assert await plugin.paths("Role", inputs, new) == {"passwordWoVersion": "UPDATE"}
    assert "passwordWo" not in await plugin.update("Role", resource_id, state, inputs, new)
    postgres.connect(user="writer", password="second").close()


@pytest.mark.parametrize(
    ("bad", "failure"),
    [
        (
            {"password": Secret("p"), "passwordWo": Secret("q")},
            ("password", "password conflicts with passwordWo and passwordWoVersion: give one kind"),
        ),
        (
            {"passwordWo": Secret("q")},
            ("passwordWo", "passwordWo and passwordWoVersion belong together: give both or neither"),
        ),
        (
            {"encryptedPassword": False},
            (
                "encryptedPassword",
                "property encryptedPassword=False: PostgreSQL stores no password in clear; leave it out",
            ),
        ),
        ({"connectionLimit": -2}, ("connectionLimit", "property connectionLimit=-2: must be at least -1")),
        ({"statementTimeout": -1}, ("statementTimeout", "property statementTimeout=-1: must be at least 0 ms")),
        (
            {"searchPaths": ["a, b"]},
            ("searchPaths[0]", "property searchPaths[0]='a, b': must not contain a comma and a blank"),
        ),
    ],
)
async def test_inputs_that_cannot_be(plugin, bad, failure):
    assert await plugin.failures("Role", {"name": "writer"} | bad) == [failure]


async def test_a_role_that_exists_is_an_error_with_the_import_line(plugin, postgres):
    postgres.run("CREATE ROLE writer")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await created(plugin, name="writer")
    assert error.value.details() == (
        "role 'writer' already exists: adopt it with `pulumi import postgresql:index/role:Role <resource name> writer`,"
        " or choose another name"
    )


async def test_a_create_that_fails_leaves_nothing(plugin, postgres):
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await created(plugin, name="writer", roles=["no_such_group"])
    assert error.value.details() == 'role "no_such_group" does not exist'
    assert postgres.rows("SELECT 1 FROM pg_roles WHERE rolname = 'writer'") == []


async def test_update_changes_only_what_changed(plugin, postgres):
    postgres.run("CREATE ROLE group_a", "CREATE ROLE group_b", "CREATE ROLE group_c")
    resource_id, state, inputs = await created(plugin, **FULL)
    new = {k: v for k, v in inputs.items() if k not in ("searchPaths", "statementTimeout", "assumeRole")}
    new |= {"login": False, "roles": ["group_c", "group_a"], "idleInTransactionSessionTimeout": 0}
    assert await plugin.update("Role", resource_id, state, inputs, new) == new
    assert postgres.rows("SELECT rolcanlogin, rolconnlimit, rolconfig FROM pg_roles WHERE rolname = 'writer'") == [
        (False, 12, None)
    ]
    assert await plugin.read("Role", resource_id, new, new) == (resource_id, new, new)
    assert '"writer" WITH NOLOGIN\n' in postgres.log()


async def test_a_preview_of_an_update_changes_nothing(plugin, postgres):
    resource_id, state, inputs = await created(plugin, name="writer")
    await plugin.update("Role", resource_id, state, inputs, inputs | {"login": True}, preview=True)
    assert postgres.value("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'writer'") is False


async def test_a_new_name_renames_and_keeps_the_password(plugin, postgres):
    resource_id, state, inputs = await created(plugin, name="writer", login=True, password=Secret("tick"))
    new = inputs | {"name": "author"}
    assert (await plugin.diff("Role", inputs, new))["replaces"] == []
    state = await plugin.update("Role", resource_id, state, inputs, new)
    postgres.connect(user="author", password="tick").close()
    assert (await plugin.read("Role", resource_id, state, new))[0] == "author"


async def test_drift_is_seen(plugin, postgres):
    postgres.run("CREATE ROLE group_a")
    resource_id, state, inputs = await created(plugin, name="writer", login=True, roles=["group_a"])
    postgres.run("ALTER ROLE writer NOLOGIN CONNECTION LIMIT 3", "ALTER ROLE writer SET statement_timeout = '2min'")
    postgres.run("REVOKE group_a FROM writer", "ALTER ROLE writer VALID UNTIL '2030-01-01 00:00+00'")
    _, _, seen = await plugin.read("Role", resource_id, state, inputs)
    assert await plugin.paths("Role", seen, inputs) == {
        "login": "UPDATE",
        "connectionLimit": "UPDATE",
        "roles[0]": "ADD",
        "statementTimeout": "DELETE",
        "validUntil": "UPDATE",
    }
    assert seen["statementTimeout"] == 120000


async def test_memberships_that_another_resource_keeps_are_no_drift(plugin, postgres):
    postgres.run("CREATE ROLE group_a")
    resource_id, state, inputs = await created(plugin, name="writer")
    postgres.run("GRANT group_a TO writer")
    assert await plugin.read("Role", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_a_removed_password_is_drift_and_stays_secret(plugin, postgres):
    resource_id, state, inputs = await created(plugin, name="writer", login=True, password=Secret("tick"))
    postgres.run("ALTER ROLE writer PASSWORD NULL")
    _, _, seen = await plugin.read("Role", resource_id, state, inputs)
    assert seen["password"] == Secret("")


async def test_reading_passwords_without_being_superuser_says_what_to_set(serve, postgres, plugin):
    resource_id, state, inputs = await created(plugin, name="writer", login=True, password=Secret("tick"))
    other = await serve(provider())
    await other.configure(
        host="127.0.0.1", port=str(postgres.port), username="writer", password="tick", sslmode="disable"
    )
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await other.read("Role", resource_id, state, inputs)
    assert error.value.details() == (
        "cannot read the password of role 'writer': the login 'writer' is no superuser; set superuser=False on the"
        " provider"
    )


async def test_import_reads_everything(plugin, postgres):
    postgres.run("CREATE ROLE group_a", "CREATE ROLE writer LOGIN CONNECTION LIMIT 4 IN ROLE group_a")
    resource_id, state, inputs = await plugin.read("Role", "writer", {}, {})
    assert (resource_id, state["login"], state["connectionLimit"], state["roles"]) == ("writer", True, 4, ["group_a"])
    assert inputs["roles"] == ["group_a"]


async def test_delete_hands_over_what_the_role_owns(plugin, postgres):
    resource_id, state, _ = await created(plugin, name="writer", login=True)
    postgres.run("CREATE SCHEMA kept AUTHORIZATION writer", "GRANT ALL ON SCHEMA public TO writer")
    await plugin.delete("Role", resource_id, state)
    assert postgres.rows("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'kept'") == [("postgres",)]
    assert (await plugin.read("Role", resource_id, state, {}))[0] == ""
    await plugin.delete("Role", resource_id, state)


async def test_delete_may_leave_the_role(plugin, postgres):
    resource_id, state, _ = await created(plugin, name="writer", skipDropRole=True)
    await plugin.delete("Role", resource_id, state)
    assert postgres.value("SELECT count(*) FROM pg_roles WHERE rolname = 'writer'") == 1
