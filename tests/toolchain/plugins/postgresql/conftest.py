"""A PostgreSQL server of one's own for these tests, and the plugin over gRPC in front of it.

The server runs from the project's timescaledb image where the lock names one that Docker has, else from local binaries
(Debian's `postgresql` package). It has no TLS, no fsync, and logs every statement.
"""

import contextlib
import getpass
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from toolchain.plugins.postgresql.plugin import provider

ROOT = Path(__file__).resolve().parents[4]
PASSWORD = "the-superusers-own"
LABEL = "pgplugin"
INITDB = ("-U", "postgres", "-A", "scram-sha-256", "-E", "UTF8", "--no-locale")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "log_statement": "all",
    "logging_collector": "off",
    "max_connections": "60",
}


@dataclass(frozen=True)
class Postgres:
    """A running server that only these tests use."""

    port: int
    log: Callable[[], str]

    def connect(self, database: str = "postgres", user: str = "postgres", password: str = PASSWORD) -> Any:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, user=user, password=password, autocommit=True
        )

    def rows(self, query: str, database: str = "postgres") -> list[Any]:
        with self.connect(database) as connection:
            return connection.execute(query.encode()).fetchall()

    def value(self, query: str, database: str = "postgres") -> Any:
        return self.rows(query, database)[0][0]

    def run(self, *statements: str, database: str = "postgres") -> None:
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with contextlib.ExitStack() as stack:
        image = _image()
        binaries = _binaries()
        if image is not None:
            started = stack.enter_context(_from_image(image))
        elif binaries is not None:
            started = stack.enter_context(_from_binaries(binaries))
        else:
            pytest.skip("no timescaledb image in images/lock.json and no local PostgreSQL binaries")
        _wait(started)
        yield started


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "postgres" in request.fixturenames:
        _empty(request.getfixturevalue("postgres"))


@pytest.fixture
async def plugin(serve: Any, postgres: Postgres) -> Any:
    """The plugin, logged in as superuser."""
    running = await serve(provider())
    await running.configure(host="127.0.0.1", port=str(postgres.port), password=PASSWORD, sslmode="disable")
    return running


def _image() -> str | None:
    lock = ROOT / "images" / "lock.json"
    if not lock.exists() or shutil.which("docker") is None:
        return None
    image: str | None = json.loads(lock.read_text())["images"].get("timescaledb", {}).get("id")
    known = subprocess.run(["docker", "image", "inspect", str(image)], capture_output=True, check=False)
    return image if known.returncode == 0 else None


def _binaries() -> Path | None:
    packaged = sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    elsewhere = shutil.which("initdb")
    return packaged[-1] if packaged else Path(elsewhere).parent if elsewhere else None


@contextlib.contextmanager
def _from_image(image: str) -> Iterator[Postgres]:
    port = _free_port()
    name = f"hft-{LABEL}-{port}"
    script = (
        "cd $(ls -d /usr/lib/postgresql/*/bin | tail -1); echo $PASSWORD > /scratch/password; "
        f"./initdb {' '.join(INITDB)} -D /scratch/data --pwfile=/scratch/password; "
        f"exec ./postgres -D /scratch/data -k /scratch {_arguments(port)}"
    )
    options = ["--name", name, "--label", f"hft.stack={LABEL}", "--network", "host", "--tmpfs", "/scratch:mode=1777"]
    options += ["--env", f"PASSWORD={PASSWORD}", "--entrypoint", "/bin/bash"]
    subprocess.run(["docker", "run", "--detach", *options, image, "-ec", script], check=True, capture_output=True)
    try:
        yield Postgres(port, lambda: _output(["docker", "logs", name]))
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", name], check=True, capture_output=True)


@contextlib.contextmanager
def _from_binaries(binaries: Path) -> Iterator[Postgres]:
    port = _free_port()
    # initdb refuses to run as root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="hft-pgplugin-") as scratch:
        folder = Path(scratch)
        (folder / "password").write_text(PASSWORD)
        shutil.chown(folder, "postgres" if prefix else getpass.getuser())
        (folder / "password").chmod(0o644)
        initdb = [*prefix, str(binaries / "initdb"), *INITDB, "-D", f"{scratch}/data", f"--pwfile={scratch}/password"]
        subprocess.run(initdb, check=True, capture_output=True)
        log = folder / "log"
        with log.open("w") as out:
            arguments = ["-D", f"{scratch}/data", "-k", scratch, *_arguments(port).split()]
            server = subprocess.Popen([*prefix, str(binaries / "postgres"), *arguments], stdout=out, stderr=out)
        try:
            yield Postgres(port, log.read_text)
        finally:
            server.terminate()
            server.wait()


def _output(command: list[str]) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True)
    return done.stdout.decode()


def _arguments(port: int) -> str:
    return " ".join(f"-c {name}={value}" for name, value in (SETTINGS | {"port": str(port)}).items())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(server: Postgres) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, server.log()
            time.sleep(0.1)
        else:
            return


def _empty(server: Postgres) -> None:
    """Back to a fresh server: no database, schema or role but its own."""
    for (name,) in server.rows(
        "SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')"
    ):
        server.run(f'ALTER DATABASE "{name}" IS_TEMPLATE false', f'DROP DATABASE "{name}" WITH (FORCE)')
    for (name,) in server.rows(
        "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' AND nspname <> 'information_schema'"
    ):
        server.run(f'DROP SCHEMA "{name}" CASCADE')
    server.run("CREATE SCHEMA public AUTHORIZATION pg_database_owner")
    for (name,) in server.rows("SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg_%' AND rolname <> 'postgres'"):
        server.run(f'REASSIGN OWNED BY "{name}" TO postgres', f'DROP OWNED BY "{name}"', f'DROP ROLE "{name}"')
