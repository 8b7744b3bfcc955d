"""Acting for other roles: what a login that is no superuser needs before it may change their objects."""

import contextlib
from collections.abc import Iterable, Iterator

from psycopg.pq import TransactionStatus
from psycopg.sql import SQL, Identifier

from toolchain.plugins.postgresql.server import Session

HAS_SET_OPTION = 160000
"""`server_version_num` from which a membership says whether it allows SET ROLE."""


@contextlib.contextmanager
def acting_for(session: Session, roles: Iterable[str]) -> Iterator[None]:
    """Make the login a member of `roles` while the block runs; a superuser needs none of it.

    PostgreSQL refuses two roles that are members of each other, so a role that is a member of the login loses
    that membership for as long. `pg_database_owner` takes no members and is passed over.
    """
    me, is_superuser = _login(session)
    wanted = [] if is_superuser else [role for role in dict.fromkeys(roles) if role not in (me, "pg_database_owner")]
    granted: list[str] = []
    lifted: list[str] = []
    for role in wanted:
        if _is_superuser(session, role):
            continue
        if is_member(session, of=role, member=me):
            continue
        if is_member(session, of=me, member=role):
            revoke(session, of=me, member=role)
            lifted.append(role)
        grant(session, of=role, member=me)
        granted.append(role)
    try:
        yield
    finally:
        # A failed transaction takes no further statement and undoes the memberships itself.
        if session.connection.info.transaction_status != TransactionStatus.INERROR:
            for role in (role for role in granted if role_exists(session, role)):
                revoke(session, of=role, member=me)
            for role in (role for role in lifted if role_exists(session, role)):
                grant(session, of=me, member=role)


def grant(session: Session, *, of: str, member: str) -> None:
    """Make `member` a member of the role `of`."""
    session.execute(SQL("GRANT {} TO {}").format(Identifier(of), Identifier(member)))


def revoke(session: Session, *, of: str, member: str) -> None:
    """End the membership of `member` in the role `of`."""
    session.execute(SQL("REVOKE {} FROM {}").format(Identifier(of), Identifier(member)))


def role_exists(session: Session, role: str) -> bool:
    """Whether there is such a role; PUBLIC counts as one."""
    if role == "public":
        return True
    return session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None


def is_member(session: Session, *, of: str, member: str) -> bool:
    """Whether `member` is a direct member of `of` and may act as it (from 16 on: with SET)."""
    usable = " AND set_option" if session.connection.info.server_version >= HAS_SET_OPTION else ""
    query = "SELECT 1 FROM pg_auth_members WHERE pg_get_userbyid(roleid) = %s AND pg_get_userbyid(member) = %s" + usable
    return session.execute(query.encode(), (of, member)).fetchone() is not None


def _login(session: Session) -> tuple[str, bool]:
    row = session.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row is not None
    return row[0], row[1]


def _is_superuser(session: Session, role: str) -> bool:
    row = session.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    return row is not None and row[0]
