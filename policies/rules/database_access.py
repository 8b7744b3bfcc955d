"""Who may do what in the database, as the postgresql provider grants it."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.frameworks import cis_postgresql
from policies.pack.resource import Resource
from policies.pack.rule import ResourceRule
from policies.resources import Database, DefaultPrivileges, Grant, PostgresqlProvider, Role
from policies.resources.postgresql import ENCRYPTED_MODES

_APPENDS = ("INSERT", "SELECT")
_EVERY = "ALL"
_PUBLIC = "public"
_SUPER = (("superuser", "may do anything, past every check"), ("bypassRowLevelSecurity", "reads every row"))
_SERVER_ROLES = ("pg_execute_server_program", "pg_read_server_files", "pg_write_server_files")
"""PostgreSQL documentation, predefined roles: with these a role can become superuser."""
_PASSWORDS = ("password", "passwordWo")


def _least(role: Role) -> Iterator[str]:
    for argument, effect in _SUPER:
        if role.inputs.get(argument):
            yield f"{argument}=true {effect}; remove it and grant what the program needs"
    if role.inputs.get("login") and role.inputs.get("replication") and role.inputs.get("createRole"):
        yield "replication and createRole together are a superuser by a detour; use a role for each"
    for each in role.texts("roles"):
        if each in _SERVER_ROLES:
            yield f"roles has {each}, which reaches files and programs of the host: a superuser by a detour; remove it"


def _bounded(role: Role) -> Iterator[str]:
    if not role.inputs.get("login"):
        return
    limit = role.inputs.get("connectionLimit")
    if limit is None or limit < 0:
        yield "connectionLimit is not set, so one program can take every connection; set it to the size of its pool"
    if not role.amount("statementTimeout"):
        yield "statementTimeout is not set, so a lost query holds its locks for ever; set it in ms, such as 5000"
    if not role.amount("idleInTransactionSessionTimeout"):
        yield (
            "idleInTransactionSessionTimeout is not set, so a dead client keeps vacuum from its work; "
            "set it in ms, such as 10000"
        )


def _proven(role: Role) -> Iterator[str]:
    if role.inputs.get("encryptedPassword") is False:
        yield "encryptedPassword=false stores the password in clear; remove it"
    for argument in _PASSWORDS:
        password = role.inputs.get(argument)
        if password and str(password) not in role.secrets:
            yield f"{argument} is plain text in code and state; use a RandomPassword's result or pulumi.Output.secret"


def _privileges(of: Resource) -> list[str]:
    return [each.upper() for each in of.texts("privileges")]


def _append_only(of: Grant | DefaultPrivileges, *, audit_objects: str, audit_schemas: str) -> Iterator[str]:
    at = _trail(of, audit_objects, audit_schemas)
    if not at or of.inputs.get("objectType") not in ("table", "column"):
        return
    for privilege in _privileges(of):
        if privilege not in _APPENDS:
            yield (
                f"privileges has {privilege} on {at} for {of.inputs.get('role')}: a trail is only appended to; "
                "leave INSERT and SELECT"
            )


def _trail(of: Grant | DefaultPrivileges, audit_objects: str, audit_schemas: str) -> str:
    """What of the trail it is about, in words; empty if nothing. Without objects it is about all of the schema."""
    objects, schema = of.texts("objects"), str(of.inputs.get("schema") or "")
    if objects and not re.search(audit_objects, schema):
        return ", ".join(each for each in objects if re.search(audit_objects, each))
    if not schema:
        return "every schema"
    return f"schema {schema}" if re.search(audit_objects, schema) or re.search(audit_schemas, schema) else ""


def _to_somebody(of: Resource) -> Iterator[str]:
    if str(of.inputs.get("role") or "").lower() == _PUBLIC and _privileges(of):
        yield "role=public grants to everybody who can log in; name a role"
    if of.inputs.get("withGrantOption"):
        yield f"withGrantOption=true lets {of.inputs.get('role')} hand its rights on; remove it"
    if _EVERY in _privileges(of) and of.inputs.get("objectType") != "sequence":
        yield f"privileges=ALL on {of.inputs.get('objectType')} includes what a later version adds; name each"


def _kept(database: Database) -> Iterator[str]:
    if not database.protect:
        yield (
            "protect is off, so a changed encoding or template deletes it; "
            "set ResourceOptions(protect=True, retain_on_delete=True)"
        )


def _encrypted(provider: PostgresqlProvider) -> Iterator[str]:
    mode = provider.inputs.get("sslmode") or provider.inputs.get("sslMode")
    if str(provider.inputs.get("host") or "").startswith("/") or mode in ENCRYPTED_MODES:
        return
    if mode:
        yield f"sslmode={mode} sends the administrator's password in clear; set it to verify-full, with sslrootcert"
    else:
        yield "sslmode is not set, so PGSSLMODE of whoever deploys decides; set it to verify-full, with sslrootcert"


_TRAIL = {
    "audit_objects": {
        "type": "string",
        "default": r"audit|order_events",
        "description": "Regular expression that finds tables of the trail, and schemas with nothing else.",
    },
    "audit_schemas": {
        "type": "string",
        "default": r"^trading$",
        "description": "Regular expression that finds schemas with tables of the trail beside others.",
    },
}

RULES = (
    ResourceRule(
        name="roles-have-least-privilege",
        description="A role of a program is no superuser: past that, nothing the database checks holds for it.",
        severity=Severity.CRITICAL,
        of=Role,
        check=_least,
        steps="Remove superuser and bypass_row_level_security from Role; grant privileges on tables.",
        source="https://www.postgresql.org/docs/current/role-attributes.html",
        follows=(cis_postgresql("Ensure excessive administrative privileges are revoked"),),
        tags=("postgresql", "security"),
    ),
    ResourceRule(
        name="roles-bounded",
        description="A role has few connections, and time-outs: one program cannot take the database from the others.",
        severity=Severity.HIGH,
        of=Role,
        check=_bounded,
        steps="Set Role.connection_limit, statement_timeout and idle_in_transaction_session_timeout.",
        source="https://www.postgresql.org/docs/current/runtime-config-client.html",
        follows=(cis_postgresql("Ensure per-account connection limits are used"),),
        tags=("postgresql", "latency"),
    ),
    ResourceRule(
        name="role-passwords-secret",
        description="A password is a secret: in code and state it can be read by whoever reads a pull request.",
        severity=Severity.CRITICAL,
        of=Role,
        check=_proven,
        steps="Set Role.password from RandomPassword.result or pulumi.Output.secret; leave encrypted_password.",
        source="https://www.pulumi.com/docs/iac/concepts/secrets/",
        tags=("postgresql", "secrets"),
    ),
    ResourceRule(
        name="audit-grants-append-only",
        description="Nobody may change or delete the trail of orders: what can be altered proves nothing.",
        severity=Severity.CRITICAL,
        of=Grant,
        check=_append_only,
        numbers=_TRAIL,
        steps="Leave INSERT and SELECT in Grant.privileges on tables of the trail.",
        source="Commission Delegated Regulation (EU) 2025/1140, Art. 2; SEC 17a-4(f)",
        tags=("postgresql", "audit"),
    ),
    ResourceRule(
        name="audit-default-privileges-append-only",
        description="Nobody may change or delete what will be written to the trail of orders either.",
        severity=Severity.CRITICAL,
        of=DefaultPrivileges,
        check=_append_only,
        numbers=_TRAIL,
        steps="Leave INSERT and SELECT in DefaultPrivileges.privileges of the trail's schema.",
        source="Commission Delegated Regulation (EU) 2025/1140, Art. 2; SEC 17a-4(f)",
        tags=("postgresql", "audit"),
    ),
    ResourceRule(
        name="grants-to-somebody",
        description="Rights are granted to a named role, one by one: public is everybody, ALL is what is to come.",
        severity=Severity.HIGH,
        of=Grant,
        check=_to_somebody,
        steps="Name Grant.role and each privilege; remove with_grant_option.",
        source="https://www.postgresql.org/docs/current/ddl-priv.html",
        follows=(
            cis_postgresql("Ensure excessive DML privileges are revoked"),
            cis_postgresql("Ensure the public schema is protected"),
        ),
        tags=("postgresql", "security"),
    ),
    ResourceRule(
        name="default-privileges-to-somebody",
        description="Rights on tables to come are granted to a role that is named.",
        severity=Severity.HIGH,
        of=DefaultPrivileges,
        check=_to_somebody,
        steps="Name DefaultPrivileges.role and each privilege; remove with_grant_option.",
        source="https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html",
        follows=(cis_postgresql("Ensure excessive DML privileges are revoked"),),
        tags=("postgresql", "security"),
    ),
    ResourceRule(
        name="databases-protected",
        description="A database is protected: a change of its encoding deletes and recreates it, orders and all.",
        severity=Severity.CRITICAL,
        of=Database,
        check=_kept,
        steps="Give the Database ResourceOptions(protect=True, retain_on_delete=True).",
        source="https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
        tags=("postgresql", "data"),
    ),
    ResourceRule(
        name="database-provider-encrypted",
        description="The deployment itself comes to the database by TLS: it carries the administrator's password.",
        severity=Severity.CRITICAL,
        of=PostgresqlProvider,
        check=_encrypted,
        steps="Set sslmode=verify-full and sslrootcert on postgresql.Provider.",
        source="https://www.postgresql.org/docs/current/libpq-ssl.html",
        tags=("postgresql", "security"),
    ),
)
