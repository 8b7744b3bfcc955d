import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._common.endpoint import DatabaseMember, Endpoint
from components.pooling import PoolerSettings, RouteFailoverSettings, RouterSettings
from components.pooling.render import haproxy_cfg, pgbouncer_files, userlist

MEMBERS = [
    DatabaseMember(name="tsdb-0", address="10.0.0.1", postgres_port=15432, patroni_port=18008),
    DatabaseMember(name="tsdb-1", address="10.0.0.2", postgres_port=15433, patroni_port=18009),
]
WRITER, READER, LISTEN = Endpoint("10.0.0.1", 15000), Endpoint("10.0.0.1", 15100), Endpoint("10.0.0.1", 16432)

HAPROXY_CFG = """\
global
    log stdout format raw local0 notice
    stats socket /tmp/haproxy.sock mode 600 level admin
    maxconn 1000

defaults
    mode tcp
    log global
    option tcplog
    option dontlognull
    option clitcpka
    option srvtcpka
    retries 2
    timeout connect 1s
    timeout check 1s
    timeout queue 5s
    timeout client 1h
    timeout server 1h
    default-server check-ssl verify required ca-file /etc/hft/ca.crt ssl-min-ver TLSv1.3

frontend writer
    bind 10.0.0.1:15000
    default_backend primary

frontend reader
    bind 10.0.0.1:15100
    use_backend primary if { nbsrv(standbys) eq 0 }
    default_backend standbys

backend primary
    retries 0
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server inter 500ms fastinter 100ms fall 3 rise 2
    server tsdb-0 10.0.0.1:15432 check port 18008 verifyhost tsdb-0 on-marked-down shutdown-sessions
    server tsdb-1 10.0.0.2:15433 check port 18009 verifyhost tsdb-1 on-marked-down shutdown-sessions

backend standbys
    balance leastconn
    option redispatch 1
    option httpchk OPTIONS /replica
    http-check expect status 200
    default-server inter 2000ms fastinter 400ms fall 3 rise 2
    server tsdb-0 10.0.0.1:15432 check port 18008 verifyhost tsdb-0
    server tsdb-1 10.0.0.2:15433 check port 18009 verifyhost tsdb-1

frontend stats
    mode http
    option httplog
    option dontlog-normal
    bind 10.0.0.1:18404
    timeout client 10s
    monitor-uri /healthz
    monitor fail if { nbsrv(primary) eq 0 }
    http-request use-service prometheus-exporter if { path /metrics }
    http-request return status 404
"""

PGBOUNCER_INI = """\
[databases]
hft = host=10.0.0.1 port=15000 dbname=hft
hft_ro = host=10.0.0.1 port=15100 dbname=hft

[pgbouncer]
listen_addr = 10.0.0.1
listen_port = 16432
; The administrator's way in, for processes of this container only.
unix_socket_dir = /tmp
auth_type = scram-sha-256
auth_file = /var/lib/hft/tls/users.txt
client_tls_sslmode = require
client_tls_cert_file = /var/lib/hft/tls/tls.crt
client_tls_key_file = /var/lib/hft/tls/tls.key
client_tls_protocols = tlsv1.3
; The certificate is the node's, and the address is the router's: no host name can match.
server_tls_sslmode = verify-ca
server_tls_ca_file = /var/lib/hft/tls/ca.crt
server_tls_protocols = tlsv1.3
stats_users = hft_monitoring
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
max_prepared_statements = 200
query_wait_timeout = 10
server_login_retry = 0.2
server_connect_timeout = 2
server_check_delay = 5
; A role's changed settings hold from the next login on: so long, at most, the pool has connections of before.
server_lifetime = 300
; Drivers set it, and the servers answer all the same (PgBouncer's own advice for JDBC).
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0

[users]
; No other role takes the places of those who store orders.
hft_ticks = max_user_client_connections=125
hft_reader = max_user_client_connections=125
hft_monitoring = max_user_client_connections=125
"""

PROCESS_INI = """\
[pgbouncer]
; The second address is this process's alone, for its health, its metrics and the proof that it has read its files.
listen_addr = 10.0.0.1,127.0.9.1
; The administrator's way in, for processes of this container only.
unix_socket_dir = /tmp/1
peer_id = 1
%include /etc/hft/pgbouncer-shared.ini
"""

SHARED_INI = """\
; Goes on in the section [pgbouncer] of each process. The kernel gives each client to one of them.
listen_port = 16432
so_reuseport = 1
auth_type = scram-sha-256
auth_file = /var/lib/hft/tls/users.txt
client_tls_sslmode = require
client_tls_cert_file = /var/lib/hft/tls/tls.crt
client_tls_key_file = /var/lib/hft/tls/tls.key
client_tls_protocols = tlsv1.3
; The certificate is the node's, and the address is the router's: no host name can match.
server_tls_sslmode = verify-ca
server_tls_ca_file = /var/lib/hft/tls/ca.crt
server_tls_protocols = tlsv1.3
stats_users = hft_monitoring
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
max_prepared_statements = 200
query_wait_timeout = 10
server_login_retry = 0.2
server_connect_timeout = 2
server_check_delay = 5
; A role's changed settings hold from the next login on: so long, at most, the pool has connections of before.
server_lifetime = 300
; Drivers set it, and the servers answer all the same (PgBouncer's own advice for JDBC).
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0

[databases]
hft = host=10.0.0.1 port=15000 dbname=hft
hft_ro = host=10.0.0.1 port=15100 dbname=hft

[users]
; No other role takes the places of those who store orders.
hft_ticks = max_user_client_connections=125
hft_reader = max_user_client_connections=125
hft_monitoring = max_user_client_connections=125

[peers]
; Who gets a request to cancel a query hands it to the process that has the session.
1 = host=/tmp/1 port=16432
2 = host=/tmp/2 port=16432
"""


def router(**changes: Any) -> RouterSettings:
    return RouterSettings.model_validate({"hosts": ["a"], **changes})


def pooler(**changes: Any) -> PoolerSettings:
    return PoolerSettings.model_validate({"hosts": ["a"], **changes})


def test_haproxy_cfg() -> None:
    assert haproxy_cfg(router(), RouteFailoverSettings(), "10.0.0.1", MEMBERS) == HAPROXY_CFG


@pytest.mark.parametrize(
    ("changes", "text", "changed"),
    [
        ({"max_connections": 2000}, "maxconn 1000", "maxconn 2000"),
        ({"writer_port": 15001}, "bind 10.0.0.1:15000", "bind 10.0.0.1:15001"),
        ({"reader_port": 15101}, "bind 10.0.0.1:15100", "bind 10.0.0.1:15101"),
        ({"stats_port": 18405}, "bind 10.0.0.1:18404", "bind 10.0.0.1:18405"),
        ({"memory_mib": 256}, "", ""),
    ],
)
def test_a_choice_changes_its_place_in_haproxy_cfg(changes: dict[str, Any], text: str, changed: str) -> None:
    assert haproxy_cfg(router(**changes), RouteFailoverSettings(), "10.0.0.1", MEMBERS) == HAPROXY_CFG.replace(
        text, changed
    )
    assert text in HAPROXY_CFG


def pgbouncer(failover: RouteFailoverSettings | None = None, **changes: Any) -> dict[str, str]:
    return pgbouncer_files(pooler(**changes), failover or RouteFailoverSettings(), LISTEN, WRITER, READER)


def test_pgbouncer_ini() -> None:
    assert pgbouncer() == {"/etc/hft/pgbouncer.ini": PGBOUNCER_INI}


def test_each_of_two_processes_has_a_file_for_what_it_does_not_share() -> None:
    found = pgbouncer(processes=2)

    assert list(found) == ["/etc/hft/pgbouncer-1.ini", "/etc/hft/pgbouncer-2.ini", "/etc/hft/pgbouncer-shared.ini"]
    assert found["/etc/hft/pgbouncer-1.ini"] == PROCESS_INI
    assert found["/etc/hft/pgbouncer-2.ini"] == PROCESS_INI.replace("127.0.9.1", "127.0.9.2").replace(
        "/tmp/1", "/tmp/2"
    ).replace("peer_id = 1", "peer_id = 2")
    assert found["/etc/hft/pgbouncer-shared.ini"] == SHARED_INI


def test_several_processes_share_what_one_has() -> None:
    """What differs is where they listen: every other line of one's file is in the shared one."""
    one, shared = PGBOUNCER_INI.splitlines(), SHARED_INI.splitlines()

    assert [line for line in one if line not in shared] == [
        "[pgbouncer]",
        "listen_addr = 10.0.0.1",
        "; The administrator's way in, for processes of this container only.",
        "unix_socket_dir = /tmp",
    ]


@given(processes=st.integers(2, 8))
def test_every_process_is_everybodys_peer(processes: int) -> None:
    found = pgbouncer(processes=processes)
    numbers = [str(number) for number in range(1, processes + 1)]

    shared = found["/etc/hft/pgbouncer-shared.ini"]
    assert re.findall(r"^(\d) = host=/tmp/(\d) port=16432$", shared, re.MULTILINE) == [(n, n) for n in numbers]
    own = [text for path, text in found.items() if not path.endswith("shared.ini")]
    assert re.findall(r"^peer_id = (\d)$", "\n".join(own), re.MULTILINE) == numbers


@pytest.mark.parametrize(
    ("changes", "line", "changed"),
    [
        ({"pool_size": 30}, "default_pool_size = 20", "default_pool_size = 30"),
        ({"max_prepared_statements": 20}, "max_prepared_statements = 200", "max_prepared_statements = 20"),
        ({"query_wait_seconds": 3}, "query_wait_timeout = 10", "query_wait_timeout = 3"),
    ],
)
def test_a_choice_changes_its_line_in_pgbouncer_ini(changes: dict[str, Any], line: str, changed: str) -> None:
    assert pgbouncer(**changes) == {"/etc/hft/pgbouncer.ini": PGBOUNCER_INI.replace(line, changed)}
    assert line in PGBOUNCER_INI


def test_timers_are_those_of_the_profile() -> None:
    safe = RouteFailoverSettings(profile="safe")

    assert haproxy_cfg(router(), safe, "10.0.0.1", MEMBERS) == HAPROXY_CFG.replace(
        "inter 500ms fastinter 100ms", "inter 2000ms fastinter 500ms"
    ).replace("inter 2000ms fastinter 400ms", "inter 8000ms fastinter 2000ms")
    assert pgbouncer(safe) == {
        "/etc/hft/pgbouncer.ini": PGBOUNCER_INI.replace("server_login_retry = 0.2", "server_login_retry = 1")
    }


def test_userlist_is_sorted_and_doubles_quotes() -> None:
    assert userlist({"hft_writer": 'a"b', "hft_reader": "c\\d"}) == '"hft_reader" "c\\d"\n"hft_writer" "a""b"\n'


QUOTED = re.compile(r'"((?:[^"]|"")*)" "((?:[^"]|"")*)"\n')


@given(st.dictionaries(st.sampled_from(["one", "two", "three"]), st.text(st.characters(codec="ascii"))))
def test_every_password_can_be_read_back(passwords: dict[str, str]) -> None:
    text = userlist(passwords)
    read = {role: password.replace('""', '"') for role, password in QUOTED.findall(text)}

    assert (read, QUOTED.sub("", text)) == (passwords, "")
