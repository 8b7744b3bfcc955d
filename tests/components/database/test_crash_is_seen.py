"""A primary that crashes wakes Patroni, and one that is stopped does not."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from docker.models.containers import Container

from components.database.render import DATA_DIR
from tests.components.patroni_api import URL, asked, primary, shell
from tests.components.postgres import PORT

pytestmark = pytest.mark.images

# The server on PORT is the container's first process, which nothing inside can kill.
_DATA, _PORT = f"{DATA_DIR}/other", PORT + 1


@contextmanager
def other_primary() -> Iterator[Container]:
    with primary() as server:
        shell(server, f"pg_basebackup -Xs -c fast -h /run/postgresql -p {PORT} -D {_DATA}")
        flags = f"-c port={_PORT} -c listen_addresses= -k /run/postgresql"
        shell(server, f"pg_ctl -wD {_DATA} -l /tmp/other.log -o '{flags}' start > /dev/null")
        yield server


def ends(server: Container, end: str) -> None:
    """End the server while the program looks after it; that ends with it."""
    after_start = f"hft-after-start {URL} {_PORT} {_DATA} on_start primary hft"
    shell(server, f"timeout 20 {after_start} & looking=$!; sleep 0.5; {end}; wait $looking")


def test_a_primary_that_crashes_wakes_patroni_by_a_change_of_nothing() -> None:
    with other_primary() as server:
        ends(server, f"kill -KILL $(head -n 1 {_DATA}/postmaster.pid)")

        assert asked(server) == 'PATCH /config {"woken": null}'


def test_a_primary_that_is_stopped_is_no_crash() -> None:
    with other_primary() as server:
        ends(server, f"pg_ctl -wD {_DATA} stop > /dev/null")

        assert asked(server) == ""


def test_nothing_is_awaited_where_no_server_runs() -> None:
    with primary() as server:
        shell(server, f"hft-after-start {URL} {_PORT} {_DATA} on_start primary hft 2> /dev/null")

        assert asked(server) == ""
