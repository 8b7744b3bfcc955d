"""How long writes may stop at worst, in s, derived from the settings; pure.

The parts are those of Patroni's and etcd's sources and HAProxy's checks. A machine that is out of breath adds to each.
"""

import math

from components.database import DatabaseSettings
from components.database.failover import WITNESS_INTERVAL_MS, WITNESS_TIMEOUT_MS
from components.pooling import PoolingSettings

# etcd server/lease/lessor.go: expired leases are looked for every 500 ms.
_LEASE_SCAN_SECONDS = 0.5
# Patroni ha.py, fetch_node_status: 2 s for each member's answer before the race for the lease, all asked at once.
_STATUS_SECONDS = 2
# A standby that has replayed everything: end of recovery and a new timeline.
_PROMOTE_SECONDS = 1
# Votes are written, read and counted: some requests to etcd.
_VOTE_SECONDS = 0.2
# Nobody has to notice anything: what a busy machine takes from a writer at any time.
_UNNOTICED_SECONDS = 1
# The goal of a planned switchover is one for hosts on which Patroni and PostgreSQL do not wait for each other's CPU.
_CPUS_OF_A_HANDOVER = 2
# loop_wait of the profile `fast`.
_LEAST_LOOP_SECONDS = 1


def crash(database: DatabaseSettings, pooling: PoolingSettings) -> float:
    """PostgreSQL died and its host lives: seen in the next loop at the latest, restarted in place, else a standby takes
    over."""
    timers = database.failover
    given_up = timers.loop_wait_seconds + timers.primary_start_timeout_seconds + timers.loop_wait_seconds
    return given_up + _STATUS_SECONDS + _takeover(pooling)


def restarted(database: DatabaseSettings, pooling: PoolingSettings) -> float:
    """Patroni and PostgreSQL died and Docker restarts them: in place, as in a crash, else a standby takes over."""
    return max(crash(database, pooling), node_lost(database, pooling))


def node_lost(database: DatabaseSettings, pooling: PoolingSettings) -> float:
    """PostgreSQL and Patroni are gone and etcd is whole: the witnesses see it, or the lease has to run out."""
    return min(_deposed(database), _expired(database)) + _takeover(pooling)


def frozen(database: DatabaseSettings, pooling: PoolingSettings) -> float:
    """PostgreSQL and Patroni do nothing, and their host answers for them: the lease has to run out."""
    return _expired(database) + _takeover(pooling)


def host_lost(database: DatabaseSettings, pooling: PoolingSettings) -> float:
    """A host is gone, with a member of etcd that does not lead it."""
    # A node that was talking to the lost member asks another one when it gives up.
    waited = _expired(database) + database.failover.retry_timeout_seconds
    return min(_deposed(database), waited) + _takeover(pooling)


def host_of_etcds_leader_lost(database: DatabaseSettings, pooling: PoolingSettings) -> float:
    """A host is gone with etcd's leader.

    Raft's election takes up to two election timeouts, and nobody can vote before. A new leader of etcd gives every
    lease its whole life and one election timeout more (lessor.go, Promote).
    """
    return host_lost(database, pooling) + 3 * database.failover.etcd_election_ms / 1000


def standby_lost(database: DatabaseSettings) -> float:
    """The host of a standby is gone, with a member of etcd: nothing where another one confirms, else for good."""
    spare = len(database.hosts) - 1 - database.synchronous_standbys
    return _UNNOTICED_SECONDS if spare else math.inf


def handover(database: DatabaseSettings) -> float:
    """The leader gives the lease back: one that takes as long as the lease was none, but a failover."""
    return database.failover.ttl_seconds


def switchover(cpus_per_host: float) -> float:
    """`hft db switchover`: a stop without dirty pages, the lease from hand to hand, the end of recovery, a standby that
    follows. Patroni, etcd and PostgreSQL of three hosts have something to do at once, so hosts that share CPUs take
    longer. How much longer depends on what else they do; but a step that does not come about costs another second at
    least, as Patroni looks once in a loop, and so less than that is allowed there (docs/guides/switchover.md)."""
    goal_seconds = 0.5
    return goal_seconds if cpus_per_host >= _CPUS_OF_A_HANDOVER else goal_seconds + _LEAST_LOOP_SECONDS


def _expired(database: DatabaseSettings) -> float:
    # Renewed just before the fault.
    return database.failover.ttl_seconds + _LEASE_SCAN_SECONDS + _STATUS_SECONDS


def _deposed(database: DatabaseSettings) -> float:
    if not database.witness_hosts:
        return math.inf
    # Nobody waits for the lost member's status: the fence refuses.
    look_ms = WITNESS_TIMEOUT_MS + WITNESS_INTERVAL_MS
    return database.failover.witness_probes * look_ms / 1000 + _VOTE_SECONDS


def _takeover(pooling: PoolingSettings) -> float:
    # HAProxy takes a server after two good checks: one that comes a whole interval late, then a fast one.
    # A login that failed just before the route led somewhere holds all others up.
    route = pooling.failover
    found_ms = route.check_interval_ms + route.fast_interval_ms + route.login_retry_ms
    return _PROMOTE_SECONDS + found_ms / 1000
