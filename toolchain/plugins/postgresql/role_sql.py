"""`Role` in SQL: the statements for its options and settings, and its settings as the catalog tells them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from psycopg.sql import SQL, Composed, Identifier, Literal

from toolchain.plugins.postgresql.keywords import keyword

FLAGS = {
    "superuser": "SUPERUSER",
    "createDatabase": "CREATEDB",
    "createRole": "CREATEROLE",
    "inherit": "INHERIT",
    "login": "LOGIN",
    "replication": "REPLICATION",
    "bypassRowLevelSecurity": "BYPASSRLS",
}
"""Boolean inputs and their keywords; off is the keyword with NO before it."""

TIMEOUTS = {
    "statementTimeout": "statement_timeout",
    "idleInTransactionSessionTimeout": "idle_in_transaction_session_timeout",
}
"""Timeouts in milliseconds by input; 0 and absent leave the server's own."""

_UNIT_MS = {"": 1, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def create(inputs: Mapping[str, Any], password: Composed | None) -> Iterator[Composed]:
    """The statements that make the role, without its memberships; `password` is its PASSWORD option."""
    names = {*FLAGS, "connectionLimit", "validUntil"}
    yield _with_options("CREATE", inputs["name"], options(inputs, names, password))
    yield from settings(inputs, {"searchPaths", *TIMEOUTS, "assumeRole"} & inputs.keys())


def alter(inputs: Mapping[str, Any], changed: Collection[str], password: Composed | None) -> Iterator[Composed]:
    """The statements that bring the inputs named in `changed` to a role that exists, without its memberships."""
    found = options(inputs, changed, password)
    if found:
        yield _with_options("ALTER", inputs["name"], found)
    yield from settings(inputs, changed)


def options(inputs: Mapping[str, Any], names: Collection[str], password: Composed | None) -> list[SQL | Composed]:
    """What stands after WITH: the password, and the inputs in `names`."""
    found: list[SQL | Composed] = [password] if password is not None else []
    if "validUntil" in names:
        found.append(SQL("VALID UNTIL {}").format(Literal(inputs["validUntil"] or "infinity")))
    if "connectionLimit" in names:
        found.append(SQL("CONNECTION LIMIT {}").format(Literal(inputs["connectionLimit"])))
    found += [keyword(word if inputs[name] else f"NO{word}") for name, word in FLAGS.items() if name in names]
    return found


def settings(inputs: Mapping[str, Any], names: Collection[str]) -> Iterator[Composed]:
    """ALTER ROLE … SET or RESET for the session settings in `names`."""
    role = Identifier(inputs["name"])
    if "searchPaths" in names:
        yield _setting(role, "search_path", [Identifier(schema) for schema in inputs.get("searchPaths") or []])
    for name in (name for name in TIMEOUTS if name in names):
        value = inputs.get(name)
        yield _setting(role, TIMEOUTS[name], [Literal(value)] if value else [])
    if "assumeRole" in names:
        assumed = inputs.get("assumeRole")
        yield _setting(role, "role", [Identifier(assumed)] if assumed else [])


def settings_seen(catalog: Sequence[str] | None) -> dict[str, Any]:
    """The same settings from `pg_roles.rolconfig` (`name=value` texts); None for those that are not set."""
    held = dict(entry.split("=", 1) for entry in catalog or ())
    path = held.get("search_path")
    timeouts = {name: milliseconds(held[word]) if word in held else None for name, word in TIMEOUTS.items()}
    return {
        "searchPaths": [part.strip('"') for part in path.split(", ")] if path else None,
        "assumeRole": held.get("role"),
        **timeouts,
    }


def milliseconds(text: str) -> int:
    """A timeout as PostgreSQL stores it: a number with an optional unit, `30s`.

    Raises:
        ValueError: not a timeout.
    """
    match = re.fullmatch(r"(\d+)\s*(ms|s|min|h|d|)", text.strip())
    if not match:
        raise ValueError(f"{text!r} is not a timeout: expected a number with ms, s, min, h or d")
    return int(match[1]) * _UNIT_MS[match[2]]


def _with_options(verb: str, name: str, found: Sequence[SQL | Composed]) -> Composed:
    return SQL("{} ROLE {} WITH {}").format(keyword(verb), Identifier(name), SQL(" ").join(found))


def _setting(role: Identifier, name: str, values: Sequence[Identifier | Literal]) -> Composed:
    if not values:
        return SQL("ALTER ROLE {} RESET {}").format(role, keyword(name))
    return SQL("ALTER ROLE {} SET {} TO {}").format(role, keyword(name), SQL(", ").join(values))
