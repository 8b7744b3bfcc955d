"""What standbys need from the primary, and what they may cost it."""

from components.database.room import WAL_SENDERS
from components.database.settings import DatabaseSettings
from components.database.tuning.parameter import Parameter


def parameters(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """Senders, slots, the WAL kept for them, and when a peer is given up."""
    return (*_senders(), *_bounds(settings))


def _senders() -> tuple[Parameter, ...]:
    beside = "Six standbys at most, with some left for copies and backups."
    return (
        Parameter(
            name="wal_level",
            value="replica",
            reason="Standbys replay it; logical decoding would write more.",
            source="PostgreSQL 17 documentation, write-ahead log",
        ),
        Parameter(name="max_wal_senders", value=WAL_SENDERS, reason=beside, source="Patroni's default"),
        Parameter(name="max_replication_slots", value=WAL_SENDERS, reason=beside, source="Patroni's default"),
        Parameter(
            name="wal_keep_size",
            value="128MB",
            reason="Eight files for a node that comes back when its slot is gone.",
            source="Patroni's default",
        ),
    )


def _bounds(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    noticed = "A peer that is gone is noticed in seconds, not in the default minute."
    return (
        Parameter(
            name="max_slot_wal_keep_size",
            value=f"{_slot_mib(settings)}MB",
            reason="The slot of a lost standby must not fill the disk: beyond this it is made anew.",
            source="gitlab-com/gl-infra/production#1732; twice database.wal_mib, a quarter of data_mib at most",
        ),
        Parameter(name="wal_sender_timeout", value="5s", reason=noticed, source="CloudNativePG"),
        Parameter(name="wal_receiver_timeout", value="5s", reason=noticed, source="CloudNativePG"),
        Parameter(
            name="wal_retrieve_retry_interval",
            value="200ms",
            reason="A standby whose primary is gone tries again that often, not every 5 s: after a crash or a failover "
            "commits wait for it.",
            source="PostgreSQL 17 documentation, replication",
        ),
        Parameter(
            name="hot_standby_feedback",
            value="off",
            reason="A reader on a standby must not keep the primary from vacuuming.",
            source="PostgreSQL 17 documentation, hot standby",
        ),
        Parameter(
            name="max_standby_streaming_delay",
            value="5s",
            reason="A standby replays all it has before it takes over; a reader that is in its way delays it by no "
            "more than this, not by the default 30 s.",
            source="PostgreSQL 17 documentation, hot standby; as wal_sender_timeout",
        ),
    )


def _slot_mib(settings: DatabaseSettings) -> int:
    twice = 2 * settings.wal_mib
    return twice if settings.data_mib is None else min(twice, settings.data_mib // 4)
