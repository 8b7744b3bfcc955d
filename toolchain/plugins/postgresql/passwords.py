"""Role passwords: what is sent to the server, and whether what it holds is still what was set."""

import hashlib
import re

from psycopg.sql import SQL, Composed, Literal

from toolchain.plugins.postgresql.server import Session

_VERIFIER = re.compile(r"(md5[0-9a-f]{32}|SCRAM-SHA-256\$.+)")


def is_verifier(password: str) -> bool:
    """Whether the text is a stored form (MD5 or SCRAM) rather than a password in clear."""
    return _VERIFIER.fullmatch(password) is not None


def option(session: Session, password: str, role: str) -> Composed:
    """The PASSWORD option for a role: a SCRAM verifier, or NULL for the official plugin's spelling of no password."""
    stored: str | None = password
    if password.upper() == "NULL":
        stored = None
    elif not is_verifier(password):
        connection = session.connection.pgconn
        stored = connection.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    return SQL("PASSWORD {}").format(Literal(stored))


def seen(session: Session, role: str, known: str) -> str:
    """The password as state should hold it: `known` where it still holds or nothing can be told, else the stored form.

    As with the official plugin a changed SCRAM password goes unseen; a removed one and a changed MD5 one do not.
    """
    row = session.execute("SELECT coalesce(passwd, '') FROM pg_shadow WHERE usename = %s", (role,)).fetchone()
    stored: str = row[0] if row else ""
    if is_verifier(known) or known.upper() == "NULL":
        return known if stored == ("" if known.upper() == "NULL" else known) else stored
    if stored.startswith("SCRAM-SHA-256$"):
        return known
    digest = hashlib.md5((known + role).encode(), usedforsecurity=False).hexdigest()
    return known if stored == f"md5{digest}" else stored
