"""The passwords of roles that come into force while nodes run; creates no resource.

A node has them as files in the volume of its certificate, where libpq and bootstrap.sh look each time anew. A container
beside each node sees to it that the roles have them too (docs/adr/0023-rotated-under-the-nodes.md).
"""

from collections.abc import Mapping

import pulumi
import pulumi_docker as docker

from components._common.container import SECRET_DIR, ContainerSpec
from components._common.endpoint import DatabaseMember
from components._common.shell import AWAIT, PUT
from components._common.tls import CLIENT_AUTHORITY_FILE, TLS_DIR
from components.database.render import ADMIN, BOOTSTRAP_FILE, REPLICATION, REWIND, SUPERUSER

_MEMORY_MIB = 32
# The primary moves once or twice meanwhile, each time for about failover.ttl_seconds.
_TAKE_SECONDS = 120
_ROLES = {ADMIN: "db-admin", REPLICATION: "db-replication", REWIND: "db-rewind"}
"""Role → secret with its password."""


def _lines(*roles: str) -> str:
    return "\n".join(f"    line {role} {_ROLES[role]}" for role in roles)


# A line of .pgpass; PostgreSQL documentation, The Password File.
_LINE = f"""\
line() {{
    printf '*:*:*:%s:%s\\n' "$1" "$(sed 's/[\\:]/\\\\&/g' "{SECRET_DIR}/$2")"
}}
"""
_WRITE = f"""\
{PUT}{_LINE}\
umask 077
cd {TLS_DIR}
for secret in {" ".join(_ROLES.values())}; do
    put "{SECRET_DIR}/$secret" "$secret"
done
{{
{_lines(REPLICATION, REWIND)}
}} > /tmp/pgpass
put /tmp/pgpass .pgpass
sync .
"""
# Whichever node leads takes them, also where that changes meanwhile; a standby has them once it has replayed that.
# Patroni says who leads: on a new cluster after its own call of bootstrap.sh, which two at once would break.
_TAKE = f"""\
{AWAIT}{_LINE}\
umask 077
host=$0 port=$1 patroni=$2 seconds=$3
{{
{_lines(*_ROLES)}
}} > /tmp/pgpass
export PGPASSFILE=/tmp/pgpass PGCONNECT_TIMEOUT=2
superuser="host=/proc/1/root/run/postgresql port=$port user={SUPERUSER} dbname=postgres"
leads() {{
    curl -fs --cacert {CLIENT_AUTHORITY_FILE} --max-time 2 -o /dev/null "https://$patroni/primary"
}}
take() {{
    ! leads || told=$(timeout "$seconds" sh {BOOTSTRAP_FILE} {SECRET_DIR} "$superuser" 2>&1)
}}
log_in() {{
    verified="host=$host port=$port dbname=postgres sslmode=verify-full sslrootcert={CLIENT_AUTHORITY_FILE}"
    for role in {" ".join(_ROLES)}; do
        told=$(timeout "$seconds" psql -XAtqc 'SELECT 1' "$verified user=$role" 2>&1) || return 1
    done
}}
take_and_log_in() {{
    take && log_in
}}
await "$seconds" 0.5 take_and_log_in && exit
echo "roles do not take their passwords at $host:$port after $seconds s: $told" >&2
exit 1
"""


def write_spec(
    role: str, index: int, image: str, secrets: Mapping[str, pulumi.Input[str]], volume: pulumi.Input[str]
) -> ContainerSpec:
    """A one-shot container that writes the files of a node into the volume of its certificate."""
    return ContainerSpec(
        component="database",
        role=role,
        index=index,
        tier="infra",
        image=image,
        entrypoint=["/bin/sh", "-euc", _WRITE],
        secrets=secrets,
        volumes={TLS_DIR: volume},
        memory_mib=_MEMORY_MIB,
    )


def take_spec(
    role: str,
    index: int,
    image: str,
    secrets: Mapping[str, pulumi.Input[str]],
    *,
    server: docker.Container,
    member: DatabaseMember,
    bootstrap: str,
    authority_pem: pulumi.Input[str],
) -> ContainerSpec:
    """A one-shot container beside a node, which has the roles take their passwords where that node leads.

    It ends well once each of them logs in there with its own. It is the superuser by the node's socket, which it
    reaches through the node's processes: it shares these, and has the same user.
    """
    return ContainerSpec(
        component="database",
        role=role,
        index=index,
        tier="infra",
        image=image,
        entrypoint=["/bin/sh", "-uc", _TAKE],
        command=[member.address, str(member.postgres_port), str(member.patroni), str(_TAKE_SECONDS)],
        files={BOOTSTRAP_FILE: bootstrap, CLIENT_AUTHORITY_FILE: authority_pem},
        secrets=secrets,
        pid_mode=pulumi.Output.concat("container:", server.id),
        memory_mib=_MEMORY_MIB,
    )
