"""Settings become hypertables on a real server of the Apache edition, and what it cannot do is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.components.database.hypertables.conftest import Database

pytestmark = pytest.mark.images

Table = Callable[..., str]
COMPRESSION = {"segment_by": ["symbol"], "after_hours": 48}


def dimensions(database: Database, table: str) -> list[str]:
    return database.asked(
        "SELECT column_name, coalesce(time_interval::text, num_partitions::text)"
        f" FROM timescaledb_information.dimensions WHERE hypertable_name = '{table}' ORDER BY dimension_number"
    )


def chunks(database: Database, table: str) -> list[str]:
    return database.asked(
        "SELECT range_end - range_start FROM timescaledb_information.chunks"
        f" WHERE hypertable_name = '{table}' ORDER BY range_start"
    )


def indexes(database: Database, table: str) -> list[str]:
    return database.asked(f"SELECT indexdef FROM pg_indexes WHERE tablename = '{table}' ORDER BY indexname")


def test_a_table_becomes_a_hypertable(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})

    assert dimensions(database, name) == ["ts|01:00:00"]
    assert indexes(database, name) == []


def test_a_changed_interval_holds_from_the_next_chunk_on(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    database.asked(f"INSERT INTO trading.{name} VALUES (now(), 'A', 1)")
    database.asked("CALL hft.maintain()")
    assert chunks(database, name) == ["01:00:00", "01:00:00"]

    database.apply({"table": name, "chunk_minutes": 5})

    assert dimensions(database, name) == ["ts|00:05:00"]
    assert chunks(database, name) == ["01:00:00"]


def test_a_chunk_ahead_that_has_rows_stays(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    database.asked(f"INSERT INTO trading.{name} VALUES (now() + interval '2 hours', 'A', 1)")

    database.apply({"table": name, "chunk_minutes": 5})

    assert database.asked(f"SELECT symbol FROM trading.{name}") == ["A"]


def test_the_same_settings_again_change_nothing(database: Database, table: Table) -> None:
    name = table()
    settings = {
        "table": name,
        "chunk_minutes": 60,
        "indexes": [{"name": f"{name}_by", "columns": ["symbol", "ts DESC"]}],
        "space": {"column": "symbol", "partitions": 2},
    }
    database.apply(settings)
    oids = f"SELECT oid FROM pg_class WHERE relname LIKE '{name}%' ORDER BY 1"
    before = database.asked(oids)

    database.apply(settings)

    assert database.asked(oids) == before
    assert dimensions(database, name) == ["ts|01:00:00", "symbol|2"]


def test_an_index_follows_its_settings(database: Database, table: Table) -> None:
    name = table()
    index = {"name": f"{name}_by", "columns": ["symbol", "ts DESC"]}
    database.apply({"table": name, "chunk_minutes": 60, "indexes": [index]})
    by = f"CREATE INDEX {name}_by ON trading.{name} USING btree"
    assert indexes(database, name) == [f"{by} (symbol, ts DESC)"]

    database.apply({"table": name, "chunk_minutes": 60, "indexes": [{**index, "columns": ["price"]}]})
    assert indexes(database, name) == [f"{by} (price)"]

    database.asked(f"CREATE INDEX {name}_own ON trading.{name} (ts)")
    database.apply({"table": name, "chunk_minutes": 60})
    assert indexes(database, name) == [f"CREATE INDEX {name}_own ON trading.{name} USING btree (ts)"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"time_column": "at"}, "time_column: {} has no column 'at': correct the name, or add it by a migration"),
        (
            {"indexes": [{"name": "i", "columns": ["venue DESC"]}]},
            "indexes.i: {} has no column 'venue': correct the name, or add it by a migration",
        ),
        (
            {"rollups": [{"name": "r", "bucket_seconds": 60, "group_by": ["venue"], "columns": {"n": "count(*)"}}]},
            "rollups.r.group_by: {} has no column 'venue': correct the name, or add it by a migration",
        ),
        (
            {"compression": COMPRESSION},
            "compression needs the community edition of TimescaleDB, this server has the apache one: leave compression "
            "out, or set edition and images to community",
        ),
    ],
)
def test_what_does_not_fit_is_refused(database: Database, table: Table, changes: dict[str, Any], told: str) -> None:
    name = table()

    assert database.refusal({"table": name, "chunk_minutes": 60, **changes}) == (
        f"hypertable {name}: {told.format(f'trading.{name}')}"
    )


def test_a_refusal_changes_nothing(database: Database, table: Table) -> None:
    good, bad = table(), table()
    database.refusal({"table": good, "chunk_minutes": 60}, {"table": bad, "chunk_minutes": 60, "time_column": "at"})

    assert dimensions(database, good) == []


def test_a_table_that_is_not_there_is_refused(database: Database) -> None:
    assert database.refusal({"table": "nowhere", "chunk_minutes": 60}) == (
        "hypertable nowhere: there is no table trading.nowhere: make it by a migration"
    )


def test_a_plain_table_with_rows_is_refused(database: Database, table: Table) -> None:
    name = table()
    database.asked(f"INSERT INTO trading.{name} VALUES (now(), 'A', 1)")

    assert database.refusal({"table": name, "chunk_minutes": 60}) == (
        f"hypertable {name}: trading.{name} is a plain table with rows: move them to a new hypertable by a migration"
    )


def test_a_second_dimension_is_for_an_empty_hypertable(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    database.asked(f"INSERT INTO trading.{name} VALUES (now(), 'A', 1)")

    assert database.refusal({"table": name, "chunk_minutes": 60, "space": {"column": "symbol", "partitions": 2}}) == (
        f"hypertable {name}: space is for an empty hypertable, and trading.{name} has rows: "
        "make a new one by a migration"
    )


def test_a_second_dimension_stays(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60, "space": {"column": "symbol", "partitions": 2}})

    assert database.refusal({"table": name, "chunk_minutes": 60}) == (
        f"hypertable {name}: space is left out but trading.{name} is by symbol in 2 partitions: "
        "a hypertable keeps its second dimension"
    )


def test_the_migrate_image_says_what_is_refused(database: Database) -> None:
    document = '{"schema": "trading", "hypertables": [{"table": "it\'s"}]}'
    ended = database.migrate(document)

    assert (ended.status, ended.output.splitlines()[-1]) == (
        1,
        "ERROR:  hypertable it's: there is no table trading.it's: make it by a migration",
    )
