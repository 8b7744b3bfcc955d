"""A bare PostgreSQL of the timescaledb image, for tests that need a server and no cluster."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from docker.models.containers import Container

from components.database.render import DATA_DIR
from tests.components.programs import FOLDERS, running

PORT = 15000
_START = """\
initdb --pgdata={data}/pg17 --auth-local=trust --auth-host={auth_host} > /dev/null
exec postgres -D {data}/pg17 -c listen_addresses=127.0.0.1 -c fsync=off -c unix_socket_directories=/run/postgresql "$@"
"""


@contextmanager
def postgres(
    *,
    port: int = PORT,
    auth_host: str = "trust",
    settings: Mapping[str, str] | None = None,
    volume: str = DATA_DIR,
    mounts: Sequence[str] = (),
    ready: Sequence[str] = (),
    **options: Any,
) -> Iterator[Container]:
    """The server until the block ends, with TimescaleDB; anybody may log in by its socket.

    `settings` are further parameters of the server, `volume` mounts that of its data and `mounts` further ones,
    `ready` is another proof that it is up than an answer; `options` go to Docker.
    """
    parameters = {"port": port, "shared_preload_libraries": "timescaledb", **(settings or {})}
    flags = [flag for name, value in parameters.items() for flag in ("-c", f"{name}={value}")]
    with running(
        "timescaledb",
        ["-euc", _START.format(data=DATA_DIR, auth_host=auth_host), "postgres", *flags],
        {},
        ready or ["pg_isready", "--host=127.0.0.1", f"--port={port}"],
        entrypoint=["sh"],
        tmpfs={"/tmp": "", "/run/postgresql": ""},
        volumes=[*FOLDERS, volume, *mounts],
        **options,
    ) as container:
        yield container
