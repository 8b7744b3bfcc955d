import pytest
from psycopg.sql import SQL

from toolchain.plugins.postgresql import role_sql

PLAIN = {
    "name": 'odd "name"',
    "login": True,
    "superuser": False,
    "createDatabase": False,
    "createRole": False,
    "inherit": True,
    "replication": False,
    "bypassRowLevelSecurity": False,
    "connectionLimit": -1,
    "validUntil": "infinity",
}


def text(statements):
    return [statement.as_string(None) for statement in statements]


def test_create_writes_out_every_option():
    assert text(role_sql.create(PLAIN, SQL("PASSWORD {}").format("it's"))) == [
        "CREATE ROLE \"odd \"\"name\"\"\" WITH PASSWORD 'it''s' VALID UNTIL 'infinity' CONNECTION LIMIT  -1"
        " NOSUPERUSER NOCREATEDB NOCREATEROLE INHERIT LOGIN NOREPLICATION NOBYPASSRLS"
    ]


def test_create_adds_settings_only_where_given():
    inputs = PLAIN | {"name": "r", "searchPaths": ["a", 'b"c'], "assumeRole": "owner", "statementTimeout": 0}
    assert text(role_sql.create(inputs, None))[1:] == [
        'ALTER ROLE "r" SET search_path TO "a", "b""c"',
        'ALTER ROLE "r" RESET statement_timeout',
        'ALTER ROLE "r" SET role TO "owner"',
    ]


def test_alter_without_a_change_of_options_is_no_statement():
    assert text(role_sql.alter(PLAIN, {"roles"}, None)) == []


def test_alter_names_only_what_changed():
    inputs = PLAIN | {"name": "r", "idleInTransactionSessionTimeout": 7}
    changed = {"login", "connectionLimit", "idleInTransactionSessionTimeout", "searchPaths"}
    assert text(role_sql.alter(inputs, changed, None)) == [
        'ALTER ROLE "r" WITH CONNECTION LIMIT  -1 LOGIN',
        'ALTER ROLE "r" RESET search_path',
        'ALTER ROLE "r" SET idle_in_transaction_session_timeout TO 7',
    ]


def test_settings_come_back_from_the_catalog():
    catalog = ['search_path="a b", public', "statement_timeout=30s", "work_mem=4MB", "role=owner"]
    assert role_sql.settings_seen(catalog) == {
        "searchPaths": ["a b", "public"],
        "assumeRole": "owner",
        "statementTimeout": 30000,
        "idleInTransactionSessionTimeout": None,
    }


@pytest.mark.parametrize(("stored", "expected"), [("250", 250), ("250ms", 250), ("2min", 120_000), ("1 d", 86_400_000)])
def test_timeouts_are_milliseconds(stored, expected):
    assert role_sql.milliseconds(stored) == expected


@pytest.mark.parametrize("stored", ["", "soon", "-1", "1 week"])
def test_what_is_no_timeout(stored):
    with pytest.raises(ValueError, match="is not a timeout: expected a number with ms, s, min, h or d"):
        role_sql.milliseconds(stored)
