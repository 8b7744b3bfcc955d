"""A server of the timescaledb image with what `DatabaseObjects` makes, and the migrations in it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from docker.models.containers import Container

from components.database.hypertables import HypertableSettings, hypertables_json
from tests.components.postgres import postgres
from tests.components.programs import Ended, beside, execute, run

MIGRATIONS = {
    f"/etc/hft/migrations/{path.name}": path.read_text()
    for path in sorted((Path(__file__).parents[4] / "components/database/migrations").iterdir())
}
WITH_CRON = {
    "shared_preload_libraries": "timescaledb,pg_cron",
    "cron.database_name": "hft",
    "cron.use_background_workers": "on",
    "max_worker_processes": "30",
}
PREPARE = """
CREATE EXTENSION timescaledb SCHEMA public;
CREATE EXTENSION pg_cron;
GRANT USAGE ON SCHEMA cron TO hft_owner;
CREATE SCHEMA trading AUTHORIZATION hft_owner;
"""


@dataclass(frozen=True)
class Database:
    """The database `hft`, as its owner sees it."""

    server: Container

    def psql(self, sql: str, role: str = "hft_owner") -> Ended:
        """How a statement ends."""
        login = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", "--port=15000"]
        who = [f"--username={role}", "--host=/run/postgresql", "--dbname=hft"]
        return execute(self.server, ["psql", *login, "--set=VERBOSITY=terse", *who, f"--command={sql}"])

    def asked(self, sql: str, role: str = "hft_owner") -> list[str]:
        """The lines of the answer to a statement that must succeed."""
        ended = self.psql(sql, role)
        assert ended.status == 0, ended.output
        return ended.output.splitlines()

    def migrate(self, document: str) -> Ended:
        """Run the migrate image with a document of hypertables."""
        argv = ["hft-migrate", "127.0.0.1", "15000", "hft", "hft_owner", "20", "apache"]
        files = {**MIGRATIONS, "/run/secrets/db-owner": "x", "/etc/hft/hypertables.json": document}
        return run("migrate", argv, files, network_mode=beside(self.server))

    def apply(self, *hypertables: dict[str, Any]) -> None:
        """Have hypertables made as settings say."""
        document = _document(*hypertables).replace("'", "''")
        self.asked(f"SELECT hft.apply_hypertables('{document}')")

    def refusal(self, *hypertables: dict[str, Any]) -> str:
        """The one line with which settings are refused."""
        ended = self.psql(f"SELECT hft.apply_hypertables('{_document(*hypertables)}')")
        assert ended.status != 0
        assert ended.output.startswith("ERROR:  ")
        return ended.output.removeprefix("ERROR:  ").strip()


def _document(*hypertables: dict[str, Any]) -> str:
    made = [HypertableSettings.model_validate(each) for each in hypertables]
    return json.dumps(json.loads(hypertables_json(made, schema="trading", node_memory_mib=4096)))


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """One server for all tests of a module, its migrations applied by the migrate image."""
    with postgres(settings=WITH_CRON) as server:
        as_superuser = ["psql", "--no-psqlrc", "--quiet", "--port=15000", "--host=/run/postgresql", "--dbname=postgres"]
        for sql in (
            "CREATE ROLE hft_owner LOGIN",
            "CREATE ROLE hft_writer LOGIN",
            "CREATE ROLE hft_ticks LOGIN",
            "CREATE ROLE hft_reader LOGIN",
            "CREATE ROLE hft_monitoring LOGIN IN ROLE pg_monitor",
            "CREATE ROLE hft_guard LOGIN",
            "CREATE DATABASE hft OWNER hft_owner",
        ):
            assert execute(server, [*as_superuser, f"--command={sql}"]).status == 0
        made = Database(server)
        made.asked(PREPARE, role="postgres")
        ended = made.migrate(_document())
        assert ended.status == 0, ended.output
        yield made


@pytest.fixture
def table(database: Database) -> Callable[..., str]:
    """Makes a plain table of its own for a test; gives its name."""

    def make(columns: str = "ts timestamptz NOT NULL, symbol text NOT NULL, price double precision") -> str:
        name = f"t{next(_NUMBERS)}"
        database.asked(f"CREATE TABLE trading.{name} ({columns})")
        return name

    return make


_NUMBERS = count(1)
