"""Questions to the system catalogs that several resources ask."""

from toolchain.plugins.postgresql.server import ServerError, Session


def database_exists(session: Session, database: str) -> bool:
    """Whether the server has such a database."""
    return session.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone() is not None


def database_owner(session: Session, database: str) -> str:
    """The role that owns a database.

    Raises:
        ServerError: there is no such database.
    """
    query = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
    row = session.execute(query, (database,)).fetchone()
    if row is None:
        raise ServerError(f"database {database!r} does not exist: create it first (postgresql.Database)")
    owner: str = row[0]
    return owner


def schema_owner(session: Session, schema: str) -> str | None:
    """The role that owns a schema of the session's database, or None when there is no such schema.

    `pg_database_owner`, which owns `public` from PostgreSQL 15 on, stands for the database's owner.
    """
    query = "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %s"
    row = session.execute(query, (schema,)).fetchone()
    return row[0] if row else None


def owners_in(session: Session, schema: str) -> list[str]:
    """The owners of a schema and of the tables in it: who may grant on them. Empty without such a schema."""
    query = """
        SELECT CASE WHEN name = 'pg_database_owner' THEN (
                   SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()
               ) ELSE name END
        FROM (SELECT tableowner AS name FROM pg_tables WHERE schemaname = %(schema)s
              UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %(schema)s) AS owners
        ORDER BY 1
    """
    return [row[0] for row in session.execute(query, {"schema": schema})]


def role_oid(session: Session, role: str) -> int | None:
    """The role's object id as access control lists hold it: 0 for PUBLIC; None when there is no such role."""
    if role == "public":
        return 0
    row = session.execute("SELECT oid::bigint FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    return row[0] if row else None
