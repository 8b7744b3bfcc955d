"""How many may connect, and when a connection is given up."""

from components.database.settings import DatabaseSettings
from components.database.tuning.parameter import Parameter, Value

# Half of the ten that the settings leave for all but our roles; the other half is for the deployment and pg_rewind.
_SUPERUSERS = 5
# A peer that does not answer is gone after this, in s: the default of failover.ttl_seconds, when others take over too.
_KEEPALIVE_IDLE_SECONDS, _KEEPALIVE_INTERVAL_SECONDS, _KEEPALIVES = 10, 5, 2
_PEER_SECONDS = _KEEPALIVE_IDLE_SECONDS + _KEEPALIVE_INTERVAL_SECONDS * _KEEPALIVES


def parameters(settings: DatabaseSettings) -> tuple[Parameter, ...]:
    """Limits and time-outs of sessions; the longest statement is a setting of each role."""
    return (
        Parameter(
            name="max_connections",
            value=settings.max_connections,
            reason="The operator's choice; the roles' limits with ten for others fit into it.",
            source="database.max_connections",
        ),
        Parameter(
            name="superuser_reserved_connections",
            value=_SUPERUSERS,
            reason="Patroni and a person at a node come in when all else is taken; without, a full server is taken for "
            "a dead one.",
            source="cloudnative-pg/cloudnative-pg#2420",
        ),
        Parameter(
            name="idle_in_transaction_session_timeout",
            value="60s",
            reason="An open transaction holds its locks and keeps vacuum from every row since; our writers are done "
            "in far less.",
            source="PostgreSQL 17 documentation, client connection defaults; the longest statement of a reader",
        ),
        Parameter(
            name="client_connection_check_interval",
            value="5s",
            reason="A query whose client is gone ends, instead of running to its end for nobody.",
            source="PostgreSQL 17 documentation, connections and authentication; as wal_sender_timeout",
        ),
        *_keepalives(),
    )


def _keepalives() -> tuple[Parameter, ...]:
    reason = f"The connections of a lost host are free again after {_PEER_SECONDS} s, not after the kernel's two hours."
    source = "PostgreSQL 17 documentation, TCP settings; the default of database.failover.ttl_seconds"
    values: dict[str, Value] = {
        "tcp_keepalives_idle": f"{_KEEPALIVE_IDLE_SECONDS}s",
        "tcp_keepalives_interval": f"{_KEEPALIVE_INTERVAL_SECONDS}s",
        "tcp_keepalives_count": _KEEPALIVES,
        "tcp_user_timeout": f"{_PEER_SECONDS}s",
    }
    return tuple(Parameter(name=name, value=value, reason=reason, source=source) for name, value in values.items())
