"""`Grant`: the privileges of one role on a database, a schema, or objects in it."""

# ruff: noqa: ARG002 - methods keep the shape that Resource gives them

from collections.abc import Iterable
from typing import ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, boolean, one_of, string, unordered
from toolchain.plugins.framework.values import has_unknown
from toolchain.plugins.postgresql import grant_sql, privileges
from toolchain.plugins.postgresql.catalog import database_exists, owners_in, role_oid, schema_owner
from toolchain.plugins.postgresql.membership import acting_for, role_exists
from toolchain.plugins.postgresql.server import Server, ServerError, Session

_TYPES = tuple(kind for kind in privileges.ALLOWED if kind != "type")


class Grant(Resource[Server]):
    """Everything that a role may do on what the inputs name: other privileges of it there are taken away."""

    token = "postgresql:index/grant:Grant"
    inputs: ClassVar[Table] = {
        "role": string(required=True, replaces=True),
        "database": string(required=True, replaces=True),
        "schema": string(replaces=True),
        "objectType": string(required=True, replaces=True, problem=one_of(*_TYPES)),
        "objects": unordered(string(), replaces=True),
        "columns": unordered(string(), replaces=True),
        "privileges": unordered(string(), required=True),
        "withGrantOption": boolean(default=False, replaces=True),
    }

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:
        """Inputs that do not go together, and privileges that the object type does not know."""
        if has_unknown(inputs["objectType"]) or has_unknown(inputs["privileges"]):
            return
        kind = inputs["objectType"]
        wrong = privileges.problem(kind, inputs["privileges"])
        if wrong:
            yield "privileges", wrong
        yield from _shape_problems(kind, inputs)

    def create(self, inputs: Values) -> Result:
        """REVOKE and GRANT in one transaction, so that the role never lacks what it keeps."""
        self._apply(inputs, inputs)
        return Result(id=grant_sql.resource_id(inputs))

    def read(self, resource_id: str, state: Values) -> Result | None:
        """The privileges of the first object that has others than wanted; none where all are as wanted."""
        if not state:
            raise ServerError(f"grant {resource_id!r}: grants cannot be imported; create it, which is harmless")
        with self.client.reading() as session:
            if not database_exists(session, state["database"]):
                return None
        with self.client.reading(state["database"]) as session:
            schema = state.get("schema")
            if schema and state["objectType"] not in grant_sql.WITHOUT_SCHEMA and schema_owner(session, schema) is None:
                return None
            oid = role_oid(session, state["role"])
            if oid is None:
                return None
            return Result(id=grant_sql.resource_id(state), outputs=_seen(session, oid, state))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        """REVOKE of the former privileges and GRANT of the new ones, in one transaction."""
        self._apply(state, inputs)
        return {}

    def delete(self, resource_id: str, state: Values) -> None:
        """REVOKE, where there is still something to revoke from."""
        with self.client.reading() as session:
            if not database_exists(session, state["database"]) or not role_exists(session, state["role"]):
                return
        self._apply(state, {**state, "privileges": []})

    def _apply(self, former: Values, inputs: Values) -> None:
        database, schema = inputs["database"], inputs.get("schema", "")
        with self.client.changing(database) as session:
            in_schema = inputs["objectType"] not in grant_sql.WITHOUT_SCHEMA
            owners = owners_in(session, schema) if in_schema else []
            if in_schema and not owners and not inputs["privileges"]:
                return
            with acting_for(session, owners):
                for statement in (grant_sql.revoke(former), grant_sql.grant(inputs)):
                    if statement is not None:
                        session.execute(statement)


def _seen(session: Session, oid: int, state: Values) -> Values:
    kind, wanted = state["objectType"], state["privileges"]
    objects = state.get("objects", [])
    parameters = {"oid": oid, "schema": state.get("schema"), "database": state["database"], "objects": objects}
    rows = session.execute(grant_sql.lookup(state).encode(), parameters).fetchall()
    version = session.connection.info.server_version
    if kind == "column":
        holding = [name for name, held in rows if name in state["columns"] and set(wanted) <= set(held)]
        return {} if set(holding) == set(state["columns"]) else {"columns": holding}
    named = {grant_sql.object_name(name) for name in objects}
    for name, held in rows:
        if (not named or name in named) and not privileges.as_wanted(held, wanted, kind, version):
            return {"privileges": sorted(set(held))}
    return {}


def _shape_problems(kind: str, inputs: Values) -> Iterable[tuple[str, str]]:
    objects, columns = inputs.get("objects", []), inputs.get("columns", [])
    if not inputs.get("schema") and kind not in grant_sql.WITHOUT_SCHEMA:
        yield "schema", f"schema is required for object type {kind!r}"
    if objects and kind in ("database", "schema"):
        yield "objects", f"objects must not be given for object type {kind!r}"
    if columns and kind != "column":
        yield "columns", f"columns must not be given for object type {kind!r}, only for 'column'"
    if kind in ("foreign_data_wrapper", "foreign_server", "column") and len(objects) != 1:
        yield "objects", f"objects must name exactly 1 object for object type {kind!r}, not {len(objects)}"
    if kind == "column" and not columns:
        yield "columns", "columns is required for object type 'column'"
    if kind == "column" and len(inputs["privileges"]) != 1:
        yield "privileges", f"exactly 1 privilege for object type 'column', not {len(inputs['privileges'])}"
    if kind in ("function", "procedure", "routine"):
        for name in objects:
            wrong = None if has_unknown(name) else grant_sql.function_problem(name)
            if wrong:
                yield "objects", f"objects={name!r}: {wrong}"
