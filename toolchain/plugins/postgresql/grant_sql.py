"""`Grant` in SQL: what to run for GRANT and REVOKE, the id, and how to look the privileges up."""

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg.sql import SQL, Composed, Identifier

from toolchain.plugins.postgresql.keywords import keyword

WITHOUT_SCHEMA = ("database", "foreign_data_wrapper", "foreign_server")
"""Object types that do not live in a schema."""

_ROUTINES = {"function": "p.prokind <> 'p'", "procedure": "p.prokind = 'p'", "routine": "true"}
_RELATIONS = {"table": "'r', 'p', 'v', 'm', 'f'", "sequence": "'S'"}
_FUNCTION = re.compile(r"(?P<name>[^()]+)(?P<arguments>\([\w\s,.\[\]\"]*\))?")


def grant(inputs: Mapping[str, Any]) -> Composed | None:
    """GRANT, or None when no privilege is wanted."""
    if not inputs["privileges"]:
        return None
    option = SQL(" WITH GRANT OPTION") if inputs.get("withGrantOption") else SQL("")
    privileges = _keywords(inputs["privileges"])
    return SQL("GRANT {}{} TO {}{}").format(privileges, _target(inputs), Identifier(inputs["role"]), option)


def revoke(inputs: Mapping[str, Any]) -> Composed | None:
    """REVOKE of everything that a grant with these inputs may have given.

    On named objects only the listed privileges go, as the official plugin does, so that grants on single columns stay.
    """
    privileges = inputs["privileges"]
    if inputs["objectType"] == "column" and not privileges:
        return None
    listed = bool(inputs.get("objects")) and inputs["objectType"] not in WITHOUT_SCHEMA and bool(privileges)
    what = _keywords(privileges) if listed else SQL("ALL PRIVILEGES")
    return SQL("REVOKE {}{} FROM {}").format(what, _target(inputs), Identifier(inputs["role"]))


def resource_id(inputs: Mapping[str, Any]) -> str:
    """The official plugin's id: role, database, schema, type, objects and columns, joined by underscores."""
    parts = [inputs["role"], inputs["database"]]
    if inputs["objectType"] not in WITHOUT_SCHEMA:
        parts.append(inputs.get("schema", ""))
    parts += [inputs["objectType"], *_as_hashed(inputs.get("objects", [])), *_as_hashed(inputs.get("columns", []))]
    return "_".join(parts)


def function_problem(name: str) -> str | None:
    """Whether a routine is written as `name` or `name(types)`."""
    return None if _FUNCTION.fullmatch(name) else "expected a name, or a name with argument types: f(text, integer)"


def lookup(inputs: Mapping[str, Any]) -> str:
    """The query for (object, privileges of the role) rows. Parameters: oid, schema, database, objects."""
    kind = inputs["objectType"]
    if kind in _ROUTINES:
        return _query(f"pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND {_ROUTINES[kind]}", "p", "pro", "f")
    if kind in _RELATIONS:
        source = f"pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND c.relkind IN ({_RELATIONS[kind]})"
        return _query(source, "c", "rel", "r" if kind == "table" else "s")
    return _SINGLE[kind]


def object_name(written: str) -> str:
    """The name without a routine's argument types."""
    return written.partition("(")[0]


def _query(source: str, alias: str, prefix: str, default_kind: str) -> str:
    acl = f"coalesce({alias}.{prefix}acl, acldefault('{default_kind}', {alias}.{prefix}owner))"
    return (
        f"SELECT {alias}.{prefix}name, ARRAY(SELECT privilege_type FROM aclexplode({acl}) WHERE grantee = %(oid)s) "
        f"FROM {source} WHERE n.nspname = %(schema)s ORDER BY 1"
    )


_SINGLE = {
    "database": (
        "SELECT datname, ARRAY(SELECT privilege_type FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) "
        "WHERE grantee = %(oid)s) FROM pg_database WHERE datname = %(database)s"
    ),
    "schema": (
        "SELECT nspname, ARRAY(SELECT privilege_type FROM aclexplode(coalesce(nspacl, acldefault('n', nspowner))) "
        "WHERE grantee = %(oid)s) FROM pg_namespace WHERE nspname = %(schema)s"
    ),
    "foreign_data_wrapper": (
        "SELECT fdwname, ARRAY(SELECT privilege_type FROM aclexplode(coalesce(fdwacl, acldefault('F', fdwowner))) "
        "WHERE grantee = %(oid)s) FROM pg_foreign_data_wrapper WHERE fdwname = ANY(%(objects)s)"
    ),
    "foreign_server": (
        "SELECT srvname, ARRAY(SELECT privilege_type FROM aclexplode(coalesce(srvacl, acldefault('S', srvowner))) "
        "WHERE grantee = %(oid)s) FROM pg_foreign_server WHERE srvname = ANY(%(objects)s)"
    ),
    "column": (
        "SELECT a.attname, ARRAY(SELECT privilege_type FROM aclexplode(a.attacl) WHERE grantee = %(oid)s) "
        "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = %(schema)s AND c.relname = ANY(%(objects)s) AND a.attnum > 0 AND NOT a.attisdropped"
    ),
}


def _target(inputs: Mapping[str, Any]) -> Composed:
    kind, schema, objects = inputs["objectType"], inputs.get("schema", ""), inputs.get("objects", [])
    if kind == "database":
        return SQL(" ON DATABASE {}").format(Identifier(inputs["database"]))
    if kind == "schema":
        return SQL(" ON SCHEMA {}").format(Identifier(schema))
    if kind in WITHOUT_SCHEMA:
        wrapper = SQL("FOREIGN SERVER" if kind == "foreign_server" else "FOREIGN DATA WRAPPER")
        return SQL(" ON {} {}").format(wrapper, Identifier(objects[0]))
    if kind == "column":
        columns = SQL(", ").join(Identifier(column) for column in inputs["columns"])
        return SQL(" ({}) ON TABLE {}").format(columns, Identifier(schema, objects[0]))
    if objects:
        named = SQL(", ").join(_object(kind, schema, name) for name in objects)
        return SQL(" ON {} {}").format(keyword(kind.upper()), named)
    return SQL(" ON ALL {} IN SCHEMA {}").format(keyword(f"{kind.upper()}S"), Identifier(schema))


def _object(kind: str, schema: str, written: str) -> Composed:
    match = _FUNCTION.fullmatch(written) if kind in _ROUTINES else None
    if match is None:
        return Composed([Identifier(schema, written)])
    return Composed([Identifier(schema, match["name"].strip()), keyword(match["arguments"] or "")])


def _keywords(privileges: Sequence[str]) -> Composed:
    return SQL(", ").join(keyword(name) for name in privileges)


def _as_hashed(names: Iterable[str]) -> list[str]:
    # The official plugin lists a set in the order of its elements' CRC-32 written in decimal.
    return sorted(names, key=lambda name: str(zlib.crc32(name.encode())))
