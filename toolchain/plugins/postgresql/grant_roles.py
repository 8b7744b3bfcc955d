"""`GrantRole`: the membership of one role in another."""

# ruff: noqa: ARG002 - methods keep the shape that Resource gives them

from collections.abc import Mapping
from typing import Any, ClassVar

from psycopg.sql import SQL, Composed, Identifier

from toolchain.plugins.framework import Resource, Result, Table, Values, boolean, string
from toolchain.plugins.postgresql.membership import role_exists
from toolchain.plugins.postgresql.server import Server, ServerError

_CATALOG = """
SELECT bool_or(admin_option) FROM pg_auth_members
WHERE pg_get_userbyid(member) = %s AND pg_get_userbyid(roleid) = %s
"""


class GrantRole(Resource[Server]):
    """`role` becomes a member of `grantRole`. Every change replaces."""

    token = "postgresql:index/grantRole:GrantRole"
    inputs: ClassVar[Table] = {
        "role": string(required=True, replaces=True),
        "grantRole": string(required=True, replaces=True),
        "withAdminOption": boolean(default=False, replaces=True),
    }

    def create(self, inputs: Values) -> Result:
        """REVOKE and GRANT in one transaction, so that an admin option of before does not stay."""
        with self.client.changing() as session:
            session.execute(revoke(inputs))
            session.execute(grant(inputs))
        return Result(id=_id(inputs))

    def read(self, resource_id: str, state: Values) -> Result | None:
        """Whether the membership is there, and with which option."""
        if not state:
            raise ServerError(f"membership {resource_id!r} cannot be imported; create it, which is harmless")
        with self.client.reading() as session:
            row = session.execute(_CATALOG, (state["role"], state["grantRole"])).fetchone()
        if row is None or row[0] is None:
            return None
        seen = {**state, "withAdminOption": row[0]}
        return Result(id=_id(seen), outputs=seen)

    def delete(self, resource_id: str, state: Values) -> None:
        """REVOKE, where both roles are still there."""
        with self.client.changing() as session:
            if role_exists(session, state["role"]) and role_exists(session, state["grantRole"]):
                session.execute(revoke(state))


def grant(inputs: Mapping[str, Any]) -> Composed:
    """GRANT of the membership."""
    option = SQL(" WITH ADMIN OPTION") if inputs.get("withAdminOption") else SQL("")
    return SQL("GRANT {} TO {}{}").format(Identifier(inputs["grantRole"]), Identifier(inputs["role"]), option)


def revoke(inputs: Mapping[str, Any]) -> Composed:
    """REVOKE of the membership."""
    return SQL("REVOKE {} FROM {}").format(Identifier(inputs["grantRole"]), Identifier(inputs["role"]))


def _id(inputs: Mapping[str, Any]) -> str:
    return f"{inputs['role']}_{inputs['grantRole']}_{str(inputs['withAdminOption']).lower()}"
