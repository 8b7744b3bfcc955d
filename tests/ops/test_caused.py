"""Which alerts planned work is known to cause; a state of one host with a pooler, a node and two engines."""

import pytest

from ops.caused import by_restarting, by_stopping
from ops.state import CONTAINER, State
from tests.ops.doctor.test_plan import MONITORING, component, container, target
from tests.ops.states import state, urn

TARGETS = [
    target("engine", "engine-blue", "127.0.0.1:18080"),
    target("engine", "engine-green", "127.0.0.1:18090"),
    target("node", "local", "127.0.0.1:19100"),
    target("patroni", "tsdb-0", "127.0.0.1:18008", tls=True),
    target("pgbouncer", "pooler-local", "127.0.0.1:19127"),
    target("postgres", "tsdb-0", "127.0.0.1:19187"),
    target("valkey", "cache", "127.0.0.1:19121"),
]
PARTS = [
    {"part": name, "endpoint": endpoint, "container": f"hft-dev-{name}", "host": "local", "open": ""}
    for name, endpoint in (
        *(("tsdb-exporter-0", "127.0.0.1:19187"), ("pooler-exporter", "127.0.0.1:19127")),
        *(("cache-exporter", "127.0.0.1:19121"), ("node-local", "127.0.0.1:19100")),
    )
]


def deployed() -> State:
    return state(
        component(MONITORING, "monitoring", scrape_targets=TARGETS),
        container("engine-blue", "engine-blue", "engine"),
        container("engine-green", "engine-green", "engine"),
        container("tsdb-node-0", "tsdb-0", "data"),
        container("tsdb-exporter-0", "tsdb-exporter-0"),
        container("pooler-local", "pooler"),
        container("pooler-exporter-local", "pooler-exporter"),
        container("cache-server", "cache"),
        container("cache-exporter", "cache-exporter"),
        container("monitoring-node-local", "node-local"),
        container("db-migrate", "db-migrate", mustRun=False),
        outputs={"hosts": {"local": "unix:///var/run/docker.sock"}, "parts": PARTS},
    )


def caused(*names: str) -> list[dict[str, str]]:
    return [dict(each) for each in by_stopping(deployed(), "dev", {urn(CONTAINER, name) for name in names})]


def of(job: str, instance: str, *alerts: str) -> dict[str, str]:
    return {"alertname": "|".join(("TargetDown", *alerts)), "job": job, "instance": instance, "host": "local"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("engine-blue", [of("engine", "engine-blue", "EngineDown")]),
        ("tsdb-node-0", [of("patroni", "tsdb-0", "TsdbNodeNotRunning"), of("postgres", "tsdb-0", "TsdbNotAnswering")]),
        ("tsdb-exporter-0", [of("postgres", "tsdb-0", "TsdbNotAnswering")]),
        ("pooler-local", [of("pgbouncer", "pooler-local", "PoolerDown")]),
        ("pooler-exporter-local", [of("pgbouncer", "pooler-local", "PoolerDown")]),
        ("cache-server", [of("valkey", "cache", "CacheDown")]),
        ("monitoring-node-local", [of("node", "local")]),
        ("db-migrate", []),
    ],
)
def test_a_part_that_stops_is_silent_itself_and_no_other(name: str, expected: list[dict[str, str]]) -> None:
    assert caused(name) == expected


def test_an_endpoint_of_two_containers_is_silenced_once() -> None:
    assert caused("pooler-local", "pooler-exporter-local") == [of("pgbouncer", "pooler-local", "PoolerDown")]


def test_nobody_trades_where_every_engine_stops_and_only_then() -> None:
    nobody = {"alertname": "TradingLeaderMissing"}

    assert nobody not in caused("engine-blue")
    assert caused("engine-blue", "engine-green")[-1] == nobody


def test_nothing_that_stops_causes_nothing() -> None:
    assert caused() == []
    assert by_stopping(state(), "dev", {urn(CONTAINER, "engine-blue")}) == []


def test_a_restart_is_of_its_node() -> None:
    assert by_restarting(["tsdb-1"]) == [{"alertname": "TsdbNodeNotRunning", "job": "patroni", "instance": "tsdb-1"}]
    assert by_restarting([]) == []
