"""A pooler of two processes in front of a PostgreSQL, in containers that share one loopback."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from docker.models.containers import Container
from docker.types import Ulimit

from components._common.endpoint import Endpoint
from components._common.tls import CERTIFICATE_FILE, KEY_FILE, TLS_DIR
from components.pooling import PoolerSettings, RouteFailoverSettings
from components.pooling.pooler import _TAKE_USERS
from components.pooling.render import pgbouncer_files, process_file, userlist
from tests.components.authority import Authority, certified
from tests.components.postgres import PORT as SERVER_PORT
from tests.components.postgres import postgres
from tests.components.programs import FOLDERS, Ended, beside, execute, run, running

HERE, PORT = "127.0.0.1", 16432
PASSWORD = "m"
AUTHORITY = Authority()
# As components/_common/container.py gives every container.
OPEN_FILES = {"ulimits": [Ulimit(name="nofile", soft=16384, hard=16384)]}
_WITH_TLS = {"ssl": "on", "ssl_cert_file": CERTIFICATE_FILE, "ssl_key_file": KEY_FILE}
_AT_SERVER = {"PGHOST": HERE, "PGPORT": str(SERVER_PORT), "PGUSER": "postgres"}
_SCHEMA = ("CREATE ROLE hft_writer LOGIN", "CREATE DATABASE hft OWNER hft_writer")


_PSQL = ("psql", "-XAtq", "-v", "ON_ERROR_STOP=1")


def conninfo(at: str, user: str = "hft_writer", database: str = "hft") -> str:
    """What libpq needs to know of an address of the pooler."""
    return f"host={at} port={PORT} user={user} dbname={database} sslmode=require connect_timeout=3"


@dataclass(frozen=True)
class Pooled:
    """The parts that run."""

    server: Container
    pooler: Container
    settings: PoolerSettings

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where each process alone answers."""
        return self.settings.own_addresses

    @property
    def log(self) -> str:
        """What its processes have said."""
        return str(self.pooler.logs().decode())

    def ask(self, sql: str, *, at: str) -> Ended:
        """What a client by the role hft_writer is answered."""
        return execute(self.pooler, [*_PSQL, conninfo(at), "-c", sql], {"PGPASSWORD": "w"})

    def shell(self, script: str, environment: Mapping[str, str] | None = None) -> Ended:
        """A script beside the pooler's processes, where psql finds a password."""
        return execute(
            self.pooler, ["timeout", "60", "bash", "-uc", script], {"PGPASSWORD": "w", **(environment or {})}
        )

    def console(self, number: int, command: str) -> Ended:
        """What the console of one process answers its administrator, with the names of the columns."""
        argv = [*_PSQL, f"host=/tmp/{number} port={PORT} user=pgbouncer dbname=pgbouncer", "-P", "tuples_only=off"]
        return execute(self.pooler, [*argv, "-P", "footer=off", "-c", command])

    def rows(self, number: int, command: str) -> list[dict[str, str]]:
        """The same, as rows: column → value."""
        names, *rows = [line.split("|") for line in self.console(number, command).output.splitlines()]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def given_users(self, password: str, at: str) -> Ended:
        """Give it its users, as the stack's one-shot does for a process; `password` is that of hft_monitoring."""
        files = {
            "/run/secrets/pooler-users": userlist({"hft_writer": "w", "hft_monitoring": password}),
            "/run/secrets/db-monitoring": password,
        }
        self.pooler.reload()
        mount = next(each for each in self.pooler.attrs["Mounts"] if each["Destination"] == TLS_DIR)["Name"]
        shared = {"network_mode": beside(self.pooler), "pid_mode": beside(self.pooler)}
        argv = ["sh", "-euc", _TAKE_USERS, at, str(PORT), "5"]
        return run("pgbouncer", argv, files, volumes=[*FOLDERS, f"{mount}:{TLS_DIR}"], **shared)


@contextmanager
def pooled(processes: int = 2) -> Iterator[Pooled]:
    """A pooler with its users, until the block ends."""
    settings = PoolerSettings(hosts=("a",), processes=processes)
    servers = Endpoint(HERE, SERVER_PORT)
    files = pgbouncer_files(settings, RouteFailoverSettings(), Endpoint(HERE, PORT), servers, servers)
    certificate = AUTHORITY.server_files(HERE, *settings.own_addresses)
    with (
        certified("timescaledb", AUTHORITY.server_files(HERE)) as servers_mount,
        certified("pgbouncer", certificate) as mount,
        postgres(settings=_WITH_TLS, mounts=[servers_mount]) as server,
        running(
            "pgbouncer",
            [process_file(number) for number in range(1, processes + 1)],
            files,
            ["pg-ping", *(word for address in settings.own_addresses for word in (address, str(PORT)))],
            entrypoint=["pgbouncers"],
            volumes=[*FOLDERS, mount],
            network_mode=beside(server),
            **OPEN_FILES,
        ) as pooler,
    ):
        made = [execute(server, ["psql", "-Xqc", each, "postgres"], _AT_SERVER) for each in _SCHEMA]
        assert [ended.status for ended in made] == [0, 0], made
        found = Pooled(server, pooler, settings)
        assert {found.given_users(PASSWORD, at).output for at in found.addresses} == {""}
        yield found
