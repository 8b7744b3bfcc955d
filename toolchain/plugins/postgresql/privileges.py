"""Which privileges there are on which kind of object, and whether two sets of them mean the same."""

from collections.abc import Collection, Iterable

ALLOWED = {
    "database": ("CREATE", "CONNECT", "TEMPORARY"),
    "table": ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"),
    "sequence": ("USAGE", "SELECT", "UPDATE"),
    "schema": ("CREATE", "USAGE"),
    "function": ("EXECUTE",),
    "procedure": ("EXECUTE",),
    "routine": ("EXECUTE",),
    "type": ("USAGE",),
    "foreign_data_wrapper": ("USAGE",),
    "foreign_server": ("USAGE",),
    "column": ("SELECT", "INSERT", "UPDATE", "REFERENCES"),
}
"""Privileges by object type (PostgreSQL documentation, GRANT); ALL goes with each."""

MAINTAIN_SINCE = 170000
"""`server_version_num` from which tables know MAINTAIN."""


def problem(object_type: str, privileges: Iterable[str]) -> str | None:
    """What is wrong with `privileges` on `object_type`, or None."""
    allowed = ("ALL", *ALLOWED[object_type])
    wrong = [name for name in privileges if name not in allowed]
    if not wrong:
        return None
    return f"privileges={wrong} not known for object type {object_type!r}: expected some of {', '.join(allowed)}"


def as_wanted(seen: Collection[str], wanted: Collection[str], object_type: str, server_version: int) -> bool:
    """Whether the privileges that the server has are those wanted, ALL written out."""
    everything = set(ALLOWED[object_type])
    if object_type == "table" and server_version < MAINTAIN_SINCE:
        everything.discard("MAINTAIN")
    return set(seen) == (everything if "ALL" in wanted else set(wanted))
