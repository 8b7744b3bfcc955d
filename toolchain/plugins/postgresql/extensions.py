"""`Extension`: an extension in a database, its schema and version."""

from typing import ClassVar

from psycopg.sql import SQL, Composed, Identifier

from toolchain.plugins.framework import Resource, Result, Table, Values, boolean, string
from toolchain.plugins.postgresql.catalog import database_exists
from toolchain.plugins.postgresql.server import Server, ServerError, Session

_CATALOG = """
SELECT n.nspname, e.extversion FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = %s
"""


class Extension(Resource[Server]):
    """An extension. Its id is `database.extension`."""

    token = "postgresql:index/extension:Extension"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True, replaces=True),
        "database": string(computed=True, replaces=True),
        "schema": string(computed=True),
        "version": string(computed=True),
        "createCascade": boolean(default=False),
        "dropCascade": boolean(default=False),
    }

    def create(self, inputs: Values) -> Result:
        """CREATE EXTENSION IF NOT EXISTS: one that is there is taken over."""
        name, database = inputs["name"], inputs.get("database") or self.client.settings.database
        with self.client.changing(database) as session:
            session.execute(create_statement(inputs))
            seen = _seen(session, name)
        return Result(id=f"{database}.{name}", outputs={**(seen or {}), "database": database})

    def read(self, resource_id: str, state: Values) -> Result | None:
        """The extension's schema and version."""
        database, name = self._located(resource_id, state)
        with self.client.reading() as session:
            if not database_exists(session, database):
                return None
        with self.client.reading(database) as session:
            seen = _seen(session, name)
        if seen is None:
            return None
        return Result(id=f"{database}.{name}", outputs={**seen, "name": name, "database": database})

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        """UPDATE as the first statement of a session of its own, as timescaledb asks for; then SET SCHEMA."""
        database, name = self._located(resource_id, state)
        extension = Identifier(name)
        if "version" in changed:
            version = inputs.get("version")
            target = SQL(" TO {}").format(Identifier(version)) if version else SQL("")
            with self.client.changing(database, transaction=False) as session:
                session.execute(SQL("ALTER EXTENSION {} UPDATE{}").format(extension, target))
        with self.client.changing(database) as session:
            if "schema" in changed and inputs.get("schema"):
                schema = Identifier(inputs["schema"])
                session.execute(SQL("ALTER EXTENSION {} SET SCHEMA {}").format(extension, schema))
            return _seen(session, name) or {}

    def delete(self, resource_id: str, state: Values) -> None:
        """DROP EXTENSION, with what depends on it only when `dropCascade`."""
        database, name = self._located(resource_id, state)
        with self.client.reading() as session:
            if not database_exists(session, database):
                return
        mode = SQL("CASCADE" if state.get("dropCascade") else "RESTRICT")
        with self.client.changing(database) as session:
            session.execute(SQL("DROP EXTENSION IF EXISTS {} {}").format(Identifier(name), mode))

    def _located(self, resource_id: str, state: Values) -> tuple[str, str]:
        if "name" in state:
            return state.get("database") or self.client.settings.database, state["name"]
        database, dot, name = resource_id.partition(".")
        if not dot:
            raise ServerError(f"extension id {resource_id!r}: expected database.extension")
        return database, name


def create_statement(inputs: Values) -> Composed:
    """CREATE EXTENSION with what the inputs say."""
    parts: list[SQL | Composed] = [SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(inputs["name"]))]
    if inputs.get("schema"):
        parts.append(SQL("SCHEMA {}").format(Identifier(inputs["schema"])))
    if inputs.get("version"):
        parts.append(SQL("VERSION {}").format(Identifier(inputs["version"])))
    if inputs["createCascade"]:
        parts.append(SQL("CASCADE"))
    return SQL(" ").join(parts)


def _seen(session: Session, name: str) -> Values | None:
    row = session.execute(_CATALOG, (name,)).fetchone()
    return {"schema": row[0], "version": row[1]} if row else None
