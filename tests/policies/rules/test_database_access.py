from collections.abc import Mapping
from typing import Any

import pytest

from policies.resources import Database, DefaultPrivileges, Grant, PostgresqlProvider, Role
from tests.policies.given import found, resource, secret

ROLE: Mapping[str, Any] = {
    "name": "hft_writer",
    "login": True,
    "password": secret("correct horse battery"),
    "connectionLimit": 10,
    "statementTimeout": 5000,
    "idleInTransactionSessionTimeout": 10000,
    "roles": ["pg_monitor"],
}
GRANT: Mapping[str, Any] = {
    "database": "hft",
    "role": "hft_writer",
    "schema": "trading",
    "objectType": "table",
    "objects": ["order_events"],
    "privileges": ["INSERT", "SELECT"],
}
DEFAULTS: Mapping[str, Any] = {**GRANT, "owner": "hft_owner", "objects": None}
PROVIDER: Mapping[str, Any] = {"host": "10.0.0.1", "sslmode": "verify-full", "sslrootcert": "/etc/ca.crt"}
BOTH = [("grant", Grant, GRANT), ("default-privileges", DefaultPrivileges, DEFAULTS)]


def role(rule: str, **changes: Any) -> list[str]:
    return found(rule, resource(Role.TYPE, {**ROLE, **changes}))


def granted(**changes: Any) -> list[str]:
    return found("audit-grants-append-only", resource(Grant.TYPE, {**GRANT, **changes}))


def by_default(**changes: Any) -> list[str]:
    return found("audit-default-privileges-append-only", resource(DefaultPrivileges.TYPE, {**DEFAULTS, **changes}))


def provider(**changes: Any) -> list[str]:
    return found("database-provider-encrypted", resource(PostgresqlProvider.TYPE, {**PROVIDER, **changes}))


@pytest.mark.parametrize("rule", ["roles-have-least-privilege", "roles-bounded", "role-passwords-secret"])
def test_a_role_without_fault(rule: str) -> None:
    assert role(rule) == []


@pytest.mark.parametrize(
    ("argument", "effect"),
    [("superuser", "may do anything, past every check"), ("bypassRowLevelSecurity", "reads every row")],
)
def test_a_role_past_every_check(argument: str, effect: str) -> None:
    assert role("roles-have-least-privilege", **{argument: True}) == [
        f"{argument}=true {effect}; remove it and grant what the program needs"
    ]
    assert role("roles-have-least-privilege", **{argument: False}) == []


def test_a_superuser_by_a_detour() -> None:
    both = {"replication": True, "createRole": True}

    assert role("roles-have-least-privilege", **both) == [
        "replication and createRole together are a superuser by a detour; use a role for each"
    ]
    assert role("roles-have-least-privilege", **both, login=False) == []
    assert role("roles-have-least-privilege", replication=True) == []
    assert role("roles-have-least-privilege", createRole=True) == []


@pytest.mark.parametrize("name", ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"])
def test_a_role_with_the_files_of_the_host(name: str) -> None:
    assert role("roles-have-least-privilege", roles=["pg_monitor", name]) == [
        f"roles has {name}, which reaches files and programs of the host: a superuser by a detour; remove it"
    ]


NO_LIMIT = "connectionLimit is not set, so one program can take every connection; set it to the size of its pool"
NO_TIMEOUT = "statementTimeout is not set, so a lost query holds its locks for ever; set it in ms, such as 5000"
NO_IDLE = (
    "idleInTransactionSessionTimeout is not set, so a dead client keeps vacuum from its work; "
    "set it in ms, such as 10000"
)


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("connectionLimit", None, NO_LIMIT),
        ("connectionLimit", -1, NO_LIMIT),
        ("statementTimeout", None, NO_TIMEOUT),
        ("statementTimeout", 0, NO_TIMEOUT),
        ("idleInTransactionSessionTimeout", None, NO_IDLE),
        ("idleInTransactionSessionTimeout", 0, NO_IDLE),
    ],
)
def test_a_role_without_bound(argument: str, value: int | None, message: str) -> None:
    assert role("roles-bounded", **{argument: value}) == [message]
    assert role("roles-bounded", **{argument: value}, login=False) == []


@pytest.mark.parametrize(
    ("argument", "value"),
    [("connectionLimit", 0), ("connectionLimit", 1), ("statementTimeout", 1), ("idleInTransactionSessionTimeout", 1)],
)
def test_a_role_with_a_bound(argument: str, value: int) -> None:
    assert role("roles-bounded", **{argument: value}) == []


def test_a_password_that_is_stored_in_clear() -> None:
    assert role("role-passwords-secret", encryptedPassword=False) == [
        "encryptedPassword=false stores the password in clear; remove it"
    ]
    assert role("role-passwords-secret", encryptedPassword=True) == []


@pytest.mark.parametrize("argument", ["password", "passwordWo"])
@pytest.mark.parametrize("login", [True, False])
def test_a_password_in_the_code(argument: str, login: bool) -> None:
    assert role("role-passwords-secret", **{argument: "hunter22"}, login=login) == [
        f"{argument} is plain text in code and state; use a RandomPassword's result or pulumi.Output.secret"
    ]
    assert role("role-passwords-secret", **{argument: secret("hunter22")}) == []
    assert role("role-passwords-secret", **{argument: ""}) == []


@pytest.mark.parametrize("privilege", ["UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES", "ALL", "update"])
def test_a_trail_that_can_be_altered(privilege: str) -> None:
    assert granted(privileges=["SELECT", privilege]) == [
        f"privileges has {privilege.upper()} on order_events for hft_writer: a trail is only appended to; "
        "leave INSERT and SELECT"
    ]
    assert by_default(privileges=["SELECT", privilege]) == [
        f"privileges has {privilege.upper()} on schema trading for hft_writer: a trail is only appended to; "
        "leave INSERT and SELECT"
    ]


def test_a_trail_that_is_only_appended_to() -> None:
    assert granted() == by_default() == []
    assert granted(privileges=["insert", "select"]) == by_default(privileges=["insert", "select"]) == []


def test_a_trail_among_other_objects() -> None:
    assert granted(objects=["ticks", "audit_log", "order_events"], privileges=["UPDATE"]) == [
        "privileges has UPDATE on audit_log, order_events for hft_writer: a trail is only appended to; "
        "leave INSERT and SELECT"
    ]


@pytest.mark.parametrize("objects", [["ticks"], None])
@pytest.mark.parametrize("schema", ["audit", "hft_audit"])
def test_a_schema_of_the_trail(schema: str, objects: list[str] | None) -> None:
    expected = [
        f"privileges has DELETE on schema {schema} for hft_writer: a trail is only appended to; leave INSERT and SELECT"
    ]

    assert granted(schema=schema, objects=objects, privileges=["DELETE"]) == expected
    assert by_default(schema=schema, privileges=["DELETE"]) == expected


@pytest.mark.parametrize("objects", [[], None])
def test_a_schema_with_tables_of_the_trail(objects: list[str] | None) -> None:
    assert granted(objects=objects, privileges=["DELETE"]) == [
        "privileges has DELETE on schema trading for hft_writer: a trail is only appended to; leave INSERT and SELECT"
    ]


@pytest.mark.parametrize("schema", ["", None])
def test_all_schemas_have_the_trail_too(schema: str | None) -> None:
    expected = [
        "privileges has DELETE on every schema for hft_writer: a trail is only appended to; leave INSERT and SELECT"
    ]

    assert granted(schema=schema, objects=None, privileges=["DELETE"]) == expected
    assert by_default(schema=schema, privileges=["DELETE"]) == expected


def test_columns_of_the_trail() -> None:
    assert granted(objectType="column", columns=["price"], privileges=["UPDATE"]) == [
        "privileges has UPDATE on order_events for hft_writer: a trail is only appended to; leave INSERT and SELECT"
    ]


def test_what_is_not_the_trail() -> None:
    assert granted(objects=["ticks"], privileges=["DELETE"]) == []
    assert granted(schema="public", objects=None, privileges=["DELETE"]) == []
    assert granted(schema="trading_tests", objects=None, privileges=["DELETE"]) == []
    assert granted(schema=None, objects=["ticks"], privileges=["DELETE"]) == []
    assert granted(objectType="sequence", privileges=["UPDATE"]) == []
    assert by_default(schema="public", privileges=["DELETE"]) == []
    assert by_default(objectType="sequence", privileges=["UPDATE"]) == []


def test_the_names_of_the_trail_can_be_set() -> None:
    grant = resource(Grant.TYPE, {**GRANT, "objects": ["blotter"], "privileges": ["UPDATE"]})
    whole = resource(Grant.TYPE, {**GRANT, "objects": None, "schema": "desk", "privileges": ["UPDATE"]})

    assert found("audit-grants-append-only", grant, audit_objects="blotter") == [
        "privileges has UPDATE on blotter for hft_writer: a trail is only appended to; leave INSERT and SELECT"
    ]
    assert found("audit-grants-append-only", whole, audit_schemas="desk") == [
        "privileges has UPDATE on schema desk for hft_writer: a trail is only appended to; leave INSERT and SELECT"
    ]


@pytest.mark.parametrize(("kind", "of", "given"), BOTH)
def test_rights_for_somebody(kind: str, of: Any, given: Mapping[str, Any]) -> None:
    rule = "grants-to-somebody" if of is Grant else "default-privileges-to-somebody"

    def told(**changes: Any) -> list[str]:
        return found(rule, resource(of.TYPE, {**given, **changes}))

    assert told() == told(withGrantOption=False) == []
    assert told(role="public") == told(role="PUBLIC") == ["role=public grants to everybody who can log in; name a role"]
    assert told(role="public", privileges=[]) == []
    assert told(role="public_reader") == told(role=None) == []
    assert told(withGrantOption=True) == ["withGrantOption=true lets hft_writer hand its rights on; remove it"]
    assert (
        told(privileges=["ALL"])
        == told(privileges=["select", "all"])
        == ["privileges=ALL on table includes what a later version adds; name each"]
    )
    assert told(privileges=["ALL"], objectType="sequence") == []


def test_a_database_that_a_changed_encoding_deletes() -> None:
    assert found("databases-protected", resource(Database.TYPE, {"name": "hft"}, protect=False)) == [
        "protect is off, so a changed encoding or template deletes it; "
        "set ResourceOptions(protect=True, retain_on_delete=True)"
    ]
    assert found("databases-protected", resource(Database.TYPE, {"name": "hft"})) == []


@pytest.mark.parametrize("argument", ["sslmode", "sslMode"])
@pytest.mark.parametrize("value", ["disable", "allow", "prefer"])
def test_a_deployment_in_clear(argument: str, value: str) -> None:
    assert provider(**{"sslmode": None, argument: value}) == [
        f"sslmode={value} sends the administrator's password in clear; set it to verify-full, with sslrootcert"
    ]
    assert provider(**{"sslmode": None, argument: value}, host="/run/postgresql") == []


@pytest.mark.parametrize("value", ["", None])
@pytest.mark.parametrize("host", ["10.0.0.1", None])
def test_a_deployment_as_somebody_has_set_it(value: str | None, host: str | None) -> None:
    assert provider(sslmode=value, host=host) == [
        "sslmode is not set, so PGSSLMODE of whoever deploys decides; set it to verify-full, with sslrootcert"
    ]
    assert provider(sslmode=value, host="/run/postgresql") == []


@pytest.mark.parametrize("argument", ["sslmode", "sslMode"])
@pytest.mark.parametrize("value", ["require", "verify-ca", "verify-full"])
def test_a_deployment_by_tls(argument: str, value: str) -> None:
    assert provider(**{"sslmode": None, argument: value}) == []
