import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from policies.resources import Container, PhysicalReplicationSlot, ReplicationSlot
from tests.policies.given import DATABASE, UNKNOWN, container, found_in_stack, resource

AT = "container hft-dev-tsdb-0: "
PARAMETERS: Mapping[str, Any] = {
    "ssl": "on",
    "ssl_min_protocol_version": "TLSv1.3",
    "password_encryption": "scram-sha-256",
    "shared_preload_libraries": "pg_stat_statements, pgaudit",
    "pgaudit.log": "ddl,role,write",
    "log_connections": "on",
    "log_disconnections": "on",
    "log_replication_commands": "on",
    "log_line_prefix": "%m [%p] %u@%d %h ",
    "log_statement": "ddl",
    "log_min_duration_statement": "1s",
    "archive_mode": "on",
    "archive_command": "pgbackrest archive-push %p",
    "max_slot_wal_keep_size": "32GB",
}
HBA = (
    "local all postgres peer",
    "host all postgres all reject",
    "hostssl replication replicator 10.0.0.2/32 scram-sha-256",
    "hostssl all all 10.0.0.0/24 scram-sha-256",
)
REGIMES = ["mifid_hft", "mica_casp", "sec_bd"]
COMPONENT = "hft:database:TimescaleCluster$"
PARENT = "urn:pulumi:dev::hft::hft:database:TimescaleCluster::tsdb"


def inputs(
    changes: Mapping[str, Any], hba: Sequence[str] = HBA, initdb: Sequence[str] = ("data-checksums",)
) -> dict[str, Any]:
    """A node of Patroni; a parameter that is None is not set."""
    patroni = {
        "scope": "hft",
        "bootstrap": {"initdb": [*initdb]},
        "postgresql": {
            "listen": "10.0.0.1:5432",
            "pg_hba": [*hba],
            "parameters": {**PARAMETERS, **changes},
            **{name: changes[name] for name in ("listen",) if name in changes},
        },
    }
    return {**DATABASE, "uploads": [{"file": "/etc/patroni.yml", "content": json.dumps(patroni)}]}


def server(changes: Mapping[str, Any] | None = None, **parts: Any) -> Container:
    return container(inputs(changes or {}, **parts))


def node(number: int, changes: Mapping[str, Any] | None = None) -> Any:
    """One of several nodes in a component."""
    named = {**inputs(changes or {}), "name": f"hft-dev-tsdb-{number}"}
    return resource(Container.TYPE, named, name=f"tsdb-node-{number}", parent=PARENT, parents=COMPONENT)


def told(rule: str, of: Container, **numbers: Any) -> list[str]:
    return [message.removeprefix(AT) for message in found_in_stack(rule, of, **numbers)]


def test_messages_name_the_server() -> None:
    assert found_in_stack("database-durable", server({"fsync": "off"})) == [
        f"{AT}fsync=off: a loss of power corrupts the database; set it to on"
    ]


def test_what_a_whole_cluster_has_is_told_once() -> None:
    assert found_in_stack("database-durable", node(0, {"fsync": "off"}), node(1, {"fsync": "off"})) == [
        "container hft-dev-tsdb-0: fsync=off: a loss of power corrupts the database; set it to on"
    ]


def test_what_one_node_has_is_told_at_that_node() -> None:
    assert found_in_stack("database-durable", node(0), node(1, {"fsync": "off"}), node(2)) == [
        "container hft-dev-tsdb-1: fsync=off: a loss of power corrupts the database; set it to on"
    ]


def test_each_server_is_judged() -> None:
    other = resource(Container.TYPE, {**inputs({"fsync": "off"}), "name": "other"}, parent="x", parents=COMPONENT)

    assert found_in_stack("database-durable", node(0, {"fsync": "off"}), other) == [
        "container other: fsync=off: a loss of power corrupts the database; set it to on",
        "container hft-dev-tsdb-0: fsync=off: a loss of power corrupts the database; set it to on",
    ]


def test_a_file_that_is_not_known_is_told_as_such() -> None:
    uploads = [{"file": "/etc/patroni.yml", "content": UNKNOWN}]

    assert found_in_stack("database-durable", container(DATABASE, uploads=uploads)) == [
        "container hft-dev-tsdb-0: uploads.content is not known at preview; it is judged at the end of `up`"
    ]


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
@pytest.mark.parametrize("value", ["off", False, 0, "False"])
def test_what_a_loss_of_power_corrupts(name: str, value: Any) -> None:
    assert told("database-durable", server({name: value})) == [
        f"{name}=off: a loss of power corrupts the database; set it to on"
    ]


@pytest.mark.parametrize("value", ["off", False, "FALSE", "no", 0])
def test_a_commit_that_is_not_waited_for(value: Any) -> None:
    assert told("database-durable", server({"synchronous_commit": value})) == [
        "synchronous_commit=off for all: an acknowledged order can be lost; "
        "set it to on, and to off for the role that writes ticks"
    ]


@pytest.mark.parametrize("value", ["on", "remote_apply", "remote_write", "local", True, 1, None])
def test_a_commit_that_is_waited_for(value: Any) -> None:
    assert told("database-durable", server({"synchronous_commit": value})) == []


@pytest.mark.parametrize("value", ["off", False, None])
def test_a_server_without_tls(value: Any) -> None:
    assert told("database-encrypted", server({"ssl": value})) == [
        "ssl is off: passwords and orders cross the network in clear; set ssl=on"
    ]


@pytest.mark.parametrize("value", ["TLSv1", "TLSv1.1", "tlsv1.1"])
def test_a_protocol_that_is_broken(value: str) -> None:
    assert told("database-encrypted", server({"ssl_min_protocol_version": value})) == [
        f"ssl_min_protocol_version={value} is broken; set it to TLSv1.2 or TLSv1.3"
    ]


@pytest.mark.parametrize("value", ["TLSv1.2", "TLSv1.3", None])
def test_a_protocol_that_is_not(value: str | None) -> None:
    assert told("database-encrypted", server({"ssl_min_protocol_version": value})) == []


@pytest.mark.parametrize("kind", ["host", "hostnossl", "hostgssenc", "hostnogssenc"])
def test_clients_that_come_without_tls(kind: str) -> None:
    assert told("database-encrypted", server(hba=[f"{kind} all hft 10.0.0.3/32 scram-sha-256"])) == [
        f"pg_hba line '{kind} all hft 10.0.0.3/32 scram-sha-256' lets clients in without TLS; write hostssl"
    ]


@pytest.mark.parametrize(
    "line", ["local all all peer", "hostssl all hft 10.0.0.3/32 scram-sha-256", "host all all all reject"]
)
def test_clients_that_come_with_tls_or_not_at_all(line: str) -> None:
    assert told("database-encrypted", server(hba=[line])) == []


@pytest.mark.parametrize("value", ["md5", "MD5"])
def test_passwords_that_can_be_replayed(value: str) -> None:
    assert told("database-scram-only", server({"password_encryption": value})) == [
        f"password_encryption={value} can be replayed; set it to scram-sha-256"
    ]


@pytest.mark.parametrize("value", ["scram-sha-256", "SCRAM-SHA-256", None])
def test_passwords_that_cannot(value: str | None) -> None:
    assert told("database-scram-only", server({"password_encryption": value})) == []


@pytest.mark.parametrize(
    "line",
    [
        *(f"hostssl all hft 10.0.0.3/32 {method}" for method in ("trust", "password", "md5", "ident")),
        *(f"local all hft {method}" for method in ("trust", "password", "md5")),
    ],
)
def test_methods_that_prove_nothing(line: str) -> None:
    assert told("database-scram-only", server(hba=[line])) == [
        f"pg_hba line {line!r} asks for no proof worth having; use scram-sha-256"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "local all all peer",
        "local all all ident",
        "local all all scram-sha-256",
        "hostssl all hft 10.0.0.3/32 cert",
        "host all all all reject",
    ],
)
def test_methods_that_prove_something(line: str) -> None:
    assert told("database-scram-only", server(hba=[line])) == []


@pytest.mark.parametrize("value", ["*", "0.0.0.0", "::", "[::]", "10.0.0.1, 0.0.0.0", "10.0.0.1,::"])
def test_a_server_that_listens_everywhere(value: str) -> None:
    assert told("database-for-known-clients", server({"listen": f"{value}:5432"})) == [
        f"listen_addresses={value} is every network of the host; name its private address"
    ]


@pytest.mark.parametrize("value", ["10.0.0.1", "10.0.0.1,127.0.0.1", "localhost", "[fd00::1]"])
def test_a_server_that_listens_where_it_is(value: str) -> None:
    assert told("database-for-known-clients", server({"listen": f"{value}:5432"})) == []


def test_postgresql_alone_listens_to_its_own_host() -> None:
    assert told("database-for-known-clients", container(DATABASE, uploads=[], command=["postgres"])) == []


@pytest.mark.parametrize("address", ["all", "0.0.0.0/0", "::/0", "10.0.0.0/7", "10.0.0.3/7", "fd00::/31"])
def test_clients_from_everywhere(address: str) -> None:
    assert told("database-for-known-clients", server(hba=[f"hostssl all hft {address} scram-sha-256"])) == [
        f"pg_hba line 'hostssl all hft {address} scram-sha-256' lets the world ask; name the hosts of the stack"
    ]


@pytest.mark.parametrize("address", ["10.0.0.0/8", "fd00::/32", "10.0.0.3/24", "10.0.0.3", "samenet", "db.internal"])
def test_clients_that_are_known(address: str) -> None:
    assert told("database-for-known-clients", server(hba=[f"hostssl all hft {address} scram-sha-256"])) == []


def test_who_is_turned_away_may_come_from_everywhere() -> None:
    assert told("database-for-known-clients", server(hba=["host all all all reject"])) == []


@pytest.mark.parametrize(
    ("line", "database"),
    [
        ("hostssl all all 10.0.0.0/24 scram-sha-256", "all"),
        ("hostssl all postgres 10.0.0.0/24 scram-sha-256", "all"),
        ("hostssl hft hft,postgres 10.0.0.0/24 scram-sha-256", "hft"),
        ("hostssl replication all 10.0.0.0/24 scram-sha-256", "replication"),
    ],
)
def test_a_superuser_who_comes_by_network(line: str, database: str) -> None:
    assert told("superuser-by-socket-only", server(hba=[line])) == [
        f"pg_hba line {line!r} lets the superuser in by network; put 'host {database} postgres all reject' before it"
    ]


@pytest.mark.parametrize(
    "before",
    [
        "hostssl all postgres all reject",
        "host all postgres 10.0.0.0/25 reject",
        "host all postgres 0.0.0.0/0 reject",
        "host all hft all reject",
        "host postgres postgres all reject",
        "local all postgres reject",
    ],
)
def test_a_superuser_who_is_turned_away_from_some_places_only(before: str) -> None:
    assert told("superuser-by-socket-only", server(hba=[before, "hostssl all all 10.0.0.0/24 scram-sha-256"])) == [
        "pg_hba line 'hostssl all all 10.0.0.0/24 scram-sha-256' lets the superuser in by network; "
        "put 'host all postgres all reject' before it"
    ]


def test_a_superuser_who_is_turned_away_too_late() -> None:
    lines = ["hostssl all all 10.0.0.0/24 scram-sha-256", "host all postgres all reject"]

    assert told("superuser-by-socket-only", server(hba=lines)) == [
        "pg_hba line 'hostssl all all 10.0.0.0/24 scram-sha-256' lets the superuser in by network; "
        "put 'host all postgres all reject' before it"
    ]


def test_all_databases_are_not_replication() -> None:
    lines = ["host all postgres all reject", "hostssl all,replication all 10.0.0.0/24 scram-sha-256"]

    assert told("superuser-by-socket-only", server(hba=lines)) == [
        "pg_hba line 'hostssl all,replication all 10.0.0.0/24 scram-sha-256' lets the superuser in by network; "
        "put 'host all,replication postgres all reject' before it"
    ]


@pytest.mark.parametrize(
    "lines",
    [
        HBA,
        ["host all all all reject", "hostssl hft all 10.0.0.0/24 scram-sha-256"],
        ["host hft postgres all reject", "hostssl hft all 10.0.0.0/24 scram-sha-256"],
        ["host all,replication postgres all reject", "hostssl hft,replication all 10.0.0.0/24 scram-sha-256"],
        ["hostssl all hft 10.0.0.0/24 scram-sha-256"],
        ["local all postgres peer", "local all all peer"],
        [],
    ],
)
def test_a_superuser_who_comes_by_socket(lines: Sequence[str]) -> None:
    assert told("superuser-by-socket-only", server(hba=lines)) == []


WHO = ["log_connections", "log_disconnections", "log_replication_commands"]


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("name", WHO)
@pytest.mark.parametrize("value", ["off", None])
def test_a_log_that_does_not_say_who_was_there(regime: str, name: str, value: str | None) -> None:
    assert told("database-says-who-was-there", server({name: value}), regime=regime) == [
        f"{name} is off: the log does not say who was there; set it to on"
    ]


@pytest.mark.parametrize("value", ["none", "NONE", None])
@pytest.mark.parametrize("libraries", ["timescaledb", None])
def test_changes_of_the_schema_without_a_trace(value: str | None, libraries: str | None) -> None:
    given = server({"log_statement": value, "shared_preload_libraries": libraries})

    assert told("database-says-who-was-there", given, regime="sec_bd") == [
        "log_statement=none: changes of the schema leave no trace; set it to ddl"
    ]


def test_changes_of_the_schema_that_something_tells() -> None:
    assert told("database-says-who-was-there", server({"log_statement": None}), regime="sec_bd") == []
    assert told("database-says-who-was-there", server({"shared_preload_libraries": None}), regime="sec_bd") == []


@pytest.mark.parametrize(
    ("prefix", "shown", "lacking"),
    [
        (None, "%m [%p] ", "%u, %d, %h"),
        ("%u@%d %h", "%u@%d %h", "%m, %p"),
        ("%t [%p] %u %r", "%t [%p] %u %r", "%d"),
        ("", "", "%m, %p, %u, %d, %h"),
    ],
)
def test_a_line_that_does_not_say_whose_it_is(prefix: str | None, shown: str, lacking: str) -> None:
    assert told("database-says-who-was-there", server({"log_line_prefix": prefix}), regime="sec_bd") == [
        f"log_line_prefix={shown!r} lacks {lacking}; set it to '%m [%p] %u@%d %h '"
    ]


@pytest.mark.parametrize("prefix", ["%m [%p] %u@%d %h ", "%t:%r:%u@%d:[%p]: ", "%n %p %d %u %a %h "])
def test_a_line_that_says_whose_it_is(prefix: str) -> None:
    assert told("database-says-who-was-there", server({"log_line_prefix": prefix}), regime="sec_bd") == []


@pytest.mark.parametrize(
    ("ciphers", "weak"),
    [
        (None, "MEDIUM, 3DES"),
        ("HIGH:MEDIUM:!aNULL", "MEDIUM"),
        ("ALL", "ALL"),
        ("DEFAULT:!LOW", "DEFAULT"),
        ("HIGH:aNULL:RC4", "aNULL, RC4"),
        ("LOW:EXPORT:+DES:MD5:eNULL:NULL", "LOW, EXPORT, DES, MD5, eNULL, NULL"),
    ],
)
def test_ciphers_that_are_weak(ciphers: str | None, weak: str) -> None:
    given = {"ssl_ciphers": ciphers, "ssl_min_protocol_version": "TLSv1.2"}

    assert told("database-ciphers-strong", server(given)) == [
        f"ssl_ciphers={ciphers or 'HIGH:MEDIUM:+3DES:!aNULL'} allows {weak}; "
        "set ssl_min_protocol_version=TLSv1.3, or ssl_ciphers=HIGH:!aNULL"
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"ssl_ciphers": "HIGH:!aNULL:!3DES:-RC4", "ssl_min_protocol_version": "TLSv1.2"},
        {"ssl_ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384", "ssl_min_protocol_version": None},
        # TLS 1.3 has ciphers of its own.
        {"ssl_ciphers": "ALL", "ssl_min_protocol_version": "tlsv1.3"},
    ],
)
def test_ciphers_that_are_strong(given: Mapping[str, Any]) -> None:
    assert told("database-ciphers-strong", server(given)) == []


@pytest.mark.parametrize("ssl", ["off", None])
def test_without_tls_nothing_is_said_of_ciphers(ssl: str | None) -> None:
    assert told("database-ciphers-strong", server({"ssl": ssl, "ssl_min_protocol_version": None})) == []


@pytest.mark.parametrize("user", ["all", "postgres"])
def test_a_standby_that_may_do_more_than_replicate(user: str) -> None:
    line = f"hostssl replication {user} 10.0.0.2/32 scram-sha-256"

    assert told("replication-by-its-own-role", server(hba=(line,))) == [
        f"pg_hba line {line!r} lets {user} copy the database; name a role that only replicates"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "hostssl replication replicator 10.0.0.2/32 scram-sha-256",
        "hostssl all all 10.0.0.2/32 scram-sha-256",
        "host replication all all reject",
    ],
)
def test_a_standby_that_only_replicates(line: str) -> None:
    assert told("replication-by-its-own-role", server(hba=(line,))) == []


@pytest.mark.parametrize("rule", ["database-says-who-was-there", "database-audited"])
def test_without_a_regime_nobody_asks(rule: str) -> None:
    nothing = server({"shared_preload_libraries": None, "log_statement": None, "log_connections": "off"})

    assert told(rule, nothing) == told(rule, nothing, regime="none") == []


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("value", ["pg_stat_statements", "pgaudit_analyze", None])
def test_a_server_without_audit(regime: str, value: str | None) -> None:
    assert told("database-audited", server({"shared_preload_libraries": value}), regime=regime) == [
        "shared_preload_libraries lacks pgaudit: who changed an order cannot be told; add it"
    ]


TIMESCALEDB = [
    {"shared_preload_libraries": "timescaledb, {}"},
    {"shared_preload_libraries": "pg_cron, {},TimescaleDB"},
    {"shared_preload_libraries": "{}"},
]


def of_timescaledb(changes: Mapping[str, str], library: str) -> Container:
    """A server with TimescaleDB, by its libraries or by its image, and a library beside it."""
    by_image = {"image": "timescale/timescaledb-ha:pg17"} if changes["shared_preload_libraries"] == "{}" else {}
    return container({**inputs({name: value.format(library) for name, value in changes.items()}), **by_image})


@pytest.mark.parametrize("changes", TIMESCALEDB)
def test_a_copy_that_ends_the_server(changes: Mapping[str, str]) -> None:
    assert told("pgaudit-not-beside-timescaledb", of_timescaledb(changes, "pgaudit")) == [
        "shared_preload_libraries has pgaudit beside TimescaleDB: the first COPY into a hypertable of a session that "
        "it watches ends the server with all sessions; remove it, and set log_statement to ddl"
    ]


@pytest.mark.parametrize("changes", TIMESCALEDB)
def test_a_copy_that_does_not(changes: Mapping[str, str]) -> None:
    assert told("pgaudit-not-beside-timescaledb", of_timescaledb(changes, "pg_cron")) == []
    assert told("pgaudit-not-beside-timescaledb", server()) == []


@pytest.mark.parametrize("changes", TIMESCALEDB)
def test_no_pgaudit_is_asked_for_beside_timescaledb(changes: Mapping[str, str]) -> None:
    assert told("database-audited", of_timescaledb(changes, "pg_cron"), regime="mica_casp") == []


@pytest.mark.parametrize(
    ("value", "lacking"),
    [
        (None, "ddl, role, write"),
        ("none", "ddl, role, write"),
        ("role,write", "ddl"),
        ("ddl,write", "role"),
        ("ddl,role,read", "write"),
        ("all,-write", "write"),
        ("ddl,role,write,-all", "ddl, role, write"),
    ],
)
def test_an_audit_that_lacks_something(value: str | None, lacking: str) -> None:
    assert told("database-audited", server({"pgaudit.log": value}), regime="mica_casp") == [
        f"pgaudit.log lacks {lacking}; set it to ddl,role, and pgaudit.role to a role with the orders"
    ]


def test_writes_are_audited_by_a_role_that_has_rights_on_orders() -> None:
    by_role = server({"pgaudit.log": "ddl,role", "pgaudit.role": "auditor"})

    assert told("database-audited", by_role, regime="mica_casp") == []
    assert told("database-audited", server({"pgaudit.log": "ddl", "pgaudit.role": "auditor"}), regime="mica_casp") == [
        "pgaudit.log lacks role; set it to ddl,role, and pgaudit.role to a role with the orders"
    ]


@pytest.mark.parametrize("value", ["ddl,role,write", "DDL, Role , WRITE", "all", "ALL, -read", "-ddl,all", '"all"'])
def test_an_audit_that_lacks_nothing(value: str) -> None:
    assert told("database-audited", server({"pgaudit.log": value}), regime="mica_casp") == []


@pytest.mark.parametrize("value", ["all", "mod", "ALL"])
def test_a_line_for_each_tick(value: str) -> None:
    assert told("database-log-quiet", server({"log_statement": value})) == [
        f"log_statement={value.lower()} writes a line for each tick before it is answered; set it to ddl"
    ]


@pytest.mark.parametrize("value", ["on", True])
def test_a_line_for_each_duration(value: Any) -> None:
    assert told("database-log-quiet", server({"log_duration": value})) == [
        "log_duration=on writes a line for each query; set it to off"
    ]


@pytest.mark.parametrize("value", ["0", 0, "0ms", "0min", "99", "99ms", "99900 us", "0.0s"])
def test_a_line_for_nearly_each_query(value: Any) -> None:
    assert told("database-log-quiet", server({"log_min_duration_statement": value})) == [
        f"log_min_duration_statement={value} writes a line for nearly each query; set it to 100ms or more"
    ]


def test_the_bound_of_a_slow_query_can_be_set() -> None:
    assert told("database-log-quiet", server({"log_min_duration_statement": "1999ms"}), least_ms=2000) == [
        "log_min_duration_statement=1999ms writes a line for nearly each query; set it to 2000ms or more"
    ]
    assert told("database-log-quiet", server({"log_min_duration_statement": "2s"}), least_ms=2000) == []


@pytest.mark.parametrize("value", ["-1", -1, "100", "100ms", "1s", "1min", "soon", None])
def test_a_log_that_is_quiet(value: Any) -> None:
    assert told("database-log-quiet", server({"log_min_duration_statement": value, "log_duration": "off"})) == []


@pytest.mark.parametrize("value", ["ddl", "none", None])
def test_statements_that_are_rare(value: str | None) -> None:
    assert told("database-log-quiet", server({"log_statement": value})) == []


@pytest.mark.parametrize("initdb", [[], ["no-sync"], ["data-checksum"]])
def test_pages_without_checksums(initdb: list[str]) -> None:
    assert told("database-checksums", server(initdb=initdb)) == [
        "initdb has no data-checksums: a page that rots is served as truth; add it"
    ]


@pytest.mark.parametrize("initdb", [["data-checksums"], ["no-sync", "data-checksums"]])
def test_pages_with_checksums(initdb: list[str]) -> None:
    assert told("database-checksums", server(initdb=initdb)) == []


@pytest.mark.parametrize("value", ["--data-checksums", "-k", "--encoding=UTF8 --data-checksums"])
def test_pages_of_the_official_image_with_checksums(value: str) -> None:
    given = container(DATABASE, uploads=[], command=["postgres"], envs=[f"POSTGRES_INITDB_ARGS={value}"])

    assert told("database-checksums", given) == []


@pytest.mark.parametrize("value", ["off", False, None])
def test_wal_that_is_not_archived(value: Any) -> None:
    assert told("database-wal-archived", server({"archive_mode": value})) == [
        "archive_mode is off: nothing after the last backup can be restored; set it to on"
    ]


@pytest.mark.parametrize("value", ["", " ", None])
@pytest.mark.parametrize("library", ["", None])
def test_wal_that_piles_up(value: str | None, library: str | None) -> None:
    assert told("database-wal-archived", server({"archive_command": value, "archive_library": library})) == [
        "archive_command is empty, so WAL piles up until the disk is full; set it"
    ]


@pytest.mark.parametrize("value", ["true", "/bin/true", "/usr/bin/true", ":", "exit 0"])
def test_wal_that_is_thrown_away(value: str) -> None:
    assert told("database-wal-archived", server({"archive_command": value})) == [
        f"archive_command={value} throws WAL away: nothing after the last backup can be restored; archive it"
    ]


@pytest.mark.parametrize("mode", ["on", "true", True, "always", "Always"])
def test_wal_that_is_archived(mode: Any) -> None:
    assert told("database-wal-archived", server({"archive_mode": mode})) == []
    assert told("database-wal-archived", server({"archive_command": None, "archive_library": "basic_archive"})) == []


UNBOUNDED = (
    "max_slot_wal_keep_size is unlimited: a lost standby fills the disk and stops the primary; "
    "set it below the free space"
)
PLAIN = {"file": "/etc/postgresql.conf", "content": "fsync = on"}


@pytest.mark.parametrize("value", ["-1", -1, None])
def test_a_standby_that_holds_back_everything(value: Any) -> None:
    assert told("database-slots-bounded", server({"max_slot_wal_keep_size": value})) == [UNBOUNDED]


@pytest.mark.parametrize("value", ["32GB", "0", 1024])
def test_a_standby_that_holds_back_so_much(value: Any) -> None:
    assert told("database-slots-bounded", server({"max_slot_wal_keep_size": value})) == []


@pytest.mark.parametrize("kind", [ReplicationSlot, PhysicalReplicationSlot])
def test_a_slot_of_a_single_server_holds_back_everything(kind: type[ReplicationSlot]) -> None:
    single = container(DATABASE, uploads=[PLAIN])

    assert told("database-slots-bounded", single) == []
    assert [
        message.removeprefix(AT)
        for message in found_in_stack("database-slots-bounded", single, resource(kind.TYPE, {"name": "feed"}))
    ] == [UNBOUNDED]


def test_a_standby_without_patroni_holds_back_everything() -> None:
    nodes = [
        resource(
            Container.TYPE,
            {**DATABASE, "name": f"pg-{number}", "uploads": [PLAIN]},
            name=f"pg-{number}",
            parent=PARENT,
            parents=COMPONENT,
        )
        for number in range(2)
    ]

    assert found_in_stack("database-slots-bounded", *nodes) == [f"container pg-0: {UNBOUNDED}"]
    assert found_in_stack("database-slots-bounded", nodes[0]) == []
