"""The numbered migrations, applied by the migrate image to a server of the timescaledb image.

Both share one loopback, and no other network. The server has what `DatabaseObjects` makes; that this is so is for the
engine tier.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import pytest
from docker.models.containers import Container

from tests.components.postgres import postgres
from tests.components.programs import Ended, beside, execute, run

pytestmark = pytest.mark.images

MIGRATIONS = {
    f"/etc/hft/migrations/{path.name}": path.read_text()
    for path in sorted((Path(__file__).parents[3] / "components/database/migrations").iterdir())
}
NAMES = [Path(path).stem for path in MIGRATIONS]
BROKEN = "/etc/hft/migrations/9999_broken.sql"
# Each character of it means something to a password file, a shell or SQL.
PASSWORD = "a:b\\c'd\"e$f"
DATABASES = (f"hft_{number}" for number in count(1))


@pytest.fixture(scope="module")
def server() -> Iterator[Container]:
    with postgres(auth_host="scram-sha-256") as container:
        quoted = PASSWORD.replace("'", "''")
        asked(container, "postgres", f"CREATE ROLE hft_owner LOGIN PASSWORD '{quoted}'")
        for role in ("hft_writer", "hft_ticks", "hft_reader", "hft_monitoring", "hft_guard"):
            asked(container, "postgres", f"CREATE ROLE {role} LOGIN")
        yield container


@pytest.fixture
def database(server: Container) -> str:
    """A database of its own for each test, with what `DatabaseObjects` makes before the migrations."""
    name = next(DATABASES)
    asked(server, "postgres", f"CREATE DATABASE {name} OWNER hft_owner")
    asked(
        server,
        name,
        """
        CREATE EXTENSION timescaledb SCHEMA public;
        CREATE SCHEMA trading AUTHORIZATION hft_owner;
        GRANT USAGE ON SCHEMA trading TO hft_writer, hft_reader;
        SET ROLE hft_owner;
        ALTER DEFAULT PRIVILEGES IN SCHEMA trading GRANT INSERT, SELECT ON TABLES TO hft_writer;
        ALTER DEFAULT PRIVILEGES IN SCHEMA trading GRANT SELECT ON TABLES TO hft_reader;
        """,
    )
    return name


def psql(server: Container, database: str, sql: str) -> Ended:
    login = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", "--port=15000"]
    return execute(server, ["psql", *login, "--host=/run/postgresql", f"--dbname={database}", f"--command={sql}"])


def asked(server: Container, database: str, sql: str) -> list[str]:
    """The lines of the answer to a statement that must succeed."""
    ended = psql(server, database, sql)
    assert ended.status == 0, ended.output
    return ended.output.splitlines()


def migrate(server: Container, database: str, files: Mapping[str, str], edition: str = "apache") -> Ended:
    argv = ["hft-migrate", "127.0.0.1", "15000", database, "hft_owner", "20", edition]
    return run("migrate", argv, {**files, "/run/secrets/db-owner": PASSWORD}, network_mode=beside(server))


def migrated(server: Container, database: str, files: Mapping[str, str]) -> str:
    """What a run that must succeed has said."""
    ended = migrate(server, database, files)
    assert ended.status == 0, ended.output
    return ended.output


def applied(server: Container, database: str) -> list[str]:
    return asked(server, database, "SELECT change FROM sqitch.changes ORDER BY committed_at")


def tables(server: Container, database: str) -> list[str]:
    return asked(server, database, "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'trading' ORDER BY 1")


def test_every_file_is_applied_once_in_its_order_by_the_owner(server: Container, database: str) -> None:
    said = migrated(server, database, MIGRATIONS)

    assert re.findall(r"^  \+ (\S+) ", said, re.MULTILINE) == NAMES
    assert applied(server, database) == NAMES
    assert asked(server, database, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'trading'") == [
        "hft_owner"
    ]


def test_the_tables_are_hypertables_of_their_intervals(server: Container, database: str) -> None:
    migrated(server, database, MIGRATIONS)

    assert tables(server, database) == ["audit_log", "opportunities", "order_events", "ticks"]
    assert asked(
        server,
        database,
        "SELECT hypertable_schema, hypertable_name, column_name, time_interval"
        " FROM timescaledb_information.dimensions ORDER BY 2",
    ) == [
        "trading|audit_log|ts|7 days",
        "trading|opportunities|ts|1 day",
        "trading|order_events|ts|1 day",
        "trading|ticks|ts|06:00:00",
    ]


def test_there_are_no_indexes_but_those_for_what_is_asked(server: Container, database: str) -> None:
    migrated(server, database, MIGRATIONS)

    assert asked(server, database, "SELECT indexname FROM pg_indexes WHERE schemaname = 'trading' ORDER BY 1") == [
        "audit_log_subject_ts",
        "audit_log_ts_idx",
        "opportunities_symbol_ts",
        "opportunities_ts_idx",
        "order_events_order_id_ts",
        "order_events_symbol_ts",
        "order_events_ts_idx",
        "ticks_symbol_venue_ts",
    ]


def test_a_second_run_changes_nothing(server: Container, database: str) -> None:
    migrated(server, database, MIGRATIONS)
    history = "SELECT event, change, committed_at FROM sqitch.events ORDER BY committed_at"
    oids = "SELECT oid FROM pg_class WHERE relnamespace = 'trading'::regnamespace ORDER BY 1"
    before = asked(server, database, history), asked(server, database, oids)

    assert "Nothing to deploy (up-to-date)" in migrated(server, database, MIGRATIONS)
    assert (asked(server, database, history), asked(server, database, oids)) == before


def test_a_failed_migration_leaves_nothing_behind_and_can_be_mended(server: Container, database: str) -> None:
    broken = "CREATE TABLE trading.leftover (ts timestamptz NOT NULL);\nSELECT 1 / 0;\n"
    ended = migrate(server, database, {**MIGRATIONS, BROKEN: broken})

    assert (ended.status != 0, "ERROR:  division by zero" in ended.output) == (True, True), ended.output
    assert applied(server, database) == NAMES
    assert tables(server, database) == ["audit_log", "opportunities", "order_events", "ticks"]

    migrated(server, database, {**MIGRATIONS, BROKEN: broken.replace("1 / 0", "1")})
    assert applied(server, database) == [*NAMES, "9999_broken"]
    assert "leftover" in tables(server, database)


def test_a_released_file_that_was_edited_is_refused(server: Container, database: str) -> None:
    migrated(server, database, MIGRATIONS)
    first = next(iter(MIGRATIONS))
    ended = migrate(server, database, {**MIGRATIONS, first: MIGRATIONS[first] + "SELECT 1;\n"})

    assert ended.status == 1
    assert ended.output.splitlines()[-1] == (
        "hft-migrate: the database does not match /etc/hft/migrations: restore the released files, put changes into a "
        "new one"
    )


def test_another_edition_is_refused_before_a_table_is_made(server: Container, database: str) -> None:
    assert migrate(server, database, MIGRATIONS, edition="community") == (
        1,
        "hft-migrate: the server has the apache edition of TimescaleDB, wanted is community: set hft:database "
        "objects.edition to apache, or run: hft images build --edition community\n",
    )
    assert tables(server, database) == []


TICK = "INSERT INTO trading.ticks (ts, venue, symbol, bid) VALUES (now(), 'alpha', 'BTC-USD', 60000)"


def test_the_writer_appends_to_a_new_chunk_and_the_reader_reads_it(server: Container, database: str) -> None:
    migrated(server, database, MIGRATIONS)

    assert asked(server, database, f"SET ROLE hft_writer; {TICK}; SELECT bid FROM trading.ticks") == ["60000"]
    assert asked(server, database, "SET ROLE hft_reader; SELECT symbol FROM trading.ticks") == ["BTC-USD"]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("hft_writer", "UPDATE trading.ticks SET bid = 1"),
        ("hft_writer", "DELETE FROM trading.audit_log"),
        ("hft_writer", "TRUNCATE trading.order_events"),
        ("hft_reader", TICK),
    ],
)
def test_no_role_but_the_owner_changes_or_deletes_a_row(
    server: Container, database: str, role: str, statement: str
) -> None:
    migrated(server, database, MIGRATIONS)
    ended = psql(server, database, f"SET ROLE {role}; {statement}")

    assert (ended.status, "ERROR:  permission denied for table " in ended.output) == (1, True), ended.output


def test_a_server_that_goes_away_meanwhile_is_waited_for(server: Container, database: str) -> None:
    migrated(server, database, MIGRATIONS)
    # What a sequence has given is not taken back with the transaction: only the first attempt ends its own connection.
    asked(server, database, "CREATE SEQUENCE trading.attempts; ALTER SEQUENCE trading.attempts OWNER TO hft_owner")
    leaving = "SELECT CASE nextval('trading.attempts') WHEN 1 THEN pg_terminate_backend(pg_backend_pid()) END;\n"
    migrated(server, database, {**MIGRATIONS, "/etc/hft/migrations/9999_leaving.sql": leaving})

    assert applied(server, database) == [*NAMES, "9999_leaving"]
    assert asked(server, database, "SELECT last_value FROM trading.attempts") == ["2"]
