"""`DefaultPrivileges`: what a role will be granted on objects that another role makes from now on."""

# ruff: noqa: ARG002 - methods keep the shape that Resource gives them

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from psycopg.sql import SQL, Composed, Identifier

from toolchain.plugins.framework import Resource, Result, Table, Values, boolean, one_of, string, unordered
from toolchain.plugins.framework.values import has_unknown
from toolchain.plugins.postgresql import privileges
from toolchain.plugins.postgresql.catalog import database_exists, role_oid, schema_owner
from toolchain.plugins.postgresql.keywords import keyword
from toolchain.plugins.postgresql.membership import acting_for, role_exists
from toolchain.plugins.postgresql.server import Server, ServerError

_LETTERS = {"table": "r", "sequence": "S", "function": "f", "routine": "f", "type": "T", "schema": "n"}
"""`pg_default_acl.defaclobjtype` by object type."""

_CATALOG = """
SELECT DISTINCT privilege_type
FROM pg_default_acl d CROSS JOIN aclexplode(d.defaclacl) a LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
WHERE a.grantee = %(oid)s AND d.defaclobjtype = %(letter)s AND pg_get_userbyid(d.defaclrole) = %(owner)s
  AND coalesce(n.nspname, '') = %(schema)s
ORDER BY 1
"""


class DefaultPrivileges(Resource[Server]):
    """Privileges of `role` on what `owner` creates later, in one schema or everywhere in the database."""

    token = "postgresql:index/defaultPrivileges:DefaultPrivileges"
    inputs: ClassVar[Table] = {
        "role": string(required=True, replaces=True),
        "database": string(required=True, replaces=True),
        "owner": string(required=True, replaces=True),
        "schema": string(replaces=True),
        "objectType": string(required=True, replaces=True, problem=one_of(*_LETTERS)),
        "privileges": unordered(string(), required=True),
        "withGrantOption": boolean(default=False, replaces=True),
    }

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:
        """Inputs that do not go together, and privileges that the object type does not know."""
        kind = inputs["objectType"]
        if has_unknown(kind) or has_unknown(inputs["privileges"]):
            return
        wrong = privileges.problem(kind, inputs["privileges"])
        if wrong:
            yield "privileges", wrong
        if kind == "schema" and inputs.get("schema"):
            yield "schema", "schema must not be given for object type 'schema'"
        if inputs["withGrantOption"] is True and str(inputs["role"]).lower() == "public":
            yield "withGrantOption", "withGrantOption must be false for role 'public'"

    def create(self, inputs: Values) -> Result:
        """REVOKE and GRANT in one transaction."""
        self._apply(inputs)
        return Result(id=_id(inputs))

    def read(self, resource_id: str, state: Values) -> Result | None:
        """The privileges there are; none at all, where some are wanted, means that the resource is gone."""
        if not state:
            raise ServerError("default privileges cannot be imported; create them, which is harmless")
        with self.client.reading() as session:
            if not database_exists(session, state["database"]):
                return None
        with self.client.reading(state["database"]) as session:
            oid = role_oid(session, state["role"])
            schema = state.get("schema", "")
            if oid is None or (schema and schema_owner(session, schema) is None):
                return None
            letter = _LETTERS[state["objectType"]]
            parameters = {"oid": oid, "letter": letter, "owner": state["owner"], "schema": schema}
            seen = [row[0] for row in session.execute(_CATALOG, parameters)]
            version = session.connection.info.server_version
        if not seen and state["privileges"]:
            return None
        same = privileges.as_wanted(seen, state["privileges"], state["objectType"], version)
        return Result(id=_id(state), outputs={} if same else {"privileges": seen})

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        """REVOKE and GRANT in one transaction."""
        self._apply(inputs)
        return {}

    def delete(self, resource_id: str, state: Values) -> None:
        """REVOKE, where the roles are still there."""
        with self.client.reading() as session:
            known = [role_exists(session, state[key]) for key in ("role", "owner")]
            if not database_exists(session, state["database"]) or not all(known):
                return
        self._apply({**state, "privileges": []})

    def _apply(self, inputs: Values) -> None:
        with self.client.changing(inputs["database"]) as session:
            schema = inputs.get("schema")
            if not inputs["privileges"] and schema and schema_owner(session, schema) is None:
                return
            with acting_for(session, [inputs["owner"]]):
                for statement in statements(inputs):
                    session.execute(statement)


def statements(inputs: Mapping[str, Any]) -> Iterable[Composed]:
    """REVOKE ALL, then GRANT of what is wanted."""
    owner, role = Identifier(inputs["owner"]), Identifier(inputs["role"])
    schema = inputs.get("schema")
    where = SQL(" IN SCHEMA {}").format(Identifier(schema)) if schema else SQL("")
    head = SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {}{}").format(owner, where)
    objects = keyword(f"{inputs['objectType'].upper()}S")
    yield SQL("{} REVOKE ALL ON {} FROM {}").format(head, objects, role)
    if inputs["privileges"]:
        wanted = SQL(", ").join(keyword(name) for name in inputs["privileges"])
        option = SQL(" WITH GRANT OPTION") if inputs.get("withGrantOption") else SQL("")
        yield SQL("{} GRANT {} ON {} TO {}{}").format(head, wanted, objects, role, option)


def _id(inputs: Mapping[str, Any]) -> str:
    parts = (inputs["role"], inputs["database"], inputs.get("schema") or "noschema", inputs["owner"])
    return "_".join((*parts, inputs["objectType"]))
