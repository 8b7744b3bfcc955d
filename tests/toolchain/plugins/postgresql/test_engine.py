"""The plugin under the real engine, against a real server: up, no change, update, drift, failure, destroy."""

import json

import pytest

from tests.toolchain.plugins.conftest import operations
from tests.toolchain.plugins.postgresql.conftest import PASSWORD

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
import pulumi_postgresql as postgresql
import pulumi_random as random

password = random.RandomPassword("password", length=24)
server = postgresql.Provider(
    "server",
    host="127.0.0.1",
    port={port},
    username="postgres",
    password=pulumi.Output.secret("{password}"),
    sslmode="disable",
)
on = pulumi.ResourceOptions(provider=server)
owner = postgresql.Role("owner", name="owner", opts=on)
writer = postgresql.Role(
    "writer", name="writer", login=True, password=password.result, connection_limit={limit}, opts=on
)
reader = postgresql.Role("reader", name="reader", opts=on)
market = postgresql.Database("market", name="market", owner=owner.name, opts=on)
trading = postgresql.Schema("trading", name="trading", database=market.name, owner=owner.name, opts=on)
postgresql.Extension("hstore", name="hstore", database=market.name, opts=on)
postgresql.Grant(
    "usage",
    role=reader.name,
    database=market.name,
    schema=trading.name,
    object_type="schema",
    privileges=["USAGE"],
    opts=on,
)
postgresql.DefaultPrivileges(
    "later",
    role=reader.name,
    database=market.name,
    schema=trading.name,
    owner=owner.name,
    object_type="table",
    privileges=["SELECT"],
    opts=on,
)
postgresql.GrantRole("membership", role=writer.name, grant_role=owner.name, opts=on)
"""
MADE = ["hstore", "later", "market", "membership", "owner", "password", "reader", "trading", "usage", "writer"]
EVERYTHING = len(MADE) + 2  # the stack and the provider are resources too


@pytest.fixture
def program(project, postgres):
    def write(limit=10, port=postgres.port):
        project.program(PROGRAM.format(port=port, password=PASSWORD, limit=limit))

    write()
    return write


def writers_password(project):
    """What an exported secret holds is JSON text."""
    return json.loads(project.resources()["password"]["outputs"]["result"]["plaintext"])


def may_read_later_tables(postgres):
    postgres.run("SET ROLE owner", "CREATE TABLE trading.later (x int)", database="market")
    allowed = postgres.value("SELECT has_table_privilege('reader', 'trading.later', 'SELECT')", "market")
    postgres.run("DROP TABLE trading.later", database="market")
    return allowed


def test_a_life(project, program, postgres):
    assert project.preview() == dict.fromkeys([*MADE, "server", "plugins-test"], "create")
    assert postgres.rows("SELECT 1 FROM pg_roles WHERE rolname = 'writer'") == []

    assert operations(project.up()) == {"created": EVERYTHING}
    assert sorted(project.resources()) == MADE
    with postgres.connect("market", user="writer", password=writers_password(project)) as connection:
        assert connection.execute("SELECT pg_has_role('writer', 'owner', 'MEMBER')").fetchone() == (True,)
    assert postgres.value("SELECT has_schema_privilege('reader', 'trading', 'USAGE')", "market") is True
    assert postgres.value("SELECT has_schema_privilege('reader', 'trading', 'CREATE')", "market") is False
    assert postgres.value("SELECT 'a=>1'::hstore -> 'a'", "market") == "1"
    assert may_read_later_tables(postgres) is True

    assert operations(project.up()) == {"unchanged": EVERYTHING}
    assert operations(project.run("refresh", "--yes", "--skip-preview")) == {"unchanged": EVERYTHING}
    assert project.preview() == {}

    program(limit=20)
    assert project.preview() == {"writer": "update"}
    assert operations(project.up()) == {"updated": 1, "unchanged": EVERYTHING - 1}
    assert postgres.value("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'writer'") == 20

    assert operations(project.run("destroy", "--yes", "--skip-preview")) == {"deleted": EVERYTHING}
    assert postgres.rows("SELECT 1 FROM pg_roles WHERE rolname IN ('owner', 'reader', 'writer')") == []
    assert postgres.rows("SELECT 1 FROM pg_database WHERE datname = 'market'") == []


def test_a_role_dropped_by_hand_is_made_again_with_its_privileges(project, program, postgres):
    project.up()
    postgres.run("DROP OWNED BY reader", database="market")
    postgres.run("DROP ROLE reader")
    printed = project.run("refresh", "--yes", "--skip-preview")
    assert operations(printed) == {"deleted": 3, "unchanged": EVERYTHING - 3}
    assert project.preview() == {"reader": "create", "usage": "create", "later": "create"}

    assert operations(project.up()) == {"created": 3, "unchanged": EVERYTHING - 3}
    assert postgres.value("SELECT has_schema_privilege('reader', 'trading', 'USAGE')", "market") is True
    assert may_read_later_tables(postgres) is True
    project.run("destroy", "--yes", "--skip-preview")


def test_a_setting_changed_by_hand_is_set_back(project, program, postgres):
    project.up()
    postgres.run("ALTER ROLE writer NOLOGIN CONNECTION LIMIT 3")
    assert operations(project.run("refresh", "--yes", "--skip-preview")) == {
        "updated": 1,
        "unchanged": EVERYTHING - 1,
    }
    assert operations(project.up()) == {"updated": 1, "unchanged": EVERYTHING - 1}
    assert postgres.rows("SELECT rolcanlogin, rolconnlimit FROM pg_roles WHERE rolname = 'writer'") == [(True, 10)]
    project.run("destroy", "--yes", "--skip-preview")


def test_no_password_is_in_clear_in_state_output_or_log(project, program, postgres):
    printed = project.up()
    password = writers_password(project)
    exported = project.run("stack", "export")
    for text in (printed, exported, postgres.log()):
        assert password not in text
        assert json.dumps(password).strip('"') not in text
        assert PASSWORD not in text.replace(f"PASSWORD={PASSWORD}", "")
    project.run("destroy", "--yes", "--skip-preview")


def test_a_server_that_is_not_there_fails_the_up_and_not_the_preview(project, program):
    program(port=1)
    assert project.preview()["writer"] == "create"
    printed = project.up(fails=True)
    assert "cannot connect to PostgreSQL at 127.0.0.1:1, database postgres: " in printed
    assert PASSWORD not in printed
