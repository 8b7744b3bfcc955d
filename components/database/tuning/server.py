"""What the server is, whatever its size."""

from components.database.room import TIMESCALE_WORKERS
from components.database.settings import DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(_: DatabaseSettings) -> tuple[Parameter, ...]:
    """Libraries, socket, passwords, time zone, TimescaleDB's own."""
    return (
        Parameter(
            name="shared_preload_libraries",
            value="timescaledb,pg_stat_statements,pg_cron",
            reason="They hook into the server and cannot be loaded later; TimescaleDB comes first.",
            source="TimescaleDB, pg_cron and PostgreSQL 17 documentation, pg_stat_statements",
        ),
        Parameter(
            name="unix_socket_directories",
            value="/run/postgresql",
            reason="The one folder besides /tmp that a node can write outside its data; Patroni connects there.",
            source="images/timescaledb",
        ),
        Parameter(
            name="password_encryption",
            value="scram-sha-256",
            reason="What pg_hba asks for; an MD5 verifier would be as good as the password.",
            source="PostgreSQL 17 documentation, password authentication",
        ),
        Parameter(
            name="timezone",
            value="UTC",
            reason="Rows of all hosts and venues compare without a look at the host.",
            source="our choice",
        ),
        Parameter(
            name="timescaledb.max_background_workers",
            value=TIMESCALE_WORKERS,
            reason="One for each database with TimescaleDB, the rest for its jobs.",
            source="TimescaleDB documentation; timescaledb-tune",
        ),
        Parameter(
            name="timescaledb.telemetry_level",
            value="off",
            reason="An air-gapped host has nobody to tell; elsewhere nobody outside is to be told.",
            source="our choice",
        ),
    )
