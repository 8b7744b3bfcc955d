"""What is told of who came and what they changed, for an examiner; an order that is written costs no line."""

from components.database.settings import AUDITOR, DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """Sessions, and changes of schema, roles, orders and audit rows."""
    return (*_sessions(settings), *_changes())


def _sessions(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    logged = "on" if settings.log_connections else "off"
    choice = "The operator's choice: regimes ask for it, and each look of a witness is a line too, 10 a second."
    return (
        Parameter(
            name="log_line_prefix",
            value="%m [%p] %q%u@%d %h ",
            reason="Each line of a session says whose it is and from where.",
            source="CIS PostgreSQL 17 Benchmark, Ensure 'log_line_prefix' is set correctly",
        ),
        Parameter(name="log_connections", value=logged, reason=choice, source="database.log_connections"),
        Parameter(name="log_disconnections", value=logged, reason=choice, source="database.log_connections"),
        Parameter(
            name="log_replication_commands",
            value="on",
            reason="Whoever copies the database is told; a standby that follows says little.",
            source="CIS PostgreSQL 17 Benchmark, Ensure 'log_replication_commands' is set",
        ),
    )


def _changes() -> tuple[Parameter, ...]:
    return (
        Parameter(
            name="pgaudit.log",
            value="ddl,role",
            reason="Whoever changes schema, roles or rights is told, and in bootstrap.sh the superuser's writes.",
            source="pgaudit documentation; docs/adr/0027-audited-by-default.md",
        ),
        Parameter(
            name="pgaudit.role",
            value=AUDITOR,
            reason="A statement that uses a right of this role is told: it may change and delete orders and audit "
            "rows, which no program may, and nobody can log in as it.",
            source="pgaudit documentation, object audit logging; docs/adr/0027-audited-by-default.md",
        ),
        Parameter(
            name="pgaudit.log_catalog",
            value="off",
            reason="Catalogs are read and written by every client there is.",
            source="pgaudit documentation",
        ),
        Parameter(
            name="pgaudit.log_parameter",
            value="on",
            reason="What a row was changed to is told with the change.",
            source="pgaudit documentation",
        ),
    )
