"""What runs every minute: chunks ahead of their time, retention and roll-ups of the Apache edition."""

import time
from collections.abc import Callable

import pytest

from tests.components.database.hypertables.conftest import Database

pytestmark = pytest.mark.images

Table = Callable[..., str]
CANDLES = {
    "bucket_seconds": 60,
    "group_by": ["symbol"],
    "columns": {"low": "min(price)", "high": "max(price)", "odd": "count(*) FILTER (WHERE price::int % 2 = 1)"},
}


def chunk_at(database: Database, table: str, at: str) -> list[str]:
    return database.asked(
        f"SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name = '{table}'"
        f" AND range_start <= {at} AND {at} < range_end"
    )


def test_the_next_chunk_is_there_before_its_time_and_empty(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    assert chunk_at(database, name, "now() + interval '1 hour'") == ["0"]

    database.asked("CALL hft.maintain()")

    assert chunk_at(database, name, "now() + interval '1 hour'") == ["1"]
    assert database.asked(f"SELECT count(*) FROM trading.{name}") == ["0"]


def test_making_it_deletes_no_row(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60, "space": {"column": "symbol", "partitions": 4}})

    # Its counts are there when a session has ended.
    database.asked("CALL hft.maintain()")

    assert changed_rows(database, name) == ["0|0"] * 4


def test_a_row_that_is_in_it_already_is_kept(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    at = "date_trunc('hour', now()) + interval '1 day'"
    database.asked(f"INSERT INTO trading.{name} VALUES ({at}, 'early', 1)")

    database.asked(f"SELECT hft.open_chunk('trading.{name}', 'ts', {at}, 0)")

    assert database.asked(f"SELECT symbol FROM trading.{name}") == ["early"]
    assert changed_rows(database, name) == ["0|0"]


def changed_rows(database: Database, table: str) -> list[str]:
    """Updated and deleted rows of each chunk."""
    chunks = f"SELECT show_chunks('trading.{table}')"
    return database.asked(f"SELECT n_tup_upd, n_tup_del FROM pg_stat_all_tables WHERE relid IN ({chunks})")


def test_it_is_made_once(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    database.asked("CALL hft.maintain()")
    database.asked("CALL hft.maintain()")

    assert database.asked(f"SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name = '{name}'") == [
        "1"
    ]


def test_all_partitions_of_it_are_made(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60, "space": {"column": "symbol", "partitions": 4}})
    database.asked("CALL hft.maintain()")

    assert chunk_at(database, name, "now() + interval '1 hour'") == ["4"]


def test_columns_of_every_common_type_may_be_required(database: Database, table: Table) -> None:
    database.asked("CREATE TYPE trading.side AS ENUM ('buy', 'sell')")
    kinds = (
        *("text", "varchar(3)", "bigint", "numeric(8,2)", "double precision", "boolean", "uuid", "jsonb", "bytea"),
        *("date", "timestamptz", "interval", "text[]", "trading.side"),
    )
    columns = ", ".join(f"c{number} {kind} NOT NULL" for number, kind in enumerate(kinds))
    name = table(f"ts timestamptz NOT NULL, {columns}, made timestamptz NOT NULL DEFAULT now()")
    database.apply({"table": name, "chunk_minutes": 60})

    database.asked("CALL hft.maintain()")

    assert chunk_at(database, name, "now() + interval '1 hour'") == ["1"]


def test_a_type_that_no_value_is_known_for_is_told_and_others_go_on(database: Database, table: Table) -> None:
    odd, good = table("ts timestamptz NOT NULL, at point NOT NULL"), table()
    database.apply({"table": odd, "chunk_minutes": 60}, {"table": good, "chunk_minutes": 60})

    ended = database.psql("CALL hft.maintain()")

    assert ended.output.startswith(
        f"ERROR:  next chunk of trading.{odd}: column at of trading.{odd} must have a value and is of type point, "
        "for which no chunk can be made ahead: give it a default"
    )
    assert chunk_at(database, good, "now() + interval '1 hour'") == ["1"]
    database.asked("DELETE FROM hft.maintenance")


def test_old_chunks_are_dropped_and_young_ones_kept(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60, "retention_days": 2})
    database.asked(f"INSERT INTO trading.{name} VALUES (now() - interval '3 days', 'old', 1), (now(), 'new', 1)")

    database.asked("CALL hft.maintain()")

    assert database.asked(f"SELECT symbol FROM trading.{name}") == ["new"]


def test_without_retention_nothing_is_dropped(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    database.asked(f"INSERT INTO trading.{name} VALUES (now() - interval '3000 days', 'old', 1)")

    database.asked("CALL hft.maintain()")

    assert database.asked(f"SELECT symbol FROM trading.{name}") == ["old"]


def test_a_rollup_holds_closed_buckets_and_takes_late_rows(database: Database, table: Table) -> None:
    name = table()
    rollup = f"{name}_minute"
    database.apply({"table": name, "chunk_minutes": 60, "rollups": [{**CANDLES, "name": rollup}]})
    bucket = "date_trunc('minute', now()) - interval '1 minute'"
    database.asked(f"INSERT INTO trading.{name} VALUES ({bucket}, 'A', 3), ({bucket}, 'A', 4), (now(), 'A', 9)")
    database.asked("CALL hft.maintain()")
    assert database.asked(f"SELECT symbol, low, high, odd FROM trading.{rollup}") == ["A|3|4|1"]

    database.asked(f"INSERT INTO trading.{name} VALUES ({bucket}, 'A', 5)")
    database.asked("CALL hft.maintain()")

    assert database.asked(f"SELECT symbol, low, high, odd FROM trading.{rollup} WHERE high <> 9") == ["A|3|5|2"]


def test_a_rollup_is_the_same_from_any_search_path(database: Database, table: Table) -> None:
    name = table()
    rollup = {**CANDLES, "name": f"{name}_minute"}
    settings = {"table": name, "chunk_minutes": 60, "rollups": [rollup]}
    database.asked("ALTER ROLE hft_owner SET search_path = trading, public")
    database.apply(settings)
    database.asked("CALL hft.maintain()")
    database.asked("ALTER ROLE hft_owner RESET search_path")

    database.apply(settings)
    database.asked("CALL hft.maintain()")

    assert database.asked(f"SELECT item FROM hft.maintenance WHERE item LIKE '%{name}%' ORDER BY 1") == [
        f"next chunk of trading.{name}",
        f"roll-up trading.{name}_minute",
    ]


def test_a_rollup_outlives_its_rows(database: Database, table: Table) -> None:
    name = table()
    rollup = f"{name}_minute"
    database.apply({"table": name, "chunk_minutes": 60, "retention_days": 1, "rollups": [{**CANDLES, "name": rollup}]})
    database.asked(
        f"INSERT INTO trading.{rollup} VALUES (date_trunc('minute', now()) - interval '3 days', 'A', 1, 2, 0)"
    )
    database.asked(f"INSERT INTO trading.{name} VALUES (now() - interval '5 minutes', 'B', 3)")
    database.asked("CALL hft.maintain()")

    assert database.asked(f"SELECT symbol FROM trading.{rollup} ORDER BY 1") == ["A", "B"]


def test_a_changed_rollup_needs_a_new_name(database: Database, table: Table) -> None:
    name = table()
    rollup = {**CANDLES, "name": f"{name}_minute"}
    database.apply({"table": name, "chunk_minutes": 60, "rollups": [rollup]})

    assert database.refusal({"table": name, "chunk_minutes": 60, "rollups": [{**rollup, "bucket_seconds": 120}]}) == (
        f"hypertable {name}: rollups.{name}_minute: trading.{name}_minute has other columns or buckets, "
        "and what it holds may be older than its source: "
        "give the changed one a new name, and drop the old one when it is not read any more"
    )


def test_a_rollup_takes_the_place_of_no_table(database: Database, table: Table) -> None:
    name, other = table(), table()

    assert database.refusal({"table": name, "chunk_minutes": 60, "rollups": [{**CANDLES, "name": other}]}) == (
        f"hypertable {name}: rollups.{other}: trading.{other} is there and is no roll-up: choose another name"
    )


def test_it_runs_by_itself_every_minute(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    assert database.asked("SELECT schedule, command, username FROM cron.job") == [
        "* * * * *|CALL hft.maintain()|hft_owner"
    ]
    # A minute is long for a test.
    database.asked("SELECT cron.schedule('hft-maintain', '1 second', 'CALL hft.maintain()')")
    end = time.monotonic() + 20
    while time.monotonic() < end and chunk_at(database, name, "now() + interval '1 hour'") == ["0"]:
        time.sleep(0.2)

    assert chunk_at(database, name, "now() + interval '1 hour'") == ["1"]
    ended = "SELECT DISTINCT status, return_message FROM cron.job_run_details WHERE end_time IS NOT NULL"
    assert database.asked(ended) == ["succeeded|CALL"]
    database.asked("SELECT cron.unschedule('hft-maintain')")
