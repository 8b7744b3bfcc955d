"""What the server tells, at a cost that a session does not feel; timing of each plan and function stays off."""

from components.database.settings import DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(_: DatabaseSettings) -> tuple[Parameter, ...]:
    """The log: where it goes, and what is worth a line."""
    return (
        Parameter(
            name="logging_collector",
            value="off",
            reason="Docker takes the log from the standard error, with its own bounds.",
            source="components/_common/container.py",
        ),
        Parameter(
            name="log_min_duration_statement",
            value="1s",
            reason="A statement of a second is far from what a trading system asks.",
            source="our choice",
        ),
        Parameter(
            name="log_lock_waits",
            value="on",
            reason="Who waits for a lock for longer than deadlock_timeout is named with whom it waits for.",
            source="PostgreSQL 17 documentation, error reporting and logging",
        ),
    )
