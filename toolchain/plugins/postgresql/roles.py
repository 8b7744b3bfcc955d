"""`Role`: a login or a group, its options, memberships and session settings."""

from collections.abc import Iterable
from typing import Any, ClassVar

from psycopg.sql import SQL, Composed, Identifier

from toolchain.plugins.framework import (
    Resource,
    Result,
    Table,
    Values,
    at_least,
    boolean,
    integer,
    listing,
    string,
    unordered,
)
from toolchain.plugins.postgresql import membership, passwords, role_sql
from toolchain.plugins.postgresql.server import DUPLICATE, Server, ServerError, Session, adopt_hint

_CATALOG = """
SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolinherit, rolcanlogin, rolreplication, rolbypassrls,
       rolconnlimit, rolconfig,
       CASE WHEN rolvaliduntil IS NOT DISTINCT FROM nullif(%(until)s, '')::timestamptz
                 OR (rolvaliduntil IS NULL AND %(until)s = 'infinity')
            THEN %(until)s ELSE coalesce(rolvaliduntil::text, 'infinity') END,
       ARRAY(SELECT DISTINCT pg_get_userbyid(roleid)::text FROM pg_auth_members
             WHERE member = pg_roles.oid ORDER BY 1)
FROM pg_roles WHERE rolname = %(name)s
"""
_COLUMNS = ("name", *role_sql.FLAGS, "connectionLimit")
"""The inputs that the first columns of _CATALOG hold."""


def _always_same(_old: Any, _new: Any) -> bool:
    return True


class Role(Resource[Server]):
    """A role. Its id is its name."""

    token = "postgresql:index/role:Role"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True),
        "login": boolean(default=False),
        "superuser": boolean(default=False),
        "createDatabase": boolean(default=False),
        "createRole": boolean(default=False),
        "inherit": boolean(default=True),
        "replication": boolean(default=False),
        "bypassRowLevelSecurity": boolean(default=False),
        "connectionLimit": integer(default=-1, problem=at_least(-1)),
        "validUntil": string(default="infinity"),
        "password": string(secret=True),
        # Written only: never in state, so its own change is none; passwordWoVersion says when to set it again.
        "passwordWo": string(secret=True, same=_always_same),
        "passwordWoVersion": string(),
        "encryptedPassword": boolean(
            default=True,
            problem=lambda value: None if value else "PostgreSQL stores no password in clear; leave it out",
        ),
        "encrypted": string(unsupported="deprecated by the official plugin; leave it out"),
        "roles": unordered(string()),
        "searchPaths": listing(
            string(problem=lambda value: "must not contain a comma and a blank" if ", " in value else None)
        ),
        "statementTimeout": integer(problem=at_least(0, " ms")),
        "idleInTransactionSessionTimeout": integer(problem=at_least(0, " ms")),
        "assumeRole": string(),
        "skipDropRole": boolean(default=False),
        "skipReassignOwned": boolean(default=False),
    }

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:
        """Two ways to say one password, or half of the second one."""
        if "password" in inputs and ("passwordWo" in inputs or "passwordWoVersion" in inputs):
            yield "password", "password conflicts with passwordWo and passwordWoVersion: give one kind"
        elif ("passwordWo" in inputs) != ("passwordWoVersion" in inputs):
            yield "passwordWo", "passwordWo and passwordWoVersion belong together: give both or neither"

    def create(self, inputs: Values) -> Result:
        """CREATE ROLE, its settings and its memberships, in one transaction."""
        name = inputs["name"]
        try:
            with self.client.changing() as session:
                for statement in role_sql.create(inputs, _password_option(session, inputs)):
                    session.execute(statement)
                for group in inputs.get("roles", []):
                    membership.grant(session, of=group, member=name)
        except ServerError as error:
            if error.sqlstate in DUPLICATE:
                raise ServerError(f"role {name!r} already exists: {adopt_hint(self.token, name)}") from None
            raise
        return Result(id=name, outputs={"passwordWo": None})

    def read(self, resource_id: str, state: Values) -> Result | None:
        """The role as the catalog tells it; memberships only where `roles` says that this resource keeps them."""
        name = state.get("name", resource_id)
        with self.client.reading() as session:
            until = state.get("validUntil", "infinity")
            row = session.execute(_CATALOG, {"name": name, "until": until}).fetchone()
            if row is None:
                return None
            seen: Values = dict(zip(_COLUMNS, row, strict=False))
            seen |= role_sql.settings_seen(row[9])
            seen |= {"validUntil": row[10], "encryptedPassword": True}
            if "roles" in state or not state:
                known = state.get("roles", [])
                seen["roles"] = known if set(known) == set(row[11]) else row[11]
            if state.get("password") and seen["login"] and self.client.settings.superuser:
                seen["password"] = self._password_seen(session, name, state["password"])
        return Result(id=name, outputs=_without_noise(seen, state))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        """ALTER ROLE for what changed, in one transaction."""
        name, former = inputs["name"], state.get("name", resource_id)
        with self.client.changing() as session:
            if former != name:
                session.execute(SQL("ALTER ROLE {} RENAME TO {}").format(Identifier(former), Identifier(name)))
            resend = changed & {"password", "passwordWoVersion", "name"}
            password = _password_option(session, inputs) if resend else None
            for statement in role_sql.alter(inputs, changed, password):
                session.execute(statement)
            before, after = set(state.get("roles", [])), set(inputs.get("roles", []))
            for group in sorted(before - after):
                membership.revoke(session, of=group, member=name)
            for group in sorted(after - before):
                membership.grant(session, of=group, member=name)
        return {"passwordWo": None}

    def delete(self, resource_id: str, state: Values) -> None:
        """Hand over what the role owns in the provider's database, then DROP ROLE, unless told to skip either."""
        name = state.get("name", resource_id)
        role = Identifier(name)
        with self.client.changing() as session:
            if not membership.role_exists(session, name):
                return
            if not state.get("skipReassignOwned"):
                with membership.acting_for(session, [name]):
                    session.execute(SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role))
                    session.execute(SQL("DROP OWNED BY {}").format(role))
            if not state.get("skipDropRole"):
                session.execute(SQL("DROP ROLE {}").format(role))

    def _password_seen(self, session: Session, name: str, known: str) -> str:
        row = session.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if not (row and row[0]):
            raise ServerError(
                f"cannot read the password of role {name!r}: the login {self.client.settings.role!r} is no superuser; "
                "set superuser=False on the provider"
            )
        return passwords.seen(session, name, known)


def _password_option(session: Session, inputs: Values) -> Composed | None:
    password = inputs.get("password") or inputs.get("passwordWo")
    return passwords.option(session, password, inputs["name"]) if password else None


def _without_noise(seen: Values, state: Values) -> Values:
    """Leave 0 and [] where state has them for what the server calls unset."""
    return {k: v for k, v in seen.items() if not (v is None and state.get(k) in (0, [], ""))}
