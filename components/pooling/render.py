"""The text that HAProxy and PgBouncer start with; pure. Holds no secret: PgBouncer's users are a file of their own."""

from collections.abc import Mapping, Sequence

from components._common.container import CONFIG_DIR
from components._common.endpoint import DatabaseMember, Endpoint
from components._common.tls import CERTIFICATE_FILE, CLIENT_AUTHORITY_FILE, KEY_FILE, SERVER_AUTHORITY_FILE, TLS_DIR
from components.pooling.failover import RouteFailoverSettings
from components.pooling.settings import PoolerSettings, RouterSettings

DATABASE, READ_ONLY_DATABASE = "hft", "hft_ro"
"""Names at the pooler: the first leads to the primary, the second to a standby; on the servers both are `hft`."""
STATS_USER = "hft_monitoring"
USERS_FILE = f"{TLS_DIR}/users.txt"
"""PgBouncer's users, beside its certificate and, like that, changed under a pooler that goes on."""
ADMIN_DIR = "/tmp"
"""Folder of PgBouncer's Unix socket; with several processes, of a folder for each. Its process's own user is
administrator there, as `pgbouncer`, without a password (PgBouncer documentation, admin console)."""
PGBOUNCER_INI = f"{CONFIG_DIR}/pgbouncer.ini"
"""The configuration of a PgBouncer that is the only process of its pooler."""
_SHARED_INI = f"{CONFIG_DIR}/pgbouncer-shared.ini"
ADMIN_SOCKET = "/tmp/haproxy.sock"
"""HAProxy's runtime API, for processes of its container only."""
# What is routed is the clients' own TLS, to the node: HAProxy adds none.
_CHECKED_BY_TLS = f"check-ssl verify required ca-file {CLIENT_AUTHORITY_FILE} ssl-min-ver TLSv1.3"
# Before it tries the same server again HAProxy waits a second, or for a lost one a whole time-out, and keeps a client
# from the next primary meanwhile (HAProxy 3.0 configuration manual, retries). Clients try again sooner themselves.
_NO_RETRY = "retries 0"
# Each look is a connection with TLS of its own. Reads go on beside a standby that is lost, so these may be fewer.
_STANDBY_INTERVALS = 4


def haproxy_cfg(
    settings: RouterSettings, failover: RouteFailoverSettings, address: str, members: Sequence[DatabaseMember]
) -> str:
    """haproxy.cfg of one router: Patroni's REST API says which node is what."""
    primaries = "\n".join(f"    {_server(member)} on-marked-down shutdown-sessions" for member in members)
    standbys = "\n".join(f"    {_server(member)}" for member in members)
    return f"""\
global
    log stdout format raw local0 notice
    stats socket {ADMIN_SOCKET} mode 600 level admin
    maxconn {settings.max_connections}

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
    default-server {_CHECKED_BY_TLS}

frontend writer
    bind {address}:{settings.writer_port}
    default_backend primary

frontend reader
    bind {address}:{settings.reader_port}
    use_backend primary if {{ nbsrv(standbys) eq 0 }}
    default_backend standbys

backend primary
    {_NO_RETRY}
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server {_checks(failover)}
{primaries}

backend standbys
    balance leastconn
    option redispatch 1
    option httpchk OPTIONS /replica
    http-check expect status 200
    default-server {_checks(failover, _STANDBY_INTERVALS)}
{standbys}

frontend stats
    mode http
    option httplog
    option dontlog-normal
    bind {address}:{settings.stats_port}
    timeout client 10s
    monitor-uri /healthz
    monitor fail if {{ nbsrv(primary) eq 0 }}
    http-request use-service prometheus-exporter if {{ path /metrics }}
    http-request return status 404
"""


def _checks(failover: RouteFailoverSettings, times: int = 1) -> str:
    # One that is well missed two looks on a busy host, and its clients were cut off. A third one keeps a lost one for
    # a fast interval and a time-out longer.
    return f"inter {times * failover.check_interval_ms}ms fastinter {times * failover.fast_interval_ms}ms fall 3 rise 2"


def _server(member: DatabaseMember) -> str:
    return f"server {member.name} {member.postgres} check port {member.patroni_port} verifyhost {member.name}"


def pgbouncer_files(
    settings: PoolerSettings, failover: RouteFailoverSettings, listen: Endpoint, writer: Endpoint, reader: Endpoint
) -> dict[str, str]:
    """Path → text of one pooler in front of the router of its host: a file for each process, and what several share."""
    databases, common = _databases(writer, reader), _common(settings, failover)
    if settings.processes == 1:
        return {PGBOUNCER_INI: f"{databases}\n[pgbouncer]\n{_only_one(listen)}{common}\n{_users(settings)}"}
    own = {
        process_file(number): _one_of_several(listen, number, address)
        for number, address in enumerate(settings.own_addresses, 1)
    }
    shared = f"{_shared_port(listen)}{common}\n{databases}\n{_users(settings)}\n{_peers(settings, listen)}"
    return {**own, _SHARED_INI: shared}


def process_file(number: int) -> str:
    """The configuration of one of several processes, counted from 1."""
    return f"{CONFIG_DIR}/pgbouncer-{number}.ini"


def _only_one(listen: Endpoint) -> str:
    return f"""\
listen_addr = {listen.address}
listen_port = {listen.port}
; The administrator's way in, for processes of this container only.
unix_socket_dir = {ADMIN_DIR}
"""


def _one_of_several(listen: Endpoint, number: int, address: str) -> str:
    # A section that begins once more forgets what has been set: so the shared file goes on in this one's.
    return f"""\
[pgbouncer]
; The second address is this process's alone, for its health, its metrics and the proof that it has read its files.
listen_addr = {listen.address},{address}
; The administrator's way in, for processes of this container only.
unix_socket_dir = {_process_dir(number)}
peer_id = {number}
%include {_SHARED_INI}
"""


def _shared_port(listen: Endpoint) -> str:
    return f"""\
; Goes on in the section [pgbouncer] of each process. The kernel gives each client to one of them.
listen_port = {listen.port}
so_reuseport = 1
"""


def _common(settings: PoolerSettings, failover: RouteFailoverSettings) -> str:
    return f"""\
auth_type = scram-sha-256
auth_file = {USERS_FILE}
client_tls_sslmode = require
client_tls_cert_file = {CERTIFICATE_FILE}
client_tls_key_file = {KEY_FILE}
client_tls_protocols = tlsv1.3
; The certificate is the node's, and the address is the router's: no host name can match.
server_tls_sslmode = verify-ca
server_tls_ca_file = {SERVER_AUTHORITY_FILE}
server_tls_protocols = tlsv1.3
stats_users = {STATS_USER}
pool_mode = transaction
default_pool_size = {settings.pool_size}
max_client_conn = {settings.max_client_connections}
max_prepared_statements = {settings.max_prepared_statements}
query_wait_timeout = {settings.query_wait_seconds}
server_login_retry = {failover.login_retry_ms / 1000:g}
server_connect_timeout = 2
server_check_delay = 5
; A role's changed settings hold from the next login on: so long, at most, the pool has connections of before.
server_lifetime = 300
; Drivers set it, and the servers answer all the same (PgBouncer's own advice for JDBC).
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
"""


def _databases(writer: Endpoint, reader: Endpoint) -> str:
    return f"""\
[databases]
{DATABASE} = host={writer.address} port={writer.port} dbname={DATABASE}
{READ_ONLY_DATABASE} = host={reader.address} port={reader.port} dbname={DATABASE}
"""


def _users(settings: PoolerSettings) -> str:
    quarter = settings.max_client_connections // 4
    return f"""\
[users]
; No other role takes the places of those who store orders.
hft_ticks = max_user_client_connections={quarter}
hft_reader = max_user_client_connections={quarter}
{STATS_USER} = max_user_client_connections={quarter}
"""


def _peers(settings: PoolerSettings, listen: Endpoint) -> str:
    numbers = range(1, settings.processes + 1)
    peers = "".join(f"{number} = host={_process_dir(number)} port={listen.port}\n" for number in numbers)
    return f"""\
[peers]
; Who gets a request to cancel a query hands it to the process that has the session.
{peers}"""


def _process_dir(number: int) -> str:
    return f"{ADMIN_DIR}/{number}"


def userlist(passwords: Mapping[str, str]) -> str:
    """PgBouncer's users file: role → password. In clear, as it has to log in to the servers with them."""
    return "".join(f'"{role}" "{_doubled(password)}"\n' for role, password in sorted(passwords.items()))


def _doubled(text: str) -> str:
    return text.replace('"', '""')
