import math

from components.database import DatabaseSettings
from components.pooling import PoolingSettings
from ops.db import model
from tests.drills.settings import database, pooling

DATABASE = DatabaseSettings.model_validate(database())
POOLING = PoolingSettings.model_validate(pooling())
ONE_HOST = DatabaseSettings.model_validate({**database(), "hosts": ["alpha"] * 3})
TAKEOVER = 1 + 0.5 + 0.1 + 0.2
EXPIRED = 20 + 0.5 + 2
SEEN = 3 * 0.6 + 0.2


def test_the_default_timers_bound_every_fault() -> None:
    assert model.crash(DATABASE, POOLING) == 1 + 3 + 1 + 2 + TAKEOVER
    assert model.node_lost(DATABASE, POOLING) == SEEN + TAKEOVER
    assert model.restarted(DATABASE, POOLING) == model.crash(DATABASE, POOLING)
    assert model.frozen(DATABASE, POOLING) == EXPIRED + TAKEOVER
    assert model.host_lost(DATABASE, POOLING) == SEEN + TAKEOVER
    assert model.host_of_etcds_leader_lost(DATABASE, POOLING) == SEEN + TAKEOVER + 3
    assert model.standby_lost(DATABASE) == 1
    assert model.handover(DATABASE) == 20


def test_without_witnesses_the_lease_has_to_run_out() -> None:
    unwatched = DatabaseSettings.model_validate({**database(), "failover": {"witness_probes": 0}})

    for alone in (ONE_HOST, unwatched):
        assert model.node_lost(alone, POOLING) == EXPIRED + TAKEOVER
        assert model.restarted(alone, POOLING) == EXPIRED + TAKEOVER
        assert model.host_lost(alone, POOLING) == EXPIRED + 7 + TAKEOVER


def test_a_start_that_may_take_longer_than_the_lease_bounds_a_restart() -> None:
    patient = {**database(), "failover": {"primary_start_timeout_seconds": 60}}

    assert model.restarted(DatabaseSettings.model_validate(patient), POOLING) == 1 + 60 + 1 + 2 + TAKEOVER


def test_a_standby_that_every_commit_needs_stops_writes_for_good() -> None:
    both = DatabaseSettings.model_validate({**database(), "synchronous_standbys": 2})

    assert model.standby_lost(both) == math.inf


def test_a_slower_router_is_a_longer_gap() -> None:
    slower = PoolingSettings.model_validate({**pooling(), "failover": {"check_interval_ms": 2500}})

    assert model.crash(DATABASE, slower) - model.crash(DATABASE, POOLING) == 2


def test_a_planned_switchover_takes_longer_where_hosts_share_cpus() -> None:
    assert model.switchover(2) == 0.5
    assert model.switchover(0.7) == 1.5
