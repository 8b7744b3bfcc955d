from components.database import DatabaseSettings
from components.pooling import PoolingSettings
from tests.drills import model
from tests.drills.settings import database, pooling

DATABASE = DatabaseSettings.model_validate(database())
POOLING = PoolingSettings.model_validate(pooling())


def test_the_default_timers_bound_every_fault() -> None:
    assert model.crash(DATABASE, POOLING) == 5 + 10 + 5 + 2 + 1 + 1.25 + 1
    assert model.node_lost(DATABASE, POOLING) == 20 + 0.5 + 2 + 1 + 1.25 + 1
    assert model.restarted(DATABASE, POOLING) == 25.75
    assert model.host_lost(DATABASE, POOLING) == 25.75 + 3 + 7
    assert model.synchronous_standby_lost(DATABASE) == 5 + 7 + 5
    assert model.handover(DATABASE) == 20


def test_a_slower_router_is_a_longer_gap() -> None:
    slower = PoolingSettings.model_validate({**pooling(), "router": {**pooling()["router"], "check_interval_ms": 3000}})

    assert model.crash(DATABASE, slower) - model.crash(DATABASE, POOLING) == 2
