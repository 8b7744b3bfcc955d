"""`Schema`: a schema in a database, and its owner."""

from typing import ClassVar

from psycopg.sql import SQL, Identifier

from toolchain.plugins.framework import Property, Resource, Result, Table, Values, boolean, string
from toolchain.plugins.postgresql.catalog import database_exists, database_owner, schema_owner
from toolchain.plugins.postgresql.membership import acting_for
from toolchain.plugins.postgresql.server import Server, ServerError, adopt_hint


class Schema(Resource[Server]):
    """A schema. Its id is `database.schema`."""

    token = "postgresql:index/schema:Schema"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True),
        "database": string(computed=True, replaces=True),
        "owner": string(computed=True),
        "ifNotExists": boolean(default=True),
        "dropCascade": boolean(default=False),
        "policies": Property(kind="set", unsupported="use postgresql.Grant with object_type='schema'"),
    }

    def create(self, inputs: Values) -> Result:
        """CREATE SCHEMA; one that exists is taken over when `ifNotExists`, and gets the owner."""
        name, database, owner = inputs["name"], self._database(inputs), inputs.get("owner")
        with self.client.changing(database) as session:
            roles = [database_owner(session, database), *([owner] if owner else [])]
            present = schema_owner(session, name)
            with acting_for(session, roles):
                if present is None:
                    authorization = SQL(" AUTHORIZATION {}").format(Identifier(owner)) if owner else SQL("")
                    session.execute(SQL("CREATE SCHEMA {}{}").format(Identifier(name), authorization))
                elif not inputs["ifNotExists"]:
                    hint = adopt_hint(self.token, f"{database}.{name}")
                    raise ServerError(f"schema {name!r} already exists in database {database!r}: {hint}")
                elif owner:
                    session.execute(SQL("ALTER SCHEMA {} OWNER TO {}").format(Identifier(name), Identifier(owner)))
            present = schema_owner(session, name)
        return Result(id=f"{database}.{name}", outputs={"database": database, "owner": present, "policies": []})

    def read(self, resource_id: str, state: Values) -> Result | None:
        """The schema's owner."""
        database, name = self._located(resource_id, state)
        with self.client.reading() as session:
            if not database_exists(session, database):
                return None
        with self.client.reading(database) as session:
            owner = schema_owner(session, name)
        if owner is None:
            return None
        seen = {"name": name, "database": database, "owner": owner, "policies": []}
        return Result(id=f"{database}.{name}", outputs=seen)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        """RENAME and OWNER TO, in one transaction."""
        database, former = self._located(resource_id, state)
        name, owner = inputs["name"], inputs.get("owner")
        with self.client.changing(database) as session:
            present = schema_owner(session, former)
            with acting_for(session, [database_owner(session, database), *filter(None, (present, owner))]):
                if former != name:
                    session.execute(SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(former), Identifier(name)))
                if "owner" in changed and owner:
                    session.execute(SQL("ALTER SCHEMA {} OWNER TO {}").format(Identifier(name), Identifier(owner)))
        return {"policies": []}

    def delete(self, resource_id: str, state: Values) -> None:
        """DROP SCHEMA, which fails on a schema that is not empty unless `dropCascade`."""
        database, name = self._located(resource_id, state)
        with self.client.reading() as session:
            if not database_exists(session, database):
                return
        with self.client.changing(database) as session:
            owner = schema_owner(session, name)
            if owner is None:
                return
            mode = SQL("CASCADE" if state.get("dropCascade") else "RESTRICT")
            with acting_for(session, [database_owner(session, database), owner]):
                session.execute(SQL("DROP SCHEMA {} {}").format(Identifier(name), mode))

    def _database(self, values: Values) -> str:
        database: str = values.get("database") or self.client.settings.database
        return database

    def _located(self, resource_id: str, state: Values) -> tuple[str, str]:
        if "name" in state:
            return self._database(state), state["name"]
        database, dot, name = resource_id.partition(".")
        if not dot:
            raise ServerError(f"schema id {resource_id!r}: expected database.schema")
        return database, name
