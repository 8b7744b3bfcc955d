"""A primary that nobody confirms has to stop all the same, or its node can never follow its successor."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from docker.models.containers import Container
from requests.exceptions import ConnectionError as NoAnswerError
from requests.exceptions import ReadTimeout

from tests.components.database.hypertables.conftest import WITH_CRON
from tests.components.postgres import PORT, postgres
from tests.components.programs import execute

pytestmark = pytest.mark.images

_STOP_SECONDS = 20


def psql(server: Container, *statements: str, database: str = "hft") -> str:
    commands = [word for statement in statements for word in ("--command", statement)]
    login = ["psql", "-XAtq", "-h", "/run/postgresql", "-p", str(PORT), "--set=ON_ERROR_STOP=1"]
    ended = execute(server, [*login, *commands, database])
    assert ended.status == 0, ended.output
    return ended.output.strip()


@contextmanager
def unconfirmed(*prepared: str) -> Iterator[Container]:
    """A server with a job that pg_cron runs every second, and whose commits wait for a standby that is not there."""
    with postgres(settings=WITH_CRON) as server:
        psql(server, "CREATE DATABASE hft", database="postgres")
        psql(server, "CREATE EXTENSION pg_cron", "SELECT cron.schedule('each', '1 seconds', 'SELECT 1')", *prepared)
        psql(server, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()")
        time.sleep(5)
        yield server


def stops(server: Container) -> bool:
    """Whether a fast shutdown, which is how Patroni demotes a primary, comes to its end."""
    server.kill(signal="SIGINT")
    try:
        server.wait(timeout=_STOP_SECONDS)
    except (ReadTimeout, NoAnswerError):
        return False
    return True


def test_pg_crons_own_commits_hold_up_a_shutdown_where_they_wait_for_a_standby() -> None:
    with unconfirmed() as server:
        assert not stops(server)


def test_with_the_superusers_commits_local_it_stops() -> None:
    with unconfirmed("ALTER ROLE postgres SET synchronous_commit = local") as server:
        assert stops(server)
