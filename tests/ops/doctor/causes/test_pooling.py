from ops.doctor.causes.pooling import CAUSES
from tests.ops.doctor.healthy import found, metric

ROUTER, POOLER = "hft-dev-router on local", "hft-dev-pooler on local"


def test_a_router_without_a_primary_is_told() -> None:
    lost = metric("haproxy_backend_active_servers", 0, proxy="primary")

    assert found(CAUSES, "router-no-primary", lost) == [
        (ROUTER, ("it finds no node that says it is primary",), "docker logs --tail 50 hft-dev-router")
    ]
    assert found(CAUSES, "router-no-standby", lost) == []


def test_a_router_without_a_standby_is_told() -> None:
    lost = metric("haproxy_backend_active_servers", 0, proxy="standbys")

    assert found(CAUSES, "router-no-standby", lost) == [
        (ROUTER, ("it finds no standby: reads burden the primary",), "docker logs --tail 50 hft-dev-router")
    ]
    assert found(CAUSES, "router-no-primary", lost) == []


def test_a_pooler_that_refuses_its_exporter_is_told() -> None:
    assert found(CAUSES, "pooler-refuses", metric("pgbouncer_up", 0)) == [
        (POOLER, ("it does not let its exporter in",), "docker logs --tail 50 hft-dev-pooler")
    ]


def test_clients_that_wait_are_told() -> None:
    assert found(CAUSES, "pooler-clients-wait", metric("pgbouncer_pools_client_maxwait_seconds", 1.5)) == [
        (POOLER, ("hft_writer at hft has waited 1.5 s for a connection",), "docker logs --tail 50 hft-dev-pooler")
    ]
    assert found(CAUSES, "pooler-clients-wait", metric("pgbouncer_pools_client_maxwait_seconds", 1)) == []
