"""PostgreSQL's own settings, wherever a stack says them: durable, encrypted, audited, not stopped by its own log."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pulumi_policy import Severity

from policies.frameworks import cis_postgresql
from policies.pack.resource import Stack
from policies.pack.rule import StackRule, Violation, whole
from policies.reading.postgresql import Node, Server, milliseconds, servers
from policies.regimes import REGIME, audits
from policies.resources import PhysicalReplicationSlot, ReplicationSlot

_PLAIN_METHODS = ("trust", "password", "md5", "ident")
_SUPERUSER = "postgres"
_OLD_PROTOCOLS = ("tlsv1", "tlsv1.1")
_NEWEST_PROTOCOL = "tlsv1.3"
_POSTGRESQLS_CIPHERS = "HIGH:MEDIUM:+3DES:!aNULL"
_WEAK_CIPHERS = ("ALL", "DEFAULT", "MEDIUM", "LOW", "EXPORT", "3DES", "DES", "RC4", "MD5", "aNULL", "eNULL", "NULL")
_LINE_PREFIX = "%m [%p] "
"""PostgreSQL's own."""
_SAYS_WHOSE = (("%m", "%t", "%n"), ("%p",), ("%u",), ("%d",), ("%h", "%r"))
"""Time, process, role, database and client; each in any of these forms."""
_EVERY_ADDRESS = ("*", "0.0.0.0", "::")
_WIDEST_PREFIX = {4: 8, 6: 32}
_WRITES = "write"
"""Of every table, ticks too; `pgaudit.role` has it of the tables alone on which that role has rights."""
_AUDITED = ("ddl", "role", _WRITES)
_EACH_STATEMENT = ("all", "mod")
_DISCARDS = ("true", "/bin/true", "/usr/bin/true", ":", "exit 0")


def _of_nodes(check: Callable[..., Iterable[str]]) -> Callable[..., Iterator[Violation]]:
    """Judges each node of each cluster."""

    def judged(stack: Stack, **numbers: Any) -> Iterator[Violation]:
        for server in servers(stack):
            yield from _once(server, lambda node: check(node, **numbers))

    return judged


def _once(server: Server, check: Callable[[Node], Iterable[str]]) -> Iterator[Violation]:
    """What several nodes of one cluster have is told once, at the first."""
    told: set[str] = set()
    for node in server.nodes:
        for message in check(node):
            if message not in told:
                told.add(message)
                yield Violation(message, node.container)


def _durable(node: Node) -> Iterator[str]:
    for name in ("fsync", "full_page_writes"):
        if not node.is_on(name, default=True):
            yield f"{name}=off: a loss of power corrupts the database; set it to on"
    if node.word("synchronous_commit", "on") in ("off", "false", "no", "0"):
        yield (
            "synchronous_commit=off for all: an acknowledged order can be lost; "
            "set it to on, and to off for the role that writes ticks"
        )


def _encrypted(node: Node) -> Iterator[str]:
    if not node.is_on("ssl", default=False):
        yield "ssl is off: passwords and orders cross the network in clear; set ssl=on"
    oldest = node.parameter("ssl_min_protocol_version", "TLSv1.2")
    if oldest.lower() in _OLD_PROTOCOLS:
        yield f"ssl_min_protocol_version={oldest} is broken; set it to TLSv1.2 or TLSv1.3"
    for access in node.access:
        if access.remote and access.kind != "hostssl" and access.method != "reject":
            yield f"pg_hba line {str(access)!r} lets clients in without TLS; write hostssl"


def _strong_ciphers(node: Node) -> Iterator[str]:
    oldest = node.parameter("ssl_min_protocol_version", "TLSv1.2")
    if oldest.lower() == _NEWEST_PROTOCOL or not node.is_on("ssl", default=False):
        return
    ciphers = node.parameter("ssl_ciphers", _POSTGRESQLS_CIPHERS)
    if weak := _weak(ciphers):
        yield (
            f"ssl_ciphers={ciphers} allows {', '.join(weak)}; "
            "set ssl_min_protocol_version=TLSv1.3, or ssl_ciphers=HIGH:!aNULL"
        )


def _weak(ciphers: str) -> list[str]:
    """The weak ones that a list of OpenSSL names to be used; `!` and `-` take away."""
    return [each.removeprefix("+") for each in ciphers.split(":") if each.removeprefix("+") in _WEAK_CIPHERS]


def _scram(node: Node) -> Iterator[str]:
    method = node.parameter("password_encryption", "scram-sha-256")
    if method.lower() != "scram-sha-256":
        yield f"password_encryption={method} can be replayed; set it to scram-sha-256"
    for access in node.access:
        # By the socket, ident is peer: the kernel says who it is.
        if access.method in _PLAIN_METHODS and (access.remote or access.method != "ident"):
            yield f"pg_hba line {str(access)!r} asks for no proof worth having; use scram-sha-256"


def _known_clients(node: Node) -> Iterator[str]:
    listen = node.parameter("listen_addresses", "localhost")
    if any(each.strip(" []") in _EVERY_ADDRESS for each in listen.split(",")):
        yield f"listen_addresses={listen} is every network of the host; name its private address"
    for access in node.access:
        if access.method != "reject" and _wide(access.address):
            yield f"pg_hba line {str(access)!r} lets the world ask; name the hosts of the stack"


def _wide(address: str) -> bool:
    try:
        network = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return address == "all"
    return network.prefixlen < _WIDEST_PREFIX[network.version]


def _superuser_by_socket(node: Node) -> Iterator[str]:
    closed: set[str] = set()
    for access in node.access:
        if not access.remote or not {"all", _SUPERUSER} & set(access.users):
            continue
        if access.method == "reject":
            closed.update(access.databases if access.kind == "host" and access.address == "all" else ())
        elif any(_is_open(database, closed) for database in access.databases):
            yield (
                f"pg_hba line {str(access)!r} lets the superuser in by network; "
                f"put 'host {access.database} {_SUPERUSER} all reject' before it"
            )


def _is_open(database: str, closed: set[str]) -> bool:
    """`all` does not match physical replication (PostgreSQL documentation, pg_hba.conf)."""
    return database not in closed and (database == "replication" or "all" not in closed)


def _replicates_as_itself(node: Node) -> Iterator[str]:
    for access in node.access:
        for user in ("all", _SUPERUSER):
            if "replication" in access.databases and user in access.users and access.method != "reject":
                yield f"pg_hba line {str(access)!r} lets {user} copy the database; name a role that only replicates"


def _told_who(node: Node, *, regime: str) -> Iterator[str]:
    if not audits(regime):
        return
    prefix = node.parameter("log_line_prefix", _LINE_PREFIX)
    if lacking := [forms[0] for forms in _SAYS_WHOSE if not any(form in prefix for form in forms)]:
        yield f"log_line_prefix={prefix!r} lacks {', '.join(lacking)}; set it to '%m [%p] %u@%d %h '"
    for name in ("log_connections", "log_disconnections", "log_replication_commands"):
        if not node.is_on(name, default=False):
            yield f"{name} is off: the log does not say who was there; set it to on"
    if node.word("log_statement", "none") == "none" and not _has_pgaudit(node):
        yield "log_statement=none: changes of the schema leave no trace; set it to ddl"


def _has_pgaudit(node: Node) -> bool:
    return "pgaudit" in node.words("shared_preload_libraries")


def _has_timescaledb(node: Node) -> bool:
    """By its libraries, or by an image that loads it without being told."""
    image = str(node.container.inputs.get("image") or "")
    return "timescaledb" in node.words("shared_preload_libraries") or "timescale" in image


def _ends_by_copy(node: Node) -> Iterator[str]:
    if _has_pgaudit(node) and _has_timescaledb(node):
        yield (
            "shared_preload_libraries has pgaudit beside TimescaleDB: the first COPY into a hypertable of a session "
            "that it watches ends the server with all sessions; remove it, and set log_statement to ddl"
        )


def _audited(node: Node, *, regime: str) -> Iterator[str]:
    if not audits(regime) or _has_timescaledb(node):
        return
    if not _has_pgaudit(node):
        yield "shared_preload_libraries lacks pgaudit: who changed an order cannot be told; add it"
        return
    audited = _audit_classes(node.words("pgaudit.log"))
    if node.parameter("pgaudit.role", "").strip():
        audited.add(_WRITES)
    lacking = [each for each in _AUDITED if each not in audited]
    if lacking:
        yield f"pgaudit.log lacks {', '.join(lacking)}; set it to ddl,role, and pgaudit.role to a role with the orders"


def _audit_classes(words: Iterable[str]) -> set[str]:
    """As pgaudit reads it, in order: `all,-read` is all but one. Of `all`, what is asked for matters."""
    audited: set[str] = set()
    for word in words:
        name = word.removeprefix("-")
        named = _AUDITED if name == "all" else (name,)
        audited = audited.difference(named) if word.startswith("-") else audited.union(named)
    return audited


def _quiet(node: Node, *, least_ms: int) -> Iterator[str]:
    statements = node.word("log_statement", "none")
    if statements in _EACH_STATEMENT:
        yield f"log_statement={statements} writes a line for each tick before it is answered; set it to ddl"
    if node.is_on("log_duration", default=False):
        yield "log_duration=on writes a line for each query; set it to off"
    least = node.parameter("log_min_duration_statement", "-1")
    duration = milliseconds(least)
    if duration is not None and 0 <= duration < least_ms:
        yield f"log_min_duration_statement={least} writes a line for nearly each query; set it to {least_ms}ms or more"


def _checksums(node: Node) -> Iterator[str]:
    if not any(option.lstrip("-") in ("data-checksums", "k") for option in node.initdb):
        yield "initdb has no data-checksums: a page that rots is served as truth; add it"


def _archived(node: Node) -> Iterator[str]:
    if not node.is_on("archive_mode", default=False) and node.word("archive_mode", "off") != "always":
        yield "archive_mode is off: nothing after the last backup can be restored; set it to on"
        return
    command = node.parameter("archive_command", "")
    if command in _DISCARDS:
        yield f"archive_command={command} throws WAL away: nothing after the last backup can be restored; archive it"
    elif not command and not node.parameter("archive_library", ""):
        yield "archive_command is empty, so WAL piles up until the disk is full; set it"


def _slots_bounded(stack: Stack) -> Iterator[Violation]:
    has_slots = bool(stack.of(ReplicationSlot) or stack.of(PhysicalReplicationSlot))
    for server in servers(stack):
        if has_slots or server.by_patroni or len(server.containers) > 1:
            yield from _once(server, _slot_bounded)


def _slot_bounded(node: Node) -> Iterator[str]:
    if node.parameter("max_slot_wal_keep_size", "-1") == "-1":
        yield (
            "max_slot_wal_keep_size is unlimited: a lost standby fills the disk and stops the primary; "
            "set it below the free space"
        )


RULES = (
    StackRule(
        name="database-durable",
        description="What the database acknowledged is on disk: without fsync or synchronous_commit orders get lost.",
        severity=Severity.CRITICAL,
        check=_of_nodes(_durable),
        steps="Set fsync=on, full_page_writes=on and synchronous_commit=on.",
        source="https://www.postgresql.org/docs/current/runtime-config-wal.html",
        tags=("postgresql", "orders", "data"),
    ),
    StackRule(
        name="database-encrypted",
        description="Every connection to the database is encrypted: in clear, orders can be read on the way.",
        severity=Severity.CRITICAL,
        check=_of_nodes(_encrypted),
        steps="Set ssl=on and ssl_min_protocol_version=TLSv1.2 or higher; write hostssl in pg_hba.conf.",
        source="https://www.postgresql.org/docs/current/ssl-tcp.html",
        follows=(cis_postgresql("Ensure TLS is enabled and configured correctly"),),
        tags=("postgresql", "security"),
    ),
    StackRule(
        name="database-ciphers-strong",
        description="TLS 1.2 to the database has strong ciphers: what goes under weak ones today is read tomorrow.",
        severity=Severity.HIGH,
        check=_of_nodes(_strong_ciphers),
        steps="Set ssl_min_protocol_version=TLSv1.3, or ssl_ciphers=HIGH:!aNULL.",
        source="https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-SSL-CIPHERS",
        follows=(cis_postgresql("Ensure a cipher list of strong ciphers is used"),),
        tags=("postgresql", "security"),
    ),
    StackRule(
        name="database-scram-only",
        description="Who asks the database proves it by SCRAM: md5 can be replayed, trust asks for nothing.",
        severity=Severity.CRITICAL,
        check=_of_nodes(_scram),
        steps="Set password_encryption=scram-sha-256 and the method scram-sha-256 (local: peer) in pg_hba.conf.",
        source="https://www.postgresql.org/docs/current/auth-password.html",
        follows=(cis_postgresql("Ensure password-based authentication uses scram-sha-256"),),
        tags=("postgresql", "security"),
    ),
    StackRule(
        name="database-for-known-clients",
        description="The database listens where the stack is, and answers its hosts: nobody else can try passwords.",
        severity=Severity.HIGH,
        check=_of_nodes(_known_clients),
        steps="Set listen_addresses to the private address; name addresses of hosts in pg_hba.conf.",
        source="https://www.postgresql.org/docs/current/auth-pg-hba-conf.html",
        follows=(
            cis_postgresql("Ensure PostgreSQL is bound to an IP address"),
            cis_postgresql("Ensure authentication timeout and CIDR ranges are limited"),
        ),
        tags=("postgresql", "security", "network"),
    ),
    StackRule(
        name="superuser-by-socket-only",
        description="The superuser comes by the local socket: over the network one password is the whole database.",
        severity=Severity.HIGH,
        check=_of_nodes(_superuser_by_socket),
        steps="Put 'host all postgres all reject' first in pg_hba.conf; give replication a role of its own.",
        source="https://www.postgresql.org/docs/current/auth-pg-hba-conf.html",
        follows=(cis_postgresql("Ensure superuser logins are local"),),
        tags=("postgresql", "security"),
    ),
    StackRule(
        name="replication-by-its-own-role",
        description="A standby copies the database as a role that can do nothing else: its password is on every node.",
        severity=Severity.HIGH,
        check=_of_nodes(_replicates_as_itself),
        steps="Name a role with REPLICATION and no other right in the replication lines of pg_hba.conf.",
        source="https://www.postgresql.org/docs/current/warm-standby.html#STREAMING-REPLICATION-AUTHENTICATION",
        follows=(cis_postgresql("Ensure a replication-only user is created and used for streaming replication"),),
        tags=("postgresql", "security"),
    ),
    StackRule(
        name="database-says-who-was-there",
        description="Under a regime the log says who connected, and what was changed in the schema.",
        severity=Severity.HIGH,
        check=_of_nodes(_told_who),
        numbers={"regime": REGIME},
        steps="Set log_connections, log_disconnections and log_replication_commands to on, log_statement to ddl.",
        source="https://www.postgresql.org/docs/current/runtime-config-logging.html",
        follows=(
            cis_postgresql("Ensure 'log_connections' is enabled"),
            cis_postgresql("Ensure 'log_disconnections' is enabled"),
            cis_postgresql("Ensure 'log_statement' is set correctly"),
            cis_postgresql("Ensure 'log_replication_commands' is set"),
        ),
        tags=("postgresql", "audit"),
    ),
    StackRule(
        name="pgaudit-not-beside-timescaledb",
        description="A COPY of ticks does not end the server: with pgaudit beside TimescaleDB it does, and all wait.",
        severity=Severity.CRITICAL,
        check=_of_nodes(_ends_by_copy),
        steps="Remove pgaudit from shared_preload_libraries; set log_statement=ddl, and tell of rows by triggers.",
        source="https://github.com/timescale/timescaledb/issues/7667",
        tags=("postgresql", "data"),
    ),
    StackRule(
        name="database-audited",
        description="Under a regime pgaudit records changes of orders, roles and schema; not beside TimescaleDB.",
        severity=Severity.HIGH,
        check=_of_nodes(_audited),
        numbers={"regime": REGIME},
        steps="Add pgaudit to shared_preload_libraries; set pgaudit.log=ddl,role and pgaudit.role.",
        source="https://github.com/pgaudit/pgaudit",
        follows=(cis_postgresql("Ensure the PostgreSQL Audit Extension (pgAudit) is enabled"),),
        tags=("postgresql", "audit"),
    ),
    StackRule(
        name="database-log-quiet",
        description="The database writes no line for each query: it would write it before it answers, tick after tick.",
        severity=Severity.HIGH,
        check=_of_nodes(_quiet),
        numbers={"least_ms": whole(100, 1, 60_000, "Shortest duration of a query that the log may tell, in ms.")},
        steps="Set log_statement=ddl, log_duration=off and log_min_duration_statement=100ms or more.",
        source="https://www.postgresql.org/docs/current/runtime-config-logging.html",
        tags=("postgresql", "latency"),
    ),
    StackRule(
        name="database-checksums",
        description="Pages have checksums: without, a disk that rots gives wrong orders, and the backup learns them.",
        severity=Severity.HIGH,
        check=_of_nodes(_checksums),
        steps="Add data-checksums to Patroni's bootstrap.initdb, or --data-checksums to POSTGRES_INITDB_ARGS.",
        source="https://www.postgresql.org/docs/current/checksums.html",
        follows=(cis_postgresql("Ensure data checksums are enabled"),),
        tags=("postgresql", "data"),
    ),
    StackRule(
        name="database-wal-archived",
        description="WAL is archived: without, the orders since the last backup are gone with the disk.",
        severity=Severity.CRITICAL,
        check=_of_nodes(_archived),
        steps="Set archive_mode=on and archive_command, such as pgBackRest's archive-push.",
        source="https://www.postgresql.org/docs/current/continuous-archiving.html",
        follows=(cis_postgresql("Ensure WAL archiving is configured and functional"),),
        tags=("postgresql", "data", "backup"),
    ),
    StackRule(
        name="database-slots-bounded",
        description="A standby that is gone holds back so much WAL and no more: it cannot fill the primary's disk.",
        severity=Severity.HIGH,
        check=_slots_bounded,
        steps="Set max_slot_wal_keep_size below the free space of the WAL's disk.",
        source="https://www.postgresql.org/docs/current/runtime-config-replication.html#GUC-MAX-SLOT-WAL-KEEP-SIZE",
        follows=(cis_postgresql("Ensure streaming replication parameters are configured correctly"),),
        tags=("postgresql", "data"),
    ),
)
