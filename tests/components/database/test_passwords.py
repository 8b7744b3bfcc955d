"""What two real nodes make of new passwords while one of them leads and the other follows, in one story."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from docker.models.containers import Container

from components._common.endpoint import DatabaseMember
from components._common.tls import CLIENT_AUTHORITY_FILE, CURL_AS_PART
from components.database.passwords import _TAKE
from components.database.render import BOOTSTRAP_FILE, SHARED_KEY
from tests.components.authority import certified
from tests.components.database.test_settings import database
from tests.components.etcd import AUTHORITY, etcd, etcdctl
from tests.components.node import (
    BOOTSTRAP,
    MEMBER,
    OTHER,
    PASSWORDS,
    SMALLEST,
    node,
    secrets,
    shared,
    write_passwords,
)
from tests.components.programs import FOLDERS, Ended, beside, execute, run

pytestmark = pytest.mark.images

ROLES = {"hft_admin": "db-admin", "replicator": "db-replication", "rewind_user": "db-rewind"}
# What libpq's password file, the shell and SQL would each read in another way.
MARK = "kept-to-itself"
NEW = {secret: f"{MARK}: an 'odd one' \\ of \"{secret}\" $HOME" for secret in PASSWORDS}
_AGAIN_SECONDS = 20


@dataclass(frozen=True)
class Pair:
    """A primary and its standby."""

    leader: Container
    standby: Container
    mounts: tuple[str, str]
    """Of their certificates."""

    def take(self, member: DatabaseMember, passwords: Mapping[str, str], seconds: int = 60) -> Ended:
        """Run the stack's one-shot beside a node."""
        server = self.leader if member == MEMBER else self.standby
        argv = ["sh", "-uc", _TAKE, member.address, str(member.postgres_port), str(member.patroni), str(seconds)]
        files = {BOOTSTRAP_FILE: BOOTSTRAP.read_text(), CLIENT_AUTHORITY_FILE: AUTHORITY.pem, **secrets(passwords)}
        options = {"pid_mode": f"container:{server.id}", "mem_limit": "32m", "memswap_limit": "32m"}
        return run("timescaledb", argv, files, network_mode=beside(server), volumes=[*FOLDERS], **options)

    def logs_in(self, member: DatabaseMember, role: str, password: str) -> bool:
        """Whether a node lets a role in; it says why not only where that is the password."""
        files = {"/run/secrets/password": password}
        script = 'PGPASSWORD=$(cat /run/secrets/password) exec psql -XAtqc "SELECT 1" "$0"'
        login = f"host={member.address} port={member.postgres_port} user={role} dbname=postgres sslmode=require"
        ended = run("timescaledb", ["sh", "-euc", script, login], files, network_mode=beside(self.leader))
        assert ended.status == 0 or "password authentication failed" in ended.output, ended.output
        return ended.status == 0

    def rotate(self, passwords: Mapping[str, str], meanwhile: Callable[[], object] = lambda: None) -> list[Ended]:
        """Do what a deployment does, beside both nodes at once."""
        for mount in self.mounts:
            write_passwords(mount, passwords)
        with ThreadPoolExecutor() as pool:
            ends = pool.map(lambda member: self.take(member, passwords), (OTHER, MEMBER))
            meanwhile()
            return list(ends)

    def switch_over(self) -> None:
        """Have the standby lead."""
        body = json.dumps({"leader": MEMBER.name, "candidate": OTHER.name})
        flags = ("-fsS", *CURL_AS_PART, "--interface", MEMBER.address, "-H", "Content-Type: application/json")
        ended = execute(self.leader, ["curl", *flags, "-d", body, f"https://{MEMBER.patroni}/switchover"])
        assert ended.status == 0, ended.output

    def streams(self) -> str:
        """Since when which process of the primary serves the standby; empty while none does."""
        streaming = "SELECT pid, backend_start FROM pg_stat_replication WHERE state = 'streaming'"
        return asked(self.leader, streaming)


def asked(server: Container, sql: str, database: str = "postgres") -> str:
    """What a node answers the superuser."""
    argv = ["psql", "-XAtq", "--set=ON_ERROR_STOP=1", f"--command={sql}", f"port=15432 dbname={database}"]
    ended = execute(server, argv)
    assert ended.status == 0, ended.output
    return ended.output.strip()


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    settings = database(**{**SMALLEST, "hosts": ["a", "b"]})
    with ExitStack() as stack:
        store = stack.enter_context(etcd())
        etcdctl(store, "put", SHARED_KEY, shared(settings))
        files = [AUTHORITY.server_files(member.address) for member in (MEMBER, OTHER)]
        first, second = (stack.enter_context(certified("timescaledb", each)) for each in files)
        leader = stack.enter_context(node(store, settings, first, MEMBER))
        standby = stack.enter_context(node(store, settings, second, OTHER))
        yield Pair(leader, standby, (first, second))


def test_a_new_cluster_has_them_already(pair: Pair) -> None:
    assert pair.take(MEMBER, PASSWORDS) == (0, "")
    assert pair.take(OTHER, PASSWORDS) == (0, "")
    assert pair.streams() != ""


def test_beside_a_standby_it_waits_for_the_node_that_leads_and_says_what_is_missing(pair: Pair) -> None:
    ended = pair.take(OTHER, {**PASSWORDS, "db-rewind": "another"}, seconds=1)

    assert ended.status == 1
    assert ended.output.startswith("roles do not take their passwords at 127.0.0.3:15432 after 1 s: ")
    assert 'password authentication failed for user "rewind_user"' in ended.output


def test_new_passwords_are_in_force_on_every_node_and_no_connection_is_cut(pair: Pair) -> None:
    before = pair.streams()

    assert pair.rotate(NEW) == [(0, ""), (0, "")]
    for member in (MEMBER, OTHER):
        for role, secret in ROLES.items():
            assert [pair.logs_in(member, role, each[secret]) for each in (PASSWORDS, NEW)] == [False, True]
    assert pair.streams() == before


def test_a_standby_that_connects_anew_shows_the_new_one(pair: Pair) -> None:
    before = pair.streams()
    again = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_replication",
        f"DO $$ BEGIN FOR i IN 1..{_AGAIN_SECONDS * 10} LOOP PERFORM pg_stat_clear_snapshot(); EXIT WHEN EXISTS "
        "(SELECT FROM pg_stat_replication WHERE state = 'streaming'); PERFORM pg_sleep(0.1); END LOOP; END $$",
    )
    for sql in again:
        asked(pair.leader, sql)

    assert pair.streams() not in ("", before)


def test_pg_rewind_would_find_the_new_one(pair: Pair) -> None:
    login = f"host={MEMBER.address} port=15432 user=rewind_user dbname=postgres sslmode=require"

    assert execute(pair.standby, ["psql", "-XAtqwc", "SELECT current_user", login]) == (0, "rewind_user\n")


def test_no_password_is_in_a_log_a_view_or_the_configuration(pair: Pair) -> None:
    queries = "SELECT count(*) FROM pg_stat_statements WHERE query ILIKE '%password%'"

    assert asked(pair.leader, queries, "hft") == "0"
    for server in (pair.leader, pair.standby):
        server.reload()
        said = server.logs().decode() + str(server.attrs) + asked(server, "SHOW primary_conninfo")
        assert MARK not in said


def test_a_cluster_from_before_hft_admin_comes_along(pair: Pair) -> None:
    before = """
        SET log_statement = none;
        ALTER ROLE postgres PASSWORD 'once';
        CREATE ROLE hft_owner LOGIN CREATEROLE;
        CREATE ROLE hft_writer LOGIN;
        ALTER DATABASE hft OWNER TO hft_owner;
        REVOKE ALL ON DATABASE hft FROM hft_admin;
        REVOKE ALL ON SCHEMA cron FROM hft_admin;
        DROP ROLE hft_admin;
    """
    asked(pair.leader, before, "hft")

    assert pair.take(MEMBER, NEW) == (0, "")
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'hft'"
    assert asked(pair.leader, owner) == "postgres"
    assert asked(pair.leader, "SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'postgres'") == "t"
    as_admin = "SET SESSION AUTHORIZATION hft_admin; "
    asked(pair.leader, f"{as_admin} ALTER ROLE hft_writer CONNECTION LIMIT 5; SET ROLE hft_owner", "hft")
    asked(pair.leader, f"{as_admin} GRANT CONNECT, CREATE ON DATABASE hft TO hft_owner", "hft")


def test_it_does_not_matter_which_node_leads_nor_that_this_changes_meanwhile(pair: Pair) -> None:
    assert pair.rotate(PASSWORDS, meanwhile=pair.switch_over) == [(0, ""), (0, "")]

    assert asked(pair.standby, "SELECT pg_is_in_recovery()") == "f"
    for member in (MEMBER, OTHER):
        for role, secret in ROLES.items():
            assert [pair.logs_in(member, role, each[secret]) for each in (PASSWORDS, NEW)] == [True, False]
