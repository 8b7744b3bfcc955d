"""pg_cron, which keeps hypertables wherever the primary is."""

from components.database.room import CRON_JOBS
from components.database.settings import DATABASE, DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(_: DatabaseSettings) -> tuple[Parameter, ...]:
    """Where its jobs are, and how they run."""
    return (
        Parameter(
            name="cron.database_name",
            value=DATABASE,
            reason="Its jobs are rows of this database.",
            source="pg_cron documentation",
        ),
        Parameter(
            name="cron.use_background_workers",
            value="on",
            reason="Else each job would log in by TCP, with a password in a file.",
            source="pg_cron documentation",
        ),
        Parameter(
            name="cron.max_running_jobs",
            value=CRON_JOBS,
            reason="One job a minute that keeps hypertables, and room for some of the firm's own.",
            source="our choice",
        ),
        Parameter(
            name="cron.log_statement",
            value="off",
            reason="A line a minute in every log; cron.job_run_details has each run.",
            source="our choice",
        ),
    )
