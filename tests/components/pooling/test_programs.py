"""What HAProxy and PgBouncer make of what we render. They share one loopback, and no other network."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from docker.models.containers import Container
from docker.types import Ulimit

from components._common.endpoint import DatabaseMember, Endpoint
from components._common.tls import TLS_DIR
from components.pooling import RouteFailoverSettings
from components.pooling.pooler import _TAKE_USERS
from components.pooling.render import PGBOUNCER_INI, haproxy_cfg, pgbouncer_files, userlist
from tests.components.authority import Authority, certified
from tests.components.pooling.test_render import pooler, router
from tests.components.programs import FOLDERS, Ended, beside, execute, run, running

pytestmark = pytest.mark.images

HAPROXY_CFG = "/etc/hft/haproxy.cfg"
START = ["-f", HAPROXY_CFG]
AUTHORITY = Authority()
PASSWORDS = {"hft_writer": "w", "hft_reader": "r"}
MEMBERS = [
    DatabaseMember(name=f"tsdb-{index}", address="127.0.0.1", postgres_port=15432 + index, patroni_port=18008 + index)
    for index in range(2)
]
# As components/_common/container.py gives every container.
OPEN_FILES = {"ulimits": [Ulimit(name="nofile", soft=16384, hard=16384)]}
# Nodes: Patroni's answers, and a PostgreSQL that says which node it is. The first one is the primary.
NODES = """
import http.server, socketserver, ssl, sys, threading

ROLES = ("/primary", "/replica")
tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
tls.load_cert_chain("/var/lib/hft/tls/tls.crt", "/var/lib/hft/tls/tls.key")

def patroni(index):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_OPTIONS(self):
            self.send_response(200 if self.path == ROLES[index] else 503)
            self.end_headers()
    server = http.server.HTTPServer(("127.0.0.1", 18008 + index), Handler)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    return server

def postgres(index):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.sendall(f"tsdb-{index}".encode())
    return socketserver.TCPServer(("127.0.0.1", 15432 + index), Handler)

servers = [make(index) for make in (patroni, postgres) for index in range(int(sys.argv[1]))]
for server in servers[1:]:
    threading.Thread(target=server.serve_forever).start()
servers[0].serve_forever()
"""
PYTHON: dict[str, Any] = {"entrypoint": ["python3", "-c"]}
PASSWORD = 'it\'s a "quoted" pass\\word'


def haproxy_files(**changes: Any) -> dict[str, str]:
    config = haproxy_cfg(router(**changes), RouteFailoverSettings(), "127.0.0.1", MEMBERS)
    return {HAPROXY_CFG: config, **AUTHORITY.client_files}


def check(files: dict[str, str]) -> Ended:
    return run("haproxy", ["haproxy", "-c", "-f", HAPROXY_CFG], files)


def test_haproxy_accepts_its_configuration() -> None:
    assert check(haproxy_files()) == (0, "")


def test_haproxy_refuses_a_frontend_that_leads_nowhere() -> None:
    text = haproxy_files()[HAPROXY_CFG].replace("backend primary\n", "backend primaries\n")
    ended = check({**haproxy_files(), HAPROXY_CFG: text})

    assert ended.status == 1
    assert "unable to find required use_backend: 'primary'" in ended.output


def test_haproxy_starts_with_the_most_connections_that_the_settings_allow() -> None:
    files = haproxy_files(max_connections=8000, memory_mib=256)
    metrics = ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:18404/metrics"]
    with running("haproxy", START, files, metrics, **OPEN_FILES) as haproxy:
        assert execute(haproxy, metrics) == (0, "")


def test_haproxy_does_not_start_with_more_connections_than_files() -> None:
    files = haproxy_files()
    files[HAPROXY_CFG] = files[HAPROXY_CFG].replace("maxconn 1000", "maxconn 8200")
    ended = run("haproxy", ["haproxy", "-W", "-db", "-f", HAPROXY_CFG], files, **OPEN_FILES)

    assert (ended.status, ended.output.splitlines()[-1]) == (
        1,
        "[ALERT]    (1) : [haproxy.main()] Cannot raise FD limit to 16439, limit is 16384.",
    )


def asking(path: str) -> list[str]:
    """The command that prints the status with which the router answers."""
    return ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://127.0.0.1:18404{path}"]


def servers_are(**active: int) -> list[str]:
    """The command that succeeds when the backends have so many servers; before the first checks each has all."""
    read = "curl -fsS http://127.0.0.1:18404/metrics > /tmp/metrics"
    seen = [f'haproxy_backend_active_servers{{proxy="{name}"}} {number}' for name, number in active.items()]
    return ["sh", "-euc", "; ".join([read, *(f"grep -qxF {shlex.quote(line)} /tmp/metrics" for line in seen)])]


@pytest.fixture(scope="module")
def lonely() -> Iterator[Container]:
    """HAProxy where no node answers."""
    with running("haproxy", START, haproxy_files(), servers_are(primary=0, standbys=0), **OPEN_FILES) as haproxy:
        yield haproxy


@contextmanager
def routing(nodes: int, primaries: int = 1, certificate: dict[str, str] | None = None) -> Iterator[Container]:
    """HAProxy in front of this many of its two nodes, which all have one certificate, by default that of both."""
    settled = servers_are(primary=primaries, standbys=nodes - 1)
    files = certificate or AUTHORITY.server_files("127.0.0.1", names=[member.name for member in MEMBERS])
    with (
        certified("timescaledb", files) as mount,
        running("timescaledb", [NODES, str(nodes)], {}, ["true"], volumes=[*FOLDERS, mount], **PYTHON) as cluster,
        running("haproxy", START, haproxy_files(), settled, network_mode=beside(cluster), **OPEN_FILES) as haproxy,
    ):
        yield haproxy


@pytest.fixture(scope="module")
def routed() -> Iterator[Container]:
    with routing(2) as haproxy:
        yield haproxy


def test_a_router_is_healthy_with_a_primary_only(lonely: Container, routed: Container) -> None:
    assert (execute(lonely, asking("/healthz")).output, execute(routed, asking("/healthz")).output) == ("503", "200")


def test_a_router_offers_nothing_but_health_and_metrics(routed: Container) -> None:
    assert [execute(routed, asking(path)).output for path in ("/metrics", "/", "/stats")] == ["200", "404", "404"]


def reached(haproxy: Container, port: int) -> str:
    """The node to which a port of the router leads."""
    return execute(haproxy, ["bash", "-c", f"cat < /dev/tcp/127.0.0.1/{port}"]).output


def test_a_router_leads_to_the_primary_and_to_the_standby(routed: Container) -> None:
    assert (reached(routed, 15000), reached(routed, 15100)) == ("tsdb-0", "tsdb-1")


def test_readers_are_led_to_the_primary_while_there_is_no_standby() -> None:
    with routing(1) as haproxy:
        assert (reached(haproxy, 15000), reached(haproxy, 15100)) == ("tsdb-0", "tsdb-0")


@pytest.mark.parametrize(
    "certificate",
    [
        Authority("stranger").server_files("127.0.0.1", names=["tsdb-0"]),
        AUTHORITY.server_files("127.0.0.1", names=["etcd-0"]),
    ],
    ids=["a stranger's", "another part's"],
)
def test_a_router_takes_no_word_of_who_has_not_the_nodes_certificate(certificate: dict[str, str]) -> None:
    with routing(1, primaries=0, certificate=certificate) as haproxy:
        assert execute(haproxy, asking("/healthz")).output == "503"


@pytest.fixture(scope="module")
def pgbouncer() -> Iterator[Container]:
    """PgBouncer with the largest settings; its servers are not there."""
    listen, servers = Endpoint("127.0.0.1", 16432), Endpoint("127.0.0.1", 15000)
    settings = pooler(pool_size=500, max_client_connections=10000, max_prepared_statements=10000, query_wait_seconds=1)
    files = pgbouncer_files(settings, RouteFailoverSettings(), listen, servers, servers)
    ready = ["pg-ping", "127.0.0.1", "16432"]
    with (
        certified("pgbouncer", AUTHORITY.server_files("127.0.0.1")) as mount,
        running("pgbouncer", [PGBOUNCER_INI], files, ready, volumes=[*FOLDERS, mount], **OPEN_FILES) as container,
    ):
        assert given_users(container, PASSWORD) == (0, "")
        yield container


def given_users(pgbouncer: Container, password: str, proven_by: str | None = None) -> Ended:
    """Give a PgBouncer that runs its users, as the stack's one-shot does; `password` is that of hft_monitoring."""
    files = {
        "/run/secrets/pooler-users": userlist({**PASSWORDS, "hft_monitoring": password}),
        "/run/secrets/db-monitoring": proven_by or password,
    }
    mount = next(each for each in pgbouncer.attrs["Mounts"] if each["Destination"] == TLS_DIR)["Name"]
    shared = {"network_mode": beside(pgbouncer), "pid_mode": beside(pgbouncer)}
    argv = ["sh", "-euc", _TAKE_USERS, "127.0.0.1", "16432", "2"]
    return run("pgbouncer", argv, files, volumes=[*FOLDERS, f"{mount}:{TLS_DIR}"], **shared)


def asked(pgbouncer: Container, user: str, password: str, database: str, sql: str, **tls: str) -> Ended:
    """What PgBouncer answers to psql, which is in another image."""
    argv = ["psql", "--no-psqlrc", "--no-align", "--tuples-only", f"--command={sql}"]
    login = {"PGHOST": "127.0.0.1", "PGPORT": "16432", "PGUSER": user, "PGPASSWORD": password, "PGDATABASE": database}
    verified = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/etc/hft/ca.crt"}
    environment = {**login, **verified, **tls}
    return run("migrate", argv, AUTHORITY.client_files, network_mode=beside(pgbouncer), environment=environment)


def test_a_health_check_leaves_no_line_in_the_log(pgbouncer: Container) -> None:
    said = pgbouncer.logs()

    assert execute(pgbouncer, ["pg-ping", "127.0.0.1", "16432"]) == (0, "")
    assert pgbouncer.logs() == said


def test_pgbouncer_knows_both_databases_and_lets_monitoring_ask_for_statistics(pgbouncer: Container) -> None:
    ended = asked(pgbouncer, "hft_monitoring", PASSWORD, "pgbouncer", "SHOW DATABASES")

    assert ended.status == 0, ended.output
    assert [line.split("|")[:4] for line in ended.output.splitlines()] == [
        ["hft", "127.0.0.1", "15000", "hft"],
        ["hft_ro", "127.0.0.1", "15000", "hft"],
        ["pgbouncer", "", "16432", "pgbouncer"],
    ]


def test_a_changed_password_is_taken_by_a_pgbouncer_that_goes_on(pgbouncer: Container) -> None:
    assert given_users(pgbouncer, "changed") == (0, "")
    began = pgbouncer.attrs["State"]["StartedAt"]
    pgbouncer.reload()

    assert pgbouncer.attrs["State"]["StartedAt"] == began
    assert asked(pgbouncer, "hft_monitoring", "changed", "pgbouncer", "SHOW VERSION").status == 0
    assert asked(pgbouncer, "hft_monitoring", PASSWORD, "pgbouncer", "SHOW VERSION").status == 2
    assert given_users(pgbouncer, PASSWORD) == (0, "")


def test_users_that_do_not_let_monitoring_in_are_told_of(pgbouncer: Container) -> None:
    ended = given_users(pgbouncer, PASSWORD, proven_by="another")

    assert (ended.status, ended.output.split(": ")[0]) == (
        1,
        "the pooler at 127.0.0.1:16432 does not take its users after 2 s",
    )
    assert "SASL authentication failed" in ended.output
    assert "another" not in ended.output


def test_nobody_but_pgbouncers_user_can_read_its_users(pgbouncer: Container) -> None:
    assert execute(pgbouncer, ["stat", "-c", "%a %U", f"{TLS_DIR}/users.txt"]) == (0, "400 hft\n")


@pytest.mark.parametrize(
    ("tls", "reason"),
    [
        ({"PGSSLMODE": "disable"}, "FATAL:  SSL required"),
        ({"PGSSLMAXPROTOCOLVERSION": "TLSv1.2"}, "protocol version"),
    ],
)
def test_pgbouncer_takes_todays_tls_only(pgbouncer: Container, tls: dict[str, str], reason: str) -> None:
    ended = asked(pgbouncer, "hft_monitoring", PASSWORD, "pgbouncer", "SHOW DATABASES", **tls)

    assert (ended.status, reason in ended.output) == (2, True), ended.output


def test_pgbouncer_may_open_the_files_that_its_largest_settings_need(pgbouncer: Container) -> None:
    (line,) = [line for line in pgbouncer.logs().decode().splitlines() if "max expected fd use" in line]
    limit, needed = int(line.split("limit: ")[1].split()[0]), int(line.split("fd use: ")[1])

    assert (limit, needed < limit) == (16384, True), line


@pytest.mark.parametrize(
    ("user", "password", "database"),
    [
        ("hft_monitoring", "wrong", "pgbouncer"),
        ("hft_owner", "o", "hft"),
        ("postgres", "s", "hft"),
    ],
)
def test_pgbouncer_refuses_a_wrong_password_and_roles_that_it_does_not_know(
    pgbouncer: Container, user: str, password: str, database: str
) -> None:
    ended = asked(pgbouncer, user, password, database, "SELECT 1")

    assert (ended.status, "FATAL:  SASL authentication failed" in ended.output) == (2, True), ended.output


def test_pgbouncer_gives_statistics_to_nobody_else(pgbouncer: Container) -> None:
    ended = asked(pgbouncer, "hft_writer", "w", "pgbouncer", "SHOW DATABASES")

    assert (ended.status, "FATAL:  not allowed" in ended.output) == (2, True), ended.output


def test_monitoring_changes_nothing_in_pgbouncer(pgbouncer: Container) -> None:
    ended = asked(pgbouncer, "hft_monitoring", PASSWORD, "pgbouncer", "SHUTDOWN")

    assert (ended.status, "ERROR:  admin access needed" in ended.output) == (1, True), ended.output


def test_a_query_fails_after_the_chosen_wait_where_no_server_answers(pgbouncer: Container) -> None:
    ended = asked(pgbouncer, "hft_writer", "w", "hft", "SELECT 1")

    assert ended.status == 2
    assert "FATAL:  query_wait_timeout" in ended.output or "FATAL:  server login has been failing" in ended.output


def test_pgbouncer_does_not_start_with_a_pool_mode_that_does_not_exist() -> None:
    endpoint = Endpoint("127.0.0.1", 16432)
    text = pgbouncer_files(pooler(), RouteFailoverSettings(), endpoint, endpoint, endpoint)[PGBOUNCER_INI]
    files = {PGBOUNCER_INI: text.replace("= transaction", "= transactions")}
    with certified("pgbouncer", AUTHORITY.server_files("127.0.0.1")) as mount:
        ended = run("pgbouncer", ["pgbouncer", PGBOUNCER_INI], files, volumes=[*FOLDERS, mount])

    assert (ended.status, 'invalid value "transactions" for parameter pool_mode' in ended.output) == (1, True)
