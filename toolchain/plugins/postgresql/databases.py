"""`Database`: created from template0 unless told otherwise, dropped together with its connections."""

from collections.abc import Iterable
from typing import ClassVar

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal

from toolchain.plugins.framework import Resource, Result, Table, Values, at_least, boolean, integer, string
from toolchain.plugins.postgresql.membership import acting_for
from toolchain.plugins.postgresql.server import DUPLICATE, Server, ServerError, Session, adopt_hint

_CATALOG = """
SELECT d.datname, pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, t.spcname,
       d.datconnlimit, d.datallowconn, d.datistemplate
FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace
WHERE d.datname = %s
"""
_COLUMNS = (
    "name",
    "owner",
    "encoding",
    "lcCollate",
    "lcCtype",
    "tablespaceName",
    "connectionLimit",
    "allowConnections",
    "isTemplate",
)


class Database(Resource[Server]):
    """A database. Its id is its name."""

    token = "postgresql:index/database:Database"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True),
        "owner": string(computed=True),
        "template": string(computed=True, replaces=True),
        "encoding": string(computed=True, replaces=True),
        "lcCollate": string(computed=True, replaces=True),
        "lcCtype": string(computed=True, replaces=True),
        "tablespaceName": string(computed=True),
        "connectionLimit": integer(default=-1, problem=at_least(-1)),
        "allowConnections": boolean(default=True),
        "isTemplate": boolean(computed=True),
        "alterObjectOwnership": boolean(default=False),
    }

    def create(self, inputs: Values) -> Result:
        """CREATE DATABASE, which is all or nothing by itself."""
        name, owner = inputs["name"], inputs.get("owner")
        try:
            with self.client.changing(transaction=False) as session, acting_for(session, [owner] if owner else []):
                session.execute(create_statement(inputs, self.client.settings.role))
        except ServerError as error:
            if error.sqlstate in DUPLICATE:
                raise ServerError(f"database {name!r} already exists: {adopt_hint(self.token, name)}") from None
            raise
        made = self.read(name, inputs)
        assert made is not None
        return made

    def read(self, resource_id: str, state: Values) -> Result | None:
        """The database as the catalog tells it; the template is not kept there."""
        name = state.get("name", resource_id)
        with self.client.reading() as session:
            row = session.execute(_CATALOG, (name,)).fetchone()
        if row is None:
            return None
        seen = dict(zip(_COLUMNS, row, strict=True))
        return Result(id=name, outputs={**seen, "template": state.get("template") or "template0"})

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        """ALTER DATABASE for what changed, in one transaction; a new tablespace and a hand-over come before it."""
        former = state.get("name", resource_id)
        if "tablespaceName" in changed:
            with self.client.changing(transaction=False) as session:
                session.execute(_set_tablespace(former, inputs["tablespaceName"]))
        owner = inputs.get("owner") if changed & {"owner", "alterObjectOwnership"} else None
        if owner and inputs["alterObjectOwnership"]:
            self._hand_over(former, owner)
        owners = [role for role in (state.get("owner"), owner) if role and owner]
        with self.client.changing() as session, acting_for(session, owners):
            for statement in alter_statements(former, inputs, changed):
                session.execute(statement)
        made = self.read(inputs["name"], inputs)
        return made.outputs if made else {}

    def delete(self, resource_id: str, state: Values) -> None:
        """DROP DATABASE … WITH (FORCE): ends the connections to it."""
        name = state.get("name", resource_id)
        with self.client.changing(transaction=False) as session:
            row = session.execute(_CATALOG, (name,)).fetchone()
            if row is None:
                return
            seen = dict(zip(_COLUMNS, row, strict=True))
            with acting_for(session, [seen["owner"]]):
                _drop(session, name, is_template=seen["isTemplate"])

    def _hand_over(self, database: str, owner: str) -> None:
        """Give every object of the present owner in the database to `owner`."""
        with self.client.changing(database) as session:
            row = session.execute(_CATALOG, (database,)).fetchone()
            present = row[1] if row else owner
            if present != owner:
                with acting_for(session, [present, owner]):
                    reassign = SQL("REASSIGN OWNED BY {} TO {}")
                    session.execute(reassign.format(Identifier(present), Identifier(owner)))


def create_statement(inputs: Values, login: str) -> Composed:
    """CREATE DATABASE with the official plugin's defaults: owner is the login, template0, UTF8."""
    options: list[SQL | Composed] = [
        SQL("OWNER {}").format(Identifier(inputs.get("owner") or login)),
        SQL("TEMPLATE {}").format(_name_or_default(inputs.get("template") or "template0")),
        SQL("ENCODING {}").format(_text_or_default(inputs.get("encoding") or "UTF8")),
    ]
    if inputs.get("lcCollate"):
        options.append(SQL("LC_COLLATE {}").format(_text_or_default(inputs["lcCollate"])))
    if inputs.get("lcCtype"):
        options.append(SQL("LC_CTYPE {}").format(_text_or_default(inputs["lcCtype"])))
    if inputs.get("tablespaceName"):
        options.append(SQL("TABLESPACE {}").format(_name_or_default(inputs["tablespaceName"])))
    options += [
        SQL("ALLOW_CONNECTIONS {}").format(Literal(inputs["allowConnections"])),
        SQL("CONNECTION LIMIT {}").format(Literal(inputs["connectionLimit"])),
        SQL("IS_TEMPLATE {}").format(Literal(inputs.get("isTemplate", False))),
    ]
    return SQL("CREATE DATABASE {} {}").format(Identifier(inputs["name"]), SQL(" ").join(options))


def alter_statements(former: str, inputs: Values, changed: frozenset[str]) -> Iterable[Composed]:
    """ALTER DATABASE for everything but the tablespace."""
    if former != inputs["name"]:
        yield SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(former), Identifier(inputs["name"]))
    name = Identifier(inputs["name"])
    if "owner" in changed and inputs.get("owner"):
        yield SQL("ALTER DATABASE {} OWNER TO {}").format(name, Identifier(inputs["owner"]))
    if "connectionLimit" in changed:
        yield SQL("ALTER DATABASE {} CONNECTION LIMIT {}").format(name, Literal(inputs["connectionLimit"]))
    if "allowConnections" in changed:
        yield SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(name, Literal(inputs["allowConnections"]))
    if "isTemplate" in changed:
        yield SQL("ALTER DATABASE {} IS_TEMPLATE {}").format(name, Literal(inputs["isTemplate"]))


def _set_tablespace(database: str, tablespace: str) -> Composed:
    if tablespace.upper() == "DEFAULT":
        return SQL("ALTER DATABASE {} RESET TABLESPACE").format(Identifier(database))
    return SQL("ALTER DATABASE {} SET TABLESPACE {}").format(Identifier(database), Identifier(tablespace))


def _drop(session: Session, name: str, *, is_template: bool) -> None:
    database = Identifier(name)
    if is_template:
        session.execute(SQL("ALTER DATABASE {} IS_TEMPLATE false").format(database))
    try:
        session.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(database))
    except psycopg.Error:
        if is_template:
            session.execute(SQL("ALTER DATABASE {} IS_TEMPLATE true").format(database))
        raise


def _name_or_default(name: str) -> SQL | Identifier:
    return SQL("DEFAULT") if name.upper() == "DEFAULT" else Identifier(name)


def _text_or_default(text: str) -> SQL | Literal:
    return SQL("DEFAULT") if text.upper() == "DEFAULT" else Literal(text)
