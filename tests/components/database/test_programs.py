"""What etcd, Patroni and PostgreSQL make of what we render. They share one loopback, and no other network."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from docker.models.containers import Container

from components._common.tls import CURL_AS_PART, SERVER_AUTHORITY_FILE
from components.database import DatabaseSettings, FailoverSettings, TimescaleCluster, TimescaleClusterArgs
from components.database.render import DATA_DIR, SHARED_KEY, shared_json
from components.database.tuning import tune
from tests.components.authority import Authority, certified, fill
from tests.components.database.test_settings import database
from tests.components.database.test_tuning import BOUNDS, number, parameters
from tests.components.etcd import AUTHORITY, ETCD, arguments, etcdctl, healthy
from tests.components.etcd import etcd as running_etcd
from tests.components.etcd import member as etcd_member
from tests.components.node import (
    MEMBER,
    SCRATCH,
    SMALLEST,
    patroni_files,
    ready,
    shared,
    smallest_node,
    write_passwords,
)
from tests.components.programs import FOLDERS, Ended, beside, execute, run, running
from tests.conftest import CONTAINER, Recorder, placements, tls

pytestmark = pytest.mark.images

STRANGER = Authority("stranger")


@pytest.fixture(scope="module")
def etcd() -> Iterator[Container]:
    with running_etcd() as container:
        yield container


@pytest.fixture(scope="module")
def node_mount() -> Iterator[str]:
    """The certificate of the node."""
    with certified("timescaledb", AUTHORITY.server_files(MEMBER.address)) as mount:
        yield mount


def kept(etcd: Container) -> str:
    """What Patroni would find, with the line feed of etcdctl after it."""
    return etcdctl(etcd, "get", "--print-value-only", "/hft/hft/config").output


def test_three_members_find_each_other_by_their_arguments() -> None:
    members = [etcd_member(index) for index in range(3)]
    with running_etcd(members) as last:
        listed = etcdctl(last, "member", "list", which=members[2]).output

    assert sorted(line.split(", ")[1:3] for line in listed.splitlines()) == [
        ["started", "etcd-0"],
        ["started", "etcd-1"],
        ["started", "etcd-2"],
    ]


@pytest.mark.parametrize(("election_ms", "lease_seconds"), [(1330, 2), (1350, 3)])
def test_etcd_keeps_a_lease_for_one_and_a_half_elections(election_ms: int, lease_seconds: int) -> None:
    failover = FailoverSettings(etcd_heartbeat_ms=10, etcd_election_ms=election_ms)
    with running_etcd(failover=failover) as etcd:
        said = etcdctl(etcd, "lease", "grant", "2").output

    assert said.strip().endswith(f"granted with TTL({lease_seconds}s)")


def put_into_etcd(
    recorder: Recorder, etcd: Container, mount: str, settings: DatabaseSettings, *endpoints: str
) -> Ended:
    """Run the one-shot of the component, in the memory that it has there."""
    args = TimescaleClusterArgs(
        settings=settings,
        placements=placements("a", "b"),
        image="sha256:timescaledb",
        exporter_image="sha256:exporters",
        etcd_endpoints=endpoints,
        admin_password="a",
        replication_password="r",
        rewind_password="w",
        monitoring_password="m",
        tls=tls("tsdb-0", "tsdb-1"),
    )
    recorder.run(lambda: TimescaleCluster("tsdb", args) and None)
    found = recorder.inputs(CONTAINER, "tsdb-shared")
    files = {upload["file"]: upload["content"] for upload in found["uploads"]}
    memory = f"{found['memory']:.0f}m"
    key, patience_seconds, *endpoints = found["command"]
    assert patience_seconds == "60"
    argv = [*found["entrypoints"], key, "2", *endpoints]
    options = {"network_mode": beside(etcd), "mem_limit": memory, "memswap_limit": memory}
    return run("timescaledb", argv, files, volumes=[*FOLDERS, mount], **options)


def test_the_one_shot_puts_what_is_shared_where_patroni_looks(
    recorder: Recorder, etcd: Container, node_mount: str
) -> None:
    assert put_into_etcd(recorder, etcd, node_mount, database(), ETCD.client) == (0, "")
    assert kept(etcd) == shared_json(database(), ["10.0.0.1", "10.0.0.2"]) + "\n"


def test_the_one_shot_takes_the_next_member_of_etcd_where_one_is_gone(
    recorder: Recorder, etcd: Container, node_mount: str
) -> None:
    changed = database(failover={"ttl_seconds": 30})
    ended = put_into_etcd(recorder, etcd, node_mount, changed, "127.0.0.1:1", ETCD.client)

    assert ended == (0, "")
    assert kept(etcd) == shared_json(changed, ["10.0.0.1", "10.0.0.2"]) + "\n"


def test_the_one_shot_fails_where_no_member_of_etcd_answers(
    recorder: Recorder, etcd: Container, node_mount: str
) -> None:
    ended = put_into_etcd(recorder, etcd, node_mount, database(), "127.0.0.1:1", "127.0.0.1:2")

    assert ended.status == 1
    assert ended.output.split(" after ")[0] == (
        "etcd is not ready in 2 s; the last word of 127.0.0.1:2: curl: (7) Failed to connect to 127.0.0.1 port 2"
    )


def test_the_one_shot_waits_for_an_etcd_that_is_not_up_yet(recorder: Recorder, node_mount: str) -> None:
    # Only the sleep is waited for, not etcd.
    slow = ["-c", 'sleep 1; exec etcd "$@"', "etcd", *arguments()]
    with (
        certified("etcd", AUTHORITY.server_files(ETCD.address)) as mount,
        running("etcd", slow, {}, ["true"], entrypoint="sh", volumes=[*FOLDERS, DATA_DIR, mount]) as late,
    ):
        assert put_into_etcd(recorder, late, node_mount, database(), ETCD.client) == (0, "")


def test_the_one_shot_of_a_stranger_is_told_why_it_is_refused(recorder: Recorder, etcd: Container) -> None:
    # It takes etcd for one of its own stack, and is none of that.
    files = {**STRANGER.server_files(MEMBER.address), "/etc/hft/ca.crt": AUTHORITY.pem}
    with certified("timescaledb", files) as mount:
        ended = put_into_etcd(recorder, etcd, mount, database(), ETCD.client)

    assert (ended.status, "alert" in ended.output) == (1, True), ended.output


def check(etcd: Container, mount: str, files: dict[str, str], dcs: dict[str, Any]) -> Ended:
    """Patroni's own check of its files; what is shared is checked as what a first start would put into etcd."""
    # The check of 4.0.7 wants yes or no there, unlike Patroni itself.
    dcs = {**dcs, "synchronous_mode": bool(dcs["synchronous_mode"])}
    files = {**files, "/etc/hft/patroni/30-shared.yml": json.dumps({"bootstrap": {"dcs": dcs}})}
    argv = ["patroni", "--validate-config", "/etc/hft/patroni"]
    return run("timescaledb", argv, files, network_mode=beside(etcd), volumes=[*FOLDERS, mount])


def test_patroni_accepts_its_files_and_what_is_shared(etcd: Container, node_mount: str) -> None:
    assert check(etcd, node_mount, patroni_files(database()), json.loads(shared(database()))) == (0, "")


def test_patroni_accepts_a_single_node(etcd: Container, node_mount: str) -> None:
    alone = database(hosts=["a"], synchronous_standbys=0)

    assert check(etcd, node_mount, patroni_files(alone), json.loads(shared(alone))) == (0, "")


def test_patroni_refuses_a_lease_that_is_too_short(etcd: Container, node_mount: str) -> None:
    ended = check(etcd, node_mount, patroni_files(database()), {**json.loads(shared(database())), "ttl": 19})

    assert (ended.status, ended.output.startswith("bootstrap.dcs.ttl 19 ")) == (1, True), ended.output


def test_patroni_refuses_a_file_without_a_name(etcd: Container, node_mount: str) -> None:
    files = patroni_files(database())
    files["/etc/hft/patroni/10-patroni.yml"] = files["/etc/hft/patroni/10-patroni.yml"].replace("name: tsdb-0\n", "")

    assert check(etcd, node_mount, files, json.loads(shared(database()))) == (1, "name  is not defined.\n")


def test_a_new_node_does_not_start_with_other_defaults_where_etcd_holds_nothing(
    etcd: Container, node_mount: str
) -> None:
    etcdctl(etcd, "del", SHARED_KEY)
    argv = ["patroni", "/etc/hft/patroni"]
    files = patroni_files(database())
    volumes = [*FOLDERS, DATA_DIR, node_mount]
    ended = run("timescaledb", argv, files, network_mode=beside(etcd), volumes=volumes, **SCRATCH)

    assert ended.output.splitlines()[-1] == "KeyError: 'dcs'"
    assert etcdctl(etcd, "get", "--prefix", "--keys-only", "/hft/") == (0, "")


@pytest.fixture(scope="module")
def node(node_mount: str) -> Iterator[Container]:
    """The smallest node that the settings allow; its files say how much memory it has, and all else is shared."""
    with smallest_node(node_mount) as container:
        yield container


# A member that comes up again as often as it ends, in a network that stays.
LOOP = ["-c", 'while :; do etcd "$@"; done', "etcd"]
END = """for each in /proc/[0-9]*; do [ "$(cat "$each/comm")" = etcd ] && kill "${each#/proc/}"; done"""


def sees_etcd(node: Container, seconds: int) -> bool:
    """Whether Patroni has an answer of etcd that is younger than now, within so many seconds."""
    ask = f"curl -sS --cacert {SERVER_AUTHORITY_FILE} https://{MEMBER.patroni}/patroni"
    script = f"date +%s; for _ in $(seq {seconds}); do {ask}; echo; sleep 1; done"
    now, *said = execute(node, ["sh", "-c", script]).output.splitlines()
    return any(json.loads(line)["dcs_last_seen"] > int(now) + 1 for line in said)


def test_a_node_shows_etcd_the_certificate_that_is_there_now() -> None:
    own, of_a_stranger = (authority.server_files(MEMBER.address) for authority in (AUTHORITY, STRANGER))
    settings = database(**SMALLEST)
    with (
        certified("etcd", AUTHORITY.server_files(ETCD.address)) as door,
        running(
            "etcd", [*LOOP, *arguments()], {}, healthy(), entrypoint="sh", volumes=[*FOLDERS, DATA_DIR, door]
        ) as etcd,
        certified("timescaledb", own) as mount,
    ):
        etcdctl(etcd, "put", SHARED_KEY, shared(settings))
        volumes = [*FOLDERS, DATA_DIR, *write_passwords(mount)]
        options = {"network_mode": beside(etcd), "volumes": volumes, "shm_size": "256m", **SCRATCH}
        with running("timescaledb", ["/etc/hft/patroni"], patroni_files(settings), ready(), **options) as node:
            volume = mount.partition(":")[0]
            fill("timescaledb", volume, {**of_a_stranger, "/etc/hft/ca.crt": AUTHORITY.pem})
            # What is open stays.
            assert sees_etcd(node, 10)

            execute(etcd, ["sh", "-c", END])
            assert not sees_etcd(node, 15)

            fill("timescaledb", volume, own)
            assert sees_etcd(node, 30)


def asked(node: Container, sql: str) -> str:
    login = ["--no-psqlrc", "--no-align", "--tuples-only", "--host=/run/postgresql", "--port=15432"]
    return execute(node, ["psql", *login, f"--command={sql}"]).output.strip()


def test_a_node_starts_in_the_smallest_memory_with_the_most_connections(node: Container) -> None:
    assert asked(node, "SELECT pg_is_in_recovery()") == "f"
    assert asked(node, "SHOW shared_buffers") == "128MB"


def test_what_is_shared_comes_from_etcd(node: Container) -> None:
    found = execute(node, ["curl", "-fsS", *CURL_AS_PART, f"https://{MEMBER.patroni}/config"]).output

    assert json.loads(found) == json.loads(shared(database(**SMALLEST)))
    assert asked(node, "SHOW max_connections") == "114"


def test_the_server_took_every_parameter(node: Container) -> None:
    known = set(asked(node, "SELECT lower(name) FROM pg_settings").splitlines())
    given = {each.name.lower() for each in tune(database())}

    # Debian builds TimescaleDB without telemetry.
    assert given - known - {"timescaledb.telemetry_level"} == set()
    assert asked(node, "SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL") == ""
    assert asked(node, "SELECT name FROM pg_settings WHERE pending_restart") == ""


def test_an_old_primary_can_be_rewound(node: Container) -> None:
    assert asked(node, "SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'rewind_user'") == "t|f"
    assert asked(node, "SHOW data_checksums") == "on"


def test_the_superusers_own_commits_wait_for_no_standby(node: Container) -> None:
    assert asked(node, "SELECT rolconfig FROM pg_roles WHERE rolname = 'postgres'") == "{synchronous_commit=local}"


def test_only_patroni_itself_connects_without_a_password(node: Container) -> None:
    rules = asked(node, "SELECT type, auth_method FROM pg_hba_file_rules ORDER BY rule_number").splitlines()

    assert rules == ["local|peer", "host|reject", *["hostssl|scram-sha-256"] * 4]


def dialled(node: Container, **options: str) -> Ended:
    """What a session over TCP says of its TLS, or why there is none."""
    given = {"sslmode": "verify-full", "sslrootcert": "/etc/hft/ca.crt", **options}
    login = {"host": MEMBER.address, "port": "15432", "user": "hft_admin", "password": "a", "dbname": "postgres"}
    line = " ".join(f"{name}={value}" for name, value in {**login, **given}.items())
    sql = "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    argv = ["psql", "--no-psqlrc", "--no-align", "--tuples-only", f"--command={sql}", line]
    files = AUTHORITY.client_files if "sslrootcert" not in options else {options["sslrootcert"]: STRANGER.pem}
    return run("migrate", argv, files, network_mode=beside(node))


def test_clients_come_by_tls_and_may_verify_the_node(node: Container) -> None:
    assert dialled(node) == (0, "t|TLSv1.3\n")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"sslmode": "disable"}, "no pg_hba.conf entry for host"),
        ({"ssl_max_protocol_version": "TLSv1.2"}, "protocol version"),
        ({"sslrootcert": "/etc/hft/stranger.crt"}, "certificate verify failed"),
    ],
)
def test_a_client_without_todays_tls_or_of_another_authority_does_not_come_in(
    node: Container, options: dict[str, str], reason: str
) -> None:
    ended = dialled(node, **options)

    assert (ended.status, reason in ended.output) == (2, True), ended.output


def test_the_server_reads_every_size_as_it_was_meant(node: Container) -> None:
    """Each value in the unit of the server, as `pg_settings` tells it."""
    given = parameters(database(**SMALLEST))
    # A session on the socket has no TCP.
    given = {name: value for name, value in given.items() if name in BOUNDS and not name.startswith("tcp_")}
    rows = asked(node, "SELECT name, setting, unit FROM pg_settings").splitlines()
    server = {name: (setting, unit) for name, setting, unit in (row.split("|") for row in rows) if name in given}

    assert {name: float(setting) for name, (setting, _) in server.items()} == {
        # A size that is no multiple of the unit is rounded.
        name: pytest.approx(number(given[name], unit), abs=0.5)
        for name, (_, unit) in server.items()
    }
    assert set(server) == set(given)


def test_the_bounds_are_those_of_the_server(node: Container) -> None:
    # pg_cron takes as many jobs as there are worker processes: a relation, for the property tests, not a bound.
    names = {each.name for each in tune(database())} - {"cron.max_running_jobs"}
    bounded = "SELECT name, min_val, max_val, unit FROM pg_settings WHERE vartype IN ('integer', 'real')"
    rows = [row.split("|") for row in asked(node, bounded).splitlines()]

    assert {name: (float(least), float(most), unit) for name, least, most, unit in rows if name in names} == BOUNDS


def start_up(parameters: dict[str, Any]) -> Ended:
    """What PostgreSQL itself says of parameters: the shared memory that it needs, in MiB, or why it does not start."""
    script = (
        'initdb --pgdata=/tmp/pg17 --auth=trust > /tmp/log && exec postgres -D /tmp/pg17 -C shared_memory_size "$@"'
    )
    flags = [flag for name, value in parameters.items() for flag in ("-c", f"{name}={value}")]
    return run("timescaledb", ["sh", "-euc", script, "start-up", *flags], {})


@pytest.mark.parametrize(
    "sizes",
    [
        {"memory_mib": 512, "wal_mib": 256, "max_connections": 100, "cpus": 1},
        {"memory_mib": 2048, "max_connections": 100, "cpus": 1},
        {"memory_mib": 4096, "max_connections": 1000, "cpus": 256},
        {"memory_mib": 32768, "max_connections": 1000, "cpus": 256},
        {"memory_mib": 1048576, "wal_mib": 1048576, "max_connections": 1000, "cpus": 256},
    ],
)
def test_postgresql_accepts_the_sizes_and_wants_no_more_shared_memory_than_it_has(sizes: dict[str, int]) -> None:
    settings = database(**sizes)
    ended = start_up(parameters(settings))

    assert ended.status == 0, ended.output
    assert settings.room.buffers_mib < int(ended.output) <= settings.room.shared_mib


def test_postgresql_refuses_less_work_memory_than_it_knows_how_to_use() -> None:
    ended = start_up({**parameters(database()), "work_mem": "63kB"})

    assert (ended.status, "63 kB is outside the valid range for parameter" in ended.output) == (1, True), ended.output
