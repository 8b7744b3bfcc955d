"""What monitoring sees of the hypertables' keeping: by the role's own questions, and by the exporter's metrics."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.components.database.hypertables.conftest import Database
from tests.components.programs import beside, execute, running

pytestmark = pytest.mark.images

Table = Callable[..., str]
QUERIES = Path(__file__).parents[4] / "components/database/exporter_queries.yaml"
WATCHER = "hft_monitoring"


def reported(database: Database) -> list[str]:
    return database.asked(
        "SELECT item, succeeded_timestamp_seconds > 0, failing FROM hft.maintenance_report()", WATCHER
    )


def test_each_item_of_the_settings_is_reported_also_before_it_ran(database: Database, table: Table) -> None:
    name, old = table(), table()
    database.apply({"table": old, "chunk_minutes": 60})
    database.asked("CALL hft.maintain()")
    database.apply({"table": name, "chunk_minutes": 60, "retention_days": 1})

    assert reported(database) == [f"next chunk of trading.{name}|f|0", f"retention of trading.{name}|f|0"]
    database.asked("CALL hft.maintain()")
    assert reported(database) == [f"next chunk of trading.{name}|t|0", f"retention of trading.{name}|t|0"]


def test_a_failing_item_is_told_and_so_is_its_end(database: Database, table: Table) -> None:
    odd = table("ts timestamptz NOT NULL, at point NOT NULL")
    database.apply({"table": odd, "chunk_minutes": 60})
    assert database.psql("CALL hft.maintain()").status != 0

    assert reported(database) == [f"next chunk of trading.{odd}|f|1"]
    database.asked(f"ALTER TABLE trading.{odd} ALTER at SET DEFAULT '(0,0)'")
    database.asked("CALL hft.maintain()")
    assert reported(database) == [f"next chunk of trading.{odd}|t|0"]


def test_a_chunk_that_is_missing_shows(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    seen = (
        "SELECT relation, ahead, next_start_timestamp_seconds > extract(epoch FROM now()), "
        "next_start_timestamp_seconds < extract(epoch FROM now() + interval '61 minutes') FROM hft.chunk_report()"
    )

    assert database.asked(seen, WATCHER) == [f"trading.{name}|0||"]
    database.asked("CALL hft.maintain()")
    assert database.asked(seen, WATCHER) == [f"trading.{name}|1|t|t"]


def test_runs_of_the_scheduler_are_seen_by_who_cannot_see_them_himself(database: Database, table: Table) -> None:
    database.apply({"table": table(), "chunk_minutes": 60})
    fresh = (
        "SELECT succeeded_timestamp_seconds > extract(epoch FROM now() - interval '2 minutes') FROM hft.job_report()"
    )
    end = time.monotonic() + 100
    # Each full minute.
    while database.asked(fresh, WATCHER) != ["t"]:
        assert time.monotonic() < end, database.asked("SELECT * FROM cron.job_run_details")
        time.sleep(1)

    assert database.asked("SELECT count(*) > 0 FROM cron.job_run_details") == ["t"]
    assert database.psql("SELECT count(*) > 0 FROM cron.job_run_details", WATCHER).status != 0


@pytest.mark.parametrize("role", ["hft_reader", "hft_writer", "hft_ticks"])
@pytest.mark.parametrize("function", ["audit_report", "maintenance_report", "chunk_report", "job_report"])
def test_no_other_role_may_ask(database: Database, role: str, function: str) -> None:
    ended = database.psql(f"SELECT * FROM hft.{function}()", role)

    assert (ended.status != 0, "permission denied for schema hft" in ended.output) == (True, True), ended.output


@pytest.mark.parametrize("statement", ["DELETE FROM hft.maintenance", "SELECT * FROM hft.hypertables"])
def test_monitoring_may_only_ask(database: Database, statement: str) -> None:
    ended = database.psql(statement, WATCHER)

    assert "ERROR:  permission denied for table" in ended.output, ended.output


def test_the_exporter_tells_it(database: Database, table: Table) -> None:
    name = table()
    database.apply({"table": name, "chunk_minutes": 60})
    database.asked("CALL hft.maintain()")
    files = {"/etc/hft/queries.yaml": QUERIES.read_text(), "/run/secrets/db-monitoring": "x"}
    # Not by the image's own program, which wants a server with a certificate.
    login = {
        "DATA_SOURCE_URI": "127.0.0.1:15000/hft?sslmode=disable",
        "DATA_SOURCE_USER": WATCHER,
        "DATA_SOURCE_PASS_FILE": "/run/secrets/db-monitoring",
    }
    program = {"entrypoint": ["prometheus-postgres-exporter"], "environment": login}
    flags = ["--web.listen-address=127.0.0.1:19187", "--extend.query-path=/etc/hft/queries.yaml"]
    ready = ["curl", "-fsSo", "/dev/null", "http://127.0.0.1:19187/"]
    with running("exporters", flags, files, ready, network_mode=beside(database.server), **program) as it:
        said = execute(it, ["curl", "-fsS", "http://127.0.0.1:19187/metrics"]).output
    found = dict(re.findall(r"^(hft_\w+)\{[^\n]*\} (\S+)$", said, re.MULTILINE))

    assert sorted(found) == [
        "hft_audit_changed_rows",
        "hft_chunks_ahead",
        "hft_chunks_next_start_timestamp_seconds",
        "hft_maintenance_failing",
        "hft_maintenance_job_ended_timestamp_seconds",
        "hft_maintenance_job_failed_runs",
        "hft_maintenance_job_succeeded_timestamp_seconds",
        "hft_maintenance_succeeded_timestamp_seconds",
    ]
    assert (found["hft_chunks_ahead"], found["hft_maintenance_failing"]) == ("1", "0")
    assert float(found["hft_chunks_next_start_timestamp_seconds"]) > time.time()
    assert f'item="next chunk of trading.{name}"' in said
    assert "pg_up 1" in said
