"""What is told of who came and what they changed, for an examiner; an order that is written costs no line."""

from components.database.settings import DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """Sessions, and changes of schema and roles; migrations/0007_audit.sql tells of changed rows."""
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
        Parameter(
            name="log_statement",
            value="ddl",
            reason="Whoever changes schema, roles or rights is told; bootstrap.sh asks for more of the superuser.",
            source="CIS PostgreSQL 17 Benchmark, Ensure 'log_statement' is set correctly",
        ),
    )
